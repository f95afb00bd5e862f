"""The contract of scikit-learn, and the frames people hold their data in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from shoal.catalogue import ALGORITHMS

ESTIMATORS = [row.load_estimator()() for row in ALGORITHMS]


# No expected failures: this list of arguments stays as short as it is.
@parametrize_with_checks(ESTIMATORS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_check_estimator(estimator: Any, check: Any) -> None:
    check(estimator)


def test_clone_keeps_the_parameters_and_not_the_fit(case: Any) -> None:
    model = case.new().fit(case.X)
    copy = clone(model)
    assert not hasattr(copy, "labels_")
    assert copy.get_params().keys() == model.get_params().keys()
    np.testing.assert_array_equal(copy.fit(case.X).labels_, model.labels_)


def test_it_runs_in_a_pipeline(case: Any) -> None:
    parameters = {"n_clusters": case.k} if case.row.needs_k else {}
    model = case.row.load_estimator()(**parameters)
    pipe = make_pipeline(StandardScaler(), model)
    assert pipe.fit_predict(case.X).shape == (len(case.X),)
    if case.row.can("predict"):
        assert pipe.predict(case.X[:5]).shape == (5,)


def test_it_runs_in_a_grid_search(case: Any) -> None:
    model = case.row.load_estimator()()
    if not case.row.needs_k or not hasattr(model, "score"):
        pytest.skip(f"{case.row.name} has no number of clusters to search for, or no score")
    search = GridSearchCV(model, {"n_clusters": [2, 3]}, cv=2).fit(case.X)
    assert search.best_params_["n_clusters"] in (2, 3)


def test_set_output_gives_a_pandas_frame(case: Any) -> None:
    pandas = pytest.importorskip("pandas")
    model = case.new().fit(case.X)
    if not hasattr(model, "transform"):
        pytest.skip(f"{case.row.name} has no transform")
    frame = model.set_output(transform="pandas").transform(case.X)
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(model.get_feature_names_out())


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_frame_gives_the_labels_of_its_array(case: Any, library: str) -> None:
    frames = pytest.importorskip(library)
    names = [f"column {i}" for i in range(case.X.shape[1])]
    frame = frames.DataFrame({name: case.X[:, i] for i, name in enumerate(names)})
    model, plain = case.new().fit(frame), case.new().fit(case.X)
    np.testing.assert_array_equal(model.labels_, plain.labels_)
    assert list(model.feature_names_in_) == names
    if case.row.can("predict"):
        np.testing.assert_array_equal(model.predict(frame), plain.predict(case.X))
