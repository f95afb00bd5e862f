"""``shoal digits``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from shoal.cli.app import Command
from shoal.cli.interrupts import prompt_interrupts
from shoal.cli.options import algorithm_choice, json_option, range_of, run_options
from shoal.cli.outputs import check_folder
from shoal.cli.progress import progress
from shoal.cli.words import clean, give, give_json, say, text_table

if TYPE_CHECKING:
    from shoal.recipes.digits import Digits

FOLDER = "digits.shoal"


@click.command(
    cls=Command,
    examples=(
        "shoal digits",
        "shoal digits -k 10,64 -o small --force",
        "shoal digits --images train-images-idx3-ubyte.gz --labels train-labels-idx1-ubyte.gz \\",
        "    --test-images t10k-images-idx3-ubyte.gz --test-labels t10k-labels-idx1-ubyte.gz",
    ),
)
@click.option("--images", metavar="FILE", help="IDX file of images; 8 x 8 digits when left out.")
@click.option("--labels", metavar="FILE", help="IDX file with the digit of each image.")
@click.option(
    "--test-images", metavar="FILE", help="IDX file of test images; one in six by default."
)
@click.option("--test-labels", metavar="FILE", help="IDX file with the digit of each test image.")
@click.option(
    "-k", "--clusters", "n_clusters", callback=range_of, metavar="10,16,36,64,144,256",
    help="Numbers of clusters to try.",
)  # fmt: skip
@algorithm_choice("minibatch-kmeans")
@click.option("-o", "--output", default=FOLDER, show_default=True, metavar="FOLDER",
              help="Where to write.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace the folder when it exists.")
@json_option()
@run_options()
def digits(
    output: str,
    force: bool,
    as_json: bool,
    quiet: bool,
    verbose: bool,
    n_clusters: tuple[int, ...] | None,
    threads: int | None,
    algorithm: str,
    images: str | None,
    labels: str | None,
    test_images: str | None,
    test_labels: str | None,
    seed: int,
    memory_limit: str | None,
) -> None:
    """Cluster images of handwritten digits, and say which digit each cluster stands for.

    Shows inertia, homogeneity and accuracy for each number of clusters, and draws the mean image
    of each cluster under its digit. Reads IDX files such as those of MNIST, gzipped or not.
    """
    folder = Path(output)
    check_folder(folder, force)
    from shoal.recipes.digits import CLUSTERS, cluster_digits

    if not quiet:
        say(f"Seed {seed}; {algorithm}.")
    with prompt_interrupts(), progress(quiet) as callback:
        result = cluster_digits(
            images=images, labels=labels, test_images=test_images, test_labels=test_labels,
            n_clusters=n_clusters or CLUSTERS, algorithm=algorithm, seed=seed, n_jobs=threads,
            memory_limit=memory_limit, callback=callback,
        )  # fmt: skip
        from shoal.report.digits import describe_digits, write_digits

        written = write_digits(result, folder, force=force, callback=callback)
    if as_json:
        give_json(describe_digits(result))
        return
    if quiet:
        give(str(written))
        return
    for note in result.notes:
        say(f"Note: {clean(note, most=300)}")
    give(_words(result, verbose))
    give(f"Written: {written}/")


def _words(result: Digits, verbose: bool) -> str:
    height, width = result.shape
    head = (
        f"{result.n_train:,} images of {clean(result.source)}, {height} x {width} pixels; "
        f"{result.n_test:,} to test on."
    )
    names = ("k", *(f"{part} {name}" for part in ("train", "test") for name in _SCORES))
    rows = [
        (
            str(fit.n_clusters),
            *(
                f"{getattr(part, name):{style}}"
                for part in (fit.train, fit.test)
                for name, style in _SCORES.items()
            ),
            *((f"{fit.seconds:.2f}",) if verbose else ()),
        )
        for fit in result.fits
    ]
    columns = (*names, *(("seconds",) if verbose else ()))
    return f"{head}\n\n{text_table(columns, rows, right=range(len(columns)))}\n"


_SCORES = {"inertia": ",.0f", "homogeneity": ".3f", "accuracy": ".1%"}
