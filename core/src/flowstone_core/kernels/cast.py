"""Numpy kernels of ``flowstone_core.ops.cast``."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.dtypes import DType
from flowstone_core.errors import UnimplementedError
from flowstone_core.kernel import KernelSet
from flowstone_core.ops import cast as ops

KERNELS = KernelSet()


@KERNELS.add(ops.CAST)
def cast(x: Any, *, DstT: DType, Truncate: bool) -> Any:
    """Numpy's cast; complex numbers lose their imaginary part.

    ``Truncate`` cuts the mantissa of floats towards zero where numpy rounds it.
    """
    if x.dtype.kind == "O" or DstT.numpy_dtype.kind == "O":
        raise UnimplementedError(
            None,
            None,
            f"Cast from or to {DstT.name} is not supported; see tf.strings.to_number and tf.strings.as_string.",
        )
    if x.dtype.kind == "c" and not DstT.is_complex:
        x = x.real
    result = x.astype(DstT.numpy_dtype)
    if Truncate and DstT.is_floating and result.dtype.itemsize < x.dtype.itemsize:
        beyond = np.abs(result.astype(x.dtype)) > np.abs(x)
        result = np.where(beyond, np.nextafter(result, result.dtype.type(0)), result)
    return result
