"""Derive the bundled customer table from the purchases of CDNOW customers.

The purchases come from ``lifetimes/datasets/CDNOW_sample.txt`` in the wheel of the package
`lifetimes` 0.11.3 (MIT licence). To run it again:

    pip download --no-deps lifetimes==0.11.3
    python scripts/derive_customers.py Lifetimes-0.11.3-py3-none-any.whl

It writes ``src/shoal/data/bundled/customers.csv``; nothing is drawn at random or made by hand.
``src/shoal/data/bundled/README.md`` explains the columns.
"""

from __future__ import annotations

import csv
import sys
import zipfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

PURCHASES = "lifetimes/datasets/CDNOW_sample.txt"
TARGET = Path(__file__).parents[1] / "src/shoal/data/bundled/customers.csv"
LAST_DAY = date(1998, 6, 30)
HEADER = (
    "customer_id",
    "days_since_last_purchase",
    "purchases",
    "total_spend",
    "average_basket",
    "cds_bought",
    "days_as_customer",
)


@dataclass(frozen=True)
class Purchase:
    """One line of the source."""

    customer: int
    day: date
    cds: int
    dollars: Decimal


def read_purchases(wheel: Path) -> list[Purchase]:
    """Lines of the source: id in the full data, id in the sample, day, CDs, dollars."""
    with zipfile.ZipFile(wheel) as archive:
        lines = archive.read(PURCHASES).decode("ascii").splitlines()
    purchases = []
    for line in lines:
        if not line.strip():
            continue
        customer, _, day, cds, dollars = line.split()
        year, month, number = int(day[:4]), int(day[4:6]), int(day[6:])
        purchases.append(
            Purchase(int(customer), date(year, month, number), int(cds), Decimal(dollars))
        )
    return purchases


def summarise(customer: int, purchases: list[Purchase]) -> tuple[object, ...]:
    """One row of the table."""
    spend = sum((purchase.dollars for purchase in purchases), Decimal(0))
    days = [purchase.day for purchase in purchases]
    return (
        customer,
        (LAST_DAY - max(days)).days,
        len(purchases),
        spend,
        (spend / len(purchases)).quantize(Decimal("0.01")),
        sum(purchase.cds for purchase in purchases),
        (LAST_DAY - min(days)).days,
    )


def main(wheel: str) -> None:
    """Write the table."""
    by_customer: dict[int, list[Purchase]] = {}
    for purchase in read_purchases(Path(wheel)):
        by_customer.setdefault(purchase.customer, []).append(purchase)
    with TARGET.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(summarise(*pair) for pair in sorted(by_customer.items()))


if __name__ == "__main__":
    main(sys.argv[1])
