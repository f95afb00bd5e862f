from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

_Real: TypeAlias = NDArray[np.float32] | NDArray[np.float64]

def resolve_thread_count(n_jobs: int) -> int: ...
def silhouette_samples(
    X: _Real,
    labels: NDArray[np.int32],
    rows: NDArray[np.int64] | None = None,
    n_threads: int = 0,
    callback: Callable[[float], object] | None = None,
) -> NDArray[np.float64]: ...
def kneighbors(
    X: _Real,
    Q: _Real,
    k: int,
    exclude_self: bool = False,
    n_threads: int = 0,
    callback: Callable[[float], object] | None = None,
    metric: int = 0,
    by_tree: bool | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]: ...

_Share: TypeAlias = Callable[[float], object] | None
_Weights: TypeAlias = NDArray[np.float64] | None
_Dbscan: TypeAlias = tuple[NDArray[np.int32], NDArray[np.uint8]]

def dbscan_fit(
    X: _Real,
    weights: _Weights,
    metric: int,
    limit: float,
    min_samples: float,
    n_threads: int,
    callback: _Share,
) -> _Dbscan: ...
def dbscan_fit_matrix(
    D: _Real,
    weights: _Weights,
    limit: float,
    min_samples: float,
    n_threads: int,
    callback: _Share,
) -> _Dbscan: ...
def dbscan_fit_graph(
    starts: NDArray[np.int64],
    others: NDArray[np.int32],
    weights: _Weights,
    min_samples: float,
    n_threads: int,
    callback: _Share,
) -> _Dbscan: ...

_Walk: TypeAlias = tuple[
    NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]
]

def optics_fit(
    X: _Real,
    metric: int,
    min_samples: int,
    max_eps: float,
    n_threads: int,
    callback: _Share,
) -> _Walk: ...
def optics_fit_matrix(D: _Real, min_samples: int, max_eps: float, callback: _Share) -> _Walk: ...
def optics_xi(
    reachability: NDArray[np.float64],
    predecessor: NDArray[np.int64],
    ordering: NDArray[np.int64],
    xi: float,
    min_samples: int,
    min_cluster_size: int,
    predecessor_correction: bool,
) -> tuple[NDArray[np.int32], NDArray[np.int64]]: ...
def density_peaks(
    X: _Real,
    weights: _Weights,
    metric: int,
    radius: float,
    gaussian: bool,
    n_threads: int,
    callback: _Share,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]: ...
def border_densities(
    X: _Real,
    labels: NDArray[np.int32],
    rho: NDArray[np.float64],
    k: int,
    metric: int,
    radius: float,
    n_threads: int,
    callback: _Share,
) -> NDArray[np.float64]: ...
def mean_shift(
    X: NDArray[np.float64],
    seeds: NDArray[np.float64],
    bandwidth: float,
    max_iter: int,
    n_threads: int,
    callback: _Share,
) -> tuple[NDArray[np.float64], NDArray[np.int64], int]: ...
def kth_distances(
    X: NDArray[np.float64],
    Q: NDArray[np.float64],
    k: int,
    n_threads: int,
    callback: _Share,
) -> NDArray[np.float64]: ...
def dbscan_label(
    X: _Real,
    labels: NDArray[np.int32],
    Q: _Real,
    metric: int,
    limit: float,
    n_threads: int,
) -> NDArray[np.int32]: ...

_Fit: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float64], NDArray[np.float32], float, int]
_Assignment: TypeAlias = tuple[NDArray[np.int32], NDArray[np.float64]]

def kmeans_fit(
    X: _Real,
    weights: NDArray[np.float64] | None,
    starts: NDArray[np.float64] | None,
    k: int,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    tol: float,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
    leading: tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.float64], float] | None,
) -> _Fit: ...
def kmeans_fit_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    weights: NDArray[np.float64] | None,
    starts: NDArray[np.float64] | None,
    k: int,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    tol: float,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> _Fit: ...
def kmeans_assign(X: _Real, centers: NDArray[np.float64], n_threads: int) -> _Assignment: ...
def kmeans_assign_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    centers: NDArray[np.float64],
    n_threads: int,
) -> _Assignment: ...
def kmeans_seeds(
    X: _Real,
    weights: NDArray[np.float64] | None,
    k: int,
    n_trials: int,
    seed: int,
    n_threads: int,
) -> NDArray[np.int64]: ...
def kmeans_seeds_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    weights: NDArray[np.float64] | None,
    k: int,
    n_trials: int,
    seed: int,
    n_threads: int,
) -> NDArray[np.int64]: ...
def encode_labels(
    labels: NDArray[np.int32] | NDArray[np.int64], n_threads: int = 0
) -> tuple[NDArray[np.int32], int, int] | None: ...

_Counts: TypeAlias = NDArray[np.int64] | NDArray[np.float64]

def count_pairs(
    classes: NDArray[np.int32],
    n_classes: int,
    clusters: NDArray[np.int32],
    n_clusters: int,
    weights: _Counts | None,
    n_threads: int = 0,
) -> tuple[
    NDArray[np.int32],
    NDArray[np.int32],
    NDArray[np.int64],
    NDArray[np.int32],
    _Counts,
    _Counts,
    _Counts,
]: ...
def expected_mutual_information(
    classes: NDArray[np.int64], clusters: NDArray[np.int64], n_threads: int = 0
) -> float: ...
def fuzzy_fit(
    X: _Real,
    weights: NDArray[np.float64] | None,
    starts: NDArray[np.float64] | None,
    k: int,
    n_init: int,
    n_trials: int,
    seed: int,
    fuzzifier: float,
    max_iter: int,
    tol: float,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> tuple[
    NDArray[np.int32], NDArray[np.float64], NDArray[np.float32], float, float, float, float, int
]: ...

_Codes: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16]

def prototypes_fit(
    codes: _Codes,
    levels: NDArray[np.int32],
    numbers: NDArray[np.float64],
    weights: NDArray[np.float64] | None,
    start_modes: _Codes | None,
    start_means: NDArray[np.float64] | None,
    k: int,
    gamma: float,
    n_init: int,
    seeding: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> tuple[_Codes, NDArray[np.float64], float, int]: ...
def prototypes_assign(
    codes: _Codes,
    numbers: NDArray[np.float64],
    modes: _Codes,
    means: NDArray[np.float64],
    gamma: float,
    n_threads: int,
) -> _Assignment: ...
def prototypes_costs(
    codes: _Codes,
    numbers: NDArray[np.float64],
    modes: _Codes,
    means: NDArray[np.float64],
    gamma: float,
    n_threads: int,
) -> NDArray[np.float64]: ...

_Bisection: TypeAlias = tuple[
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.float32],
    float,
    int,
]

def bisect_fit(
    X: _Real,
    weights: NDArray[np.float64] | None,
    k: int,
    by_weight: bool,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    tol: float,
    n_threads: int,
    start: Callable[[NDArray[np.int64]], NDArray[np.float64]] | None,
    callback: Callable[[int, int], object] | None,
) -> _Bisection: ...
def bisect_fit_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    weights: NDArray[np.float64] | None,
    k: int,
    by_weight: bool,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    tol: float,
    n_threads: int,
    start: Callable[[NDArray[np.int64]], NDArray[np.float64]] | None,
    callback: Callable[[int, int], object] | None,
) -> _Bisection: ...
def bisect_assign(
    X: _Real, centers: NDArray[np.float64], children: NDArray[np.int32], n_threads: int
) -> _Assignment: ...
def bisect_assign_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    centers: NDArray[np.float64],
    children: NDArray[np.int32],
    n_threads: int,
) -> _Assignment: ...
def constrained_fit(
    X: _Real,
    starts: NDArray[np.float64] | None,
    k: int,
    size_min: int,
    size_max: int,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    tol: float,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> _Fit: ...
def constrained_fit_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    starts: NDArray[np.float64] | None,
    k: int,
    size_min: int,
    size_max: int,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    tol: float,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> _Fit: ...
def spherical_fit(
    X: _Real,
    weights: NDArray[np.float64] | None,
    starts: NDArray[np.float64] | None,
    k: int,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    tol: float,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> _Fit: ...
def spherical_fit_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    weights: NDArray[np.float64] | None,
    starts: NDArray[np.float64] | None,
    k: int,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    tol: float,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> _Fit: ...
def spherical_assign(X: _Real, centers: NDArray[np.float64], n_threads: int) -> _Assignment: ...
def spherical_assign_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    centers: NDArray[np.float64],
    n_threads: int,
) -> _Assignment: ...
def kmeans_add_block(
    X: _Real,
    weights: NDArray[np.float64] | None,
    centers: NDArray[np.float64],
    shift: NDArray[np.float64],
    sums: NDArray[np.float64],
    totals: NDArray[np.float64],
    inertia: float,
    farthest: float,
    n_threads: int,
) -> tuple[float, int, float, int]: ...

_MiniBatchFit: TypeAlias = tuple[
    NDArray[np.int32],
    NDArray[np.float32],
    NDArray[np.float64],
    NDArray[np.float64],
    int,
    float,
    int,
    int,
]
_MiniBatchStep: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64], int, float]

def minibatch_fit(
    X: _Real,
    weights: NDArray[np.float64] | None,
    starts: NDArray[np.float64] | None,
    options: dict[str, Any],
    callback: Callable[[int, int], object] | None,
) -> _MiniBatchFit: ...
def minibatch_fit_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    weights: NDArray[np.float64] | None,
    starts: NDArray[np.float64] | None,
    options: dict[str, Any],
    callback: Callable[[int, int], object] | None,
) -> _MiniBatchFit: ...
def minibatch_step(
    X: _Real,
    weights: NDArray[np.float64] | None,
    centers: NDArray[np.float64],
    counts: NDArray[np.float64],
    since_reassigned: int,
    reassignment_ratio: float,
    seed: int,
    number: int,
    n_threads: int,
) -> _MiniBatchStep: ...
def minibatch_step_csr(
    values: _Real,
    columns: NDArray[np.int32],
    row_starts: NDArray[np.int64],
    d: int,
    weights: NDArray[np.float64] | None,
    centers: NDArray[np.float64],
    counts: NDArray[np.float64],
    since_reassigned: int,
    reassignment_ratio: float,
    seed: int,
    number: int,
    n_threads: int,
) -> _MiniBatchStep: ...
def info() -> dict[str, Any]: ...
def kmedians_fit(
    X: _Real,
    weights: NDArray[np.float64] | None,
    starts: NDArray[np.float64] | None,
    k: int,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> _Fit: ...
def assign_by_metric(
    X: _Real, centers: NDArray[np.float64], metric: int, n_threads: int
) -> _Assignment: ...
def palette_fit(
    pixels: NDArray[np.uint8],
    k: int,
    oklab: bool,
    max_iter: int,
    n_threads: int,
    callback: Callable[[float], object] | None,
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], int, int, float, float, float, float]: ...
def palette_dither(
    pixels: NDArray[np.uint8],
    width: int,
    colors: NDArray[np.uint8],
    callback: Callable[[float], object] | None,
) -> NDArray[np.uint8]: ...
def palette_error(
    pixels: NDArray[np.uint8],
    colors: NDArray[np.uint8],
    indices: NDArray[np.uint8],
    n_threads: int,
) -> float: ...
def color_points(colors: NDArray[np.uint8], oklab: bool, alpha: bool) -> NDArray[np.float32]: ...
def kmedoids_fit(
    X: _Real,
    weights: NDArray[np.float64] | None,
    metric: int | None,
    method: int,
    start: int,
    given: NDArray[np.int64] | None,
    k: int,
    n_init: int,
    n_trials: int,
    seed: int,
    max_iter: int,
    n_threads: int,
    callback: Callable[[int, int], object] | None,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64], float, int, int]: ...
def spanning_tree(
    X: _Real,
    metric: int = 0,
    min_samples: float = 1.0,
    weights: NDArray[np.float64] | None = None,
    core_distances: NDArray[np.float64] | None = None,
    alpha: float = 1.0,
    n_threads: int = 0,
    callback: Callable[[float], object] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.float64]]: ...
def merge_tree(
    n_rows: int, a: NDArray[np.int32], b: NDArray[np.int32], weight: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], NDArray[np.int32]]: ...

_Condensed: TypeAlias = tuple[
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.int32],
]
_FlatClusters: TypeAlias = tuple[
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.int32],
    NDArray[np.float64],
    NDArray[np.float64],
    NDArray[np.float64],
    float,
]

def dense_clusters(
    left: NDArray[np.int32],
    right: NDArray[np.int32],
    height: NDArray[np.float64],
    size: NDArray[np.int32],
    weights: NDArray[np.float64] | None,
    core_distances: NDArray[np.float64] | None,
    min_weight: float,
    leaf: bool,
    epsilon: float,
    max_weight: float | None,
    allow_single_cluster: bool,
) -> tuple[_Condensed, _FlatClusters]: ...

_Report: TypeAlias = Callable[[float], object] | None

def linkage_rows(
    X: NDArray[np.float64],
    metric: int,
    factor: float,
    linkage: int,
    weights: NDArray[np.float64] | None,
    n_threads: int,
    callback: _Report,
) -> NDArray[np.float64]: ...
def linkage_centers(
    X: NDArray[np.float64],
    linkage: int,
    weights: NDArray[np.float64] | None,
    n_threads: int,
    callback: _Report,
) -> NDArray[np.float64]: ...
def linkage_square(
    D: NDArray[np.float64],
    linkage: int,
    weights: NDArray[np.float64] | None,
    n_threads: int,
    callback: _Report,
) -> NDArray[np.float64]: ...
def linkage_condensed(
    values: NDArray[np.float64],
    n_rows: int,
    linkage: int,
    weights: NDArray[np.float64] | None,
    n_threads: int,
    callback: _Report,
) -> NDArray[np.float64]: ...
def linkage_graph(
    X: NDArray[np.float64],
    starts: NDArray[np.int64],
    columns: NDArray[np.int32],
    distances: NDArray[np.float64],
    linkage: int,
    weights: NDArray[np.float64] | None,
    n_threads: int,
    callback: _Report,
) -> NDArray[np.float64]: ...
def dendrogram_labels(Z: NDArray[np.float64], labels: NDArray[np.int32]) -> NDArray[np.int32]: ...
def dendrogram_greatest(Z: NDArray[np.float64]) -> NDArray[np.float64]: ...
def dendrogram_order(Z: NDArray[np.float64]) -> NDArray[np.int32]: ...
def dendrogram_cophenetic(Z: NDArray[np.float64]) -> NDArray[np.float64]: ...
def dendrogram_inconsistency(Z: NDArray[np.float64], depth: int) -> NDArray[np.float64]: ...
