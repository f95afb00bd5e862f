"""result.json: strict, complete, and the same facts as the job; commands that repeat it."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import math
import shlex

import numpy as np
import pytest

from shoal.clustering import Trait
from shoal.report.repeat import call, command
from shoal.report.result import describe, to_json
from shoal.report.words import comparison, separation, strength, verdict
from tests.report.conftest import HOSTILE, customers, make_choice, make_job


def refuse(word):
    raise AssertionError(f"{word} is not JSON")


def load(content):
    return json.loads(to_json(content), parse_constant=refuse)


def test_everything_the_report_shows_is_there(job):
    found = load(describe(job))
    assert found["format"] == "shoal.result"
    assert found["format_version"] == 1
    assert found["n_clusters"] == 3 == len(found["clusters"])
    assert found["n_rows"] == 240
    assert found["n_noise"] == 12
    assert found["n_left_out"] == 0
    assert found["scores"]["calinski_harabasz"] is None
    assert found["choice"]["recommended"] == 3
    assert found["choice"]["calinski_harabasz"][-1] is None
    first = found["clusters"][0]
    assert first["name"] == job.cards[0].name
    assert first["size"] == job.cards[0].size
    assert first["centre"].keys() == job.cards[0].centre.keys()
    assert [row["line"] for row in first["typical_rows"]] == [
        2 + row for row in job.cards[0].typical_rows
    ]
    assert len(found["effects"]["by_cluster"]) == 3
    assert len(found["effects"]["by_cluster"][0]) == len(found["effects"]["columns"])
    assert found["seed"] == 7
    assert found["fingerprint"] == job.fingerprint
    assert found["notes"]["reading"] == ["The delimiter is a comma."]


def test_hostile_names_read_back(tmp_path):
    columns = {name: np.arange(20.0) ** (1.1 + at / 9) for at, name in enumerate(HOSTILE)}
    found = load(describe(make_job(columns)))
    assert [column["name"] for column in found["columns"]] == list(HOSTILE)


def test_values_that_json_lacks_are_written():
    content = {
        "nan": math.nan,
        "inf": np.float32("inf"),
        "day": dt.date(2024, 5, 17),
        "array": np.arange(3),
        "half": "\ud800",
        3: (np.int64(1), True, None),
        "other": {1},
    }
    assert load(content) == {
        "nan": None, "inf": None, "day": "2024-05-17", "array": [0, 1, 2], "half": "\ud800",
        "3": [1, True, None], "other": "{1}",
    }  # fmt: skip


def with_settings(job, **settings):
    return dataclasses.replace(job, settings={"data": "my data.csv", **settings})


def test_the_command_reads_back_as_the_settings(job):
    names = ["a,b", 'say "x"', "it's"]
    words = shlex.split(command(with_settings(
        job, k_range=[2, 3, 4], columns=names, types={"a,b": "category"}, missing="drop",
        scale="standard", parameters={"n_init": 5, "tol": 0.1}, given=["n_init"],
    )))  # fmt: skip
    assert words[:3] == ["shoal", "cluster", "my data.csv"]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert next(csv.reader([options["--columns"]])) == names
    assert next(csv.reader([options["--types"]])) == ["a,b=category"]
    assert options["--k-range"] == "2-4"
    assert options["--missing"] == "drop"
    assert options["--n-init"] == "5"
    assert options["--seed"] == "7"
    assert not options.keys() & {"--scale", "--tol", "--clusters"}


def test_numbers_of_groups_with_gaps_and_given_ones(job):
    assert "--k-range 2,4,8 " in command(with_settings(job, k_range=[2, 4, 8]))
    assert "--clusters 4 " in command(with_settings(job, n_clusters=4, k_range=None))


def test_data_without_a_name_are_left_to_the_reader(job):
    unnamed = dataclasses.replace(job, settings={"data": "the data frame"})
    assert command(unnamed).startswith("shoal cluster FILE ")
    assert "shoal.cluster(data, seed=7)" in call(unnamed)


def test_the_call_is_python(job):
    text = call(with_settings(job, n_clusters=4, columns=["it's", "b"], given=[]))
    compile(text, "call", "exec")
    assert "n_clusters=4" in text
    assert "columns=[\"it's\", 'b']" in text


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (0.1, "about the same as"), (0.3, "slightly higher than"), (-0.6, "lower than"),
        (0.9, "clearly higher than"), (-1.5, "much lower than"), (3, "very much higher than"),
    ],
)  # fmt: skip
def test_effects_have_words(effect, words):
    assert strength(effect) == words


def test_traits_are_sentences():
    number = Trait("age", None, 23.456, 41.2, -1.3, "younger")
    assert comparison(number) == "23.5 on average, much lower than the 41.2 of other rows"
    share = Trait("city", "Oslo", 0.62, 0.2, 0.8, "mostly Oslo")
    assert comparison(share) == "Oslo in 62% of rows, more often than the 20% of other rows"


def test_the_verdict_is_honest():
    assert "run into one another" in separation(0.1)
    assert "well separated" in separation(0.6)
    one = make_job(customers(40), n_clusters=1)
    first, second = verdict(dataclasses.replace(one, scores={}))
    assert first == "The 40 rows of data.csv form a single group."
    assert "cannot be measured" in second
    assert verdict(make_job(customers(40), choice=make_choice()))[0].count("groups") == 1
