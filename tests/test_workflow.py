"""The job as a function: ``shoal.cluster`` and its kin."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import shoal
from shoal import model_file
from shoal.errors import Cancelled, DataError, MemoryBudgetError, ParameterError
from shoal.planning import plan
from shoal.progress import Event


@pytest.fixture
def rows() -> np.ndarray:
    centres = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]])
    noise = np.random.default_rng(0).normal(size=(90, 2)) / 2
    return centres[np.arange(90) % 3] + noise


def test_the_package_offers_what_it_lists() -> None:
    for name in shoal.__all__:
        assert getattr(shoal, name) is not None
    assert set(shoal.__all__) <= set(dir(shoal))
    with pytest.raises(AttributeError, match="module 'shoal' has no attribute 'nothing'"):
        _ = shoal.nothing


def test_an_array_is_clustered(rows: np.ndarray) -> None:
    result = shoal.cluster(rows)
    assert result.n_clusters == 3
    assert [card.size for card in result.cards] == [30, 30, 30]
    # Ties in size are broken by the first row.
    assert result.labels[:3].tolist() == [0, 1, 2]
    assert set(result.timings) == {"read", "prepare", "choose-k", "fit", "judge", "explain"}
    assert len(result.fingerprint) == 64
    assert json.loads(json.dumps(dict(result.settings))) == result.settings


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_frame_gives_the_result_of_its_array(rows: np.ndarray, library: str) -> None:
    frames = pytest.importorskip(library)
    data = {"a": rows[:, 0], "b": rows[:, 1]}
    frame = frames.table(data) if library == "pyarrow" else frames.DataFrame(data)
    expected = shoal.cluster(rows, n_clusters=3).labels
    np.testing.assert_array_equal(shoal.cluster(frame, n_clusters=3).labels, expected)


def test_one_group_is_allowed(rows: np.ndarray) -> None:
    result = shoal.cluster(rows, n_clusters=1)
    assert result.n_clusters == 1
    assert "silhouette" not in result.scores
    assert result.silhouette_samples is None


def test_rows_left_out_have_no_group(rows: np.ndarray) -> None:
    table = [{"a": a, "b": None if i == 7 else b} for i, (a, b) in enumerate(rows.tolist())]
    result = shoal.cluster(table, n_clusters=3, missing="drop")
    assert result.labels[7] == -1
    assert np.isnan(result.confidence[7])
    assert np.isnan(result.outlier_scores[7])
    assert (np.delete(result.labels, 7) >= 0).all()


def test_a_weight_column_counts_as_repetition(rows: np.ndarray) -> None:
    weights = np.arange(90) % 3 + 1.0
    table = [{"a": a, "b": b, "w": w} for (a, b), w in zip(rows.tolist(), weights, strict=True)]
    result = shoal.cluster(table, n_clusters=3, weight="w", scale="none")
    repeated = shoal.cluster(
        np.repeat(rows, weights.astype(int), axis=0), n_clusters=3, scale="none"
    )
    assert result.scores["inertia"] == pytest.approx(repeated.scores["inertia"])
    assert "w" not in result.preparation.column_names


def test_a_row_of_weight_zero_is_labelled_and_not_judged(rows: np.ndarray) -> None:
    table = [{"a": a, "b": b, "w": float(i > 0)} for i, (a, b) in enumerate(rows.tolist())]
    for given in ({"n_clusters": 3}, {"k_range": [2, 3]}):
        result = shoal.cluster(table, weight="w", scale="none", **given)
        assert result.labels[0] >= 0
        assert result.silhouette_rows is not None
        assert 0 not in result.silhouette_rows
    without = shoal.cluster(rows[1:], n_clusters=3, scale="none")
    assert result.scores["silhouette"] == pytest.approx(without.scores["silhouette"])


def test_a_known_truth_is_compared_and_never_used(rows: np.ndarray) -> None:
    table = [{"a": a, "b": b, "t": f"g{i % 3}"} for i, (a, b) in enumerate(rows.tolist())]
    result = shoal.cluster(table, n_clusters=3, label="t")
    assert result.scores["adjusted_rand"] == 1.0
    assert result.matrix.feature_names == ("a", "b")


def test_far_from_the_origin_the_sweep_and_the_fit_agree(rows: np.ndarray) -> None:
    near = shoal.cluster(rows, k_range=[2, 3, 4], scale="none")
    far = shoal.cluster(rows + 1e6, k_range=[2, 3, 4], scale="none")
    np.testing.assert_array_equal(near.labels, far.labels)
    assert far.scores["inertia"] == pytest.approx(near.scores["inertia"], rel=1e-6)
    assert far.choice is not None
    assert far.scores["inertia"] == pytest.approx(far.choice.inertia[1], rel=1e-9)


def test_events_tell_every_stage_in_order(rows: np.ndarray) -> None:
    events: list[Event] = []
    shoal.cluster(rows, k_range=[2, 3], callback=events.append)
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages == ["read", "prepare", "choose-k", "fit", "judge", "explain"]


@pytest.mark.parametrize("stage", ["read", "prepare", "choose-k", "fit", "judge", "explain"])
def test_a_callback_stops_the_job(rows: np.ndarray, stage: str) -> None:
    def stop(event: Event) -> None:
        if event.stage == stage:
            raise Cancelled("stopped.")

    with pytest.raises(Cancelled):
        shoal.cluster(rows, k_range=[2, 3], callback=stop)


def test_parameters_reach_the_estimator(rows: np.ndarray) -> None:
    result = shoal.cluster(rows, n_clusters=3, n_init=2, max_iter=7)
    assert result.model.get_params()["max_iter"] == 7
    assert result.settings["given"] == ["max_iter", "n_init"]
    assert result.model.get_params()["callback"] is None


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"n_initt": 3}, ParameterError, r"got 'n_initt'\. Did you mean n_init\?"),
        ({"algorithm": "kmeens"}, ParameterError, "Did you mean 'kmeans'"),
        ({"n_clusters": 2.5}, ParameterError, "n_clusters must be a whole number >= 1; got 2.5"),
        ({"n_clusters": True}, ParameterError, "n_clusters must be a whole number >= 1; got True"),
        ({"n_clusters": 91}, ParameterError, "n_clusters=91 exceeds the 90 distinct rows"),
        ({"seed": -1}, ParameterError, "seed must be a whole number from 0"),
        ({"memory_limit": "1kB"}, MemoryBudgetError, "the job must fit in 1.0 kB of memory"),
        ({"k_range": []}, ParameterError, "k_range must hold at least one integer"),
    ],
)
def test_arguments_are_checked(
    rows: np.ndarray, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        shoal.cluster(rows, **arguments)


def test_a_plan_is_what_the_job_then_does(rows: np.ndarray) -> None:
    job = plan(rows, n_clusters=3, n_jobs=2)
    assert job.k == (3,)
    assert not job.chooses_k
    assert job.memory.peak < 1_000_000
    result = shoal.cluster(rows, n_clusters=3)
    assert result.settings["parameters"] == dict(job.parameters)


def test_predict_needs_only_the_file(rows: np.ndarray, tmp_path: Any) -> None:
    result = shoal.cluster(rows, n_clusters=3)
    path = tmp_path / "model.shoal"
    model_file.save(path, result.model, result.preparation, model_file.header_for(result))
    np.testing.assert_array_equal(shoal.predict(path, rows).labels, result.labels)
    with pytest.raises(DataError, match="lacks 1 column"):
        shoal.predict(path, rows[:, :1])
