"""Results of cases as plain data, with seven digits."""

import numpy as np


def plain(value):
    """Tensors, variables and arrays as nested lists; structures stay."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (str, bool)):
        return value
    array = np.asarray(value)
    if array.dtype.kind == "f":
        return (
            np.vectorize(lambda x: float(f"{x:.7g}"), otypes=[object])(array).tolist() if array.size else array.tolist()
        )
    return array.tolist()
