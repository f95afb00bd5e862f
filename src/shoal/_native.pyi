from collections.abc import Callable
from typing import TypeAlias

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
