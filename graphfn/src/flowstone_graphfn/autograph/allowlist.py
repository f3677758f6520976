"""Functions that are called as they are: flowstone's, numpy's, the standard library's."""

from __future__ import annotations

import sys

_LIBRARIES = frozenset(
    """
    IPython PIL _pytest absl attr attrs cloudpickle coverage debugpy dill flowstone h5py ipykernel ipdb jax jaxlib
    joblib keras matplotlib ml_dtypes mock numpy pandas pluggy psutil py pydevd pytest scipy sklearn tensorboard
    tensorflow torch tqdm typing_extensions
    """.split()
)


def is_allowed(module: str | None) -> bool:
    """Whether functions of ``module`` need no conversion.

    >>> is_allowed("os.path"), is_allowed("numpy.linalg"), is_allowed("my_model"), is_allowed("__main__")
    (True, True, False, False)
    """
    root = (module or "").partition(".")[0]
    if root in _LIBRARIES or root.startswith("flowstone_"):
        return True
    return root in sys.stdlib_module_names and root != "__main__"
