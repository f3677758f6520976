"""``tf.zeros_initializer`` and its kin: initial values of variables, without Keras.

With a seed, the numbers are a function of it: each call gives the same ones.
"""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes
from flowstone_core.conversion import constant
from flowstone_core.dtypes import DType, as_dtype
from flowstone_core.ops import random
from flowstone_core.ops.filling import ones, zeros
from flowstone_core.ops.stateless_random import stateless_normal, stateless_uniform
from flowstone_core.tensor import Tensor

_OF_PARTITIONS = ("partition_shape", "partition_offset")


class Initializer:
    """Makes the initial value of a variable of a given shape: ``initializer(shape, dtype=..., **kwargs)``."""

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """An initializer from ``get_config``'s dictionary."""
        config = dict(config)
        config.pop("dtype", None)
        return cls(**config)

    def _shape(self, shape: Any, kwargs: dict[str, Any]) -> Any:
        for name in kwargs:
            if name not in _OF_PARTITIONS:
                raise TypeError(
                    f"{type(self).__name__} got the unexpected keyword {name!r}; it knows {_OF_PARTITIONS}."
                )
        return kwargs.get("partition_shape", shape)

    def _numbers(self, dtype: Any) -> DType:
        kind = as_dtype(dtype)
        if kind is dtypes.string or kind.is_handle:
            raise ValueError(f"Argument `dtype` expected to be numeric or boolean. Received {kind}.")
        return kind

    def _floats(self, dtype: Any) -> DType:
        kind = as_dtype(dtype)
        if not kind.is_floating:
            raise ValueError(f"Argument `dtype` is expected to be floating point. Received: {kind}.")
        return kind


class Zeros(Initializer):
    """Zeros.

    >>> tf.zeros_initializer()([2]).numpy()
    array([0., 0.], dtype=float32)
    """

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Tensor:
        """Zeros of a shape."""
        return zeros(self._shape(shape, kwargs), self._numbers(dtype))


class Ones(Initializer):
    """Ones."""

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Tensor:
        """Ones of a shape."""
        return ones(self._shape(shape, kwargs), self._numbers(dtype))


class Constant(Initializer):
    """A constant.

    Args:
        value: A number, or an array or nested list with as many elements as the shape has.
        support_partition: Whether it may be asked for a part of a variable.
    """

    def __init__(self, value: Any = 0, support_partition: bool = False) -> None:
        if not (isinstance(value, (int, float, complex, str, bytes, list, tuple)) or hasattr(value, "shape")):
            raise TypeError(f"Invalid type for initial value: {type(value)}. Expected a number, a list or an array.")
        self.value = value
        self.support_partition = support_partition

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Tensor:
        """The constant in a shape."""
        if kwargs and not self.support_partition:
            raise ValueError("This Constant initializer does not support partitions; see support_partition.")
        return constant(self.value, None if dtype is None else as_dtype(dtype), self._shape(shape, kwargs))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"value": self.value}


class RandomUniform(Initializer):
    """Numbers spread evenly between ``minval`` and ``maxval``.

    Args:
        minval: The least number.
        maxval: The number that all are less than.
        seed: An integer, or None.
    """

    def __init__(self, minval: Any = -0.05, maxval: Any = 0.05, seed: int | None = None) -> None:
        self.minval = minval
        self.maxval = maxval
        self.seed = seed

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Tensor:
        """Numbers of a shape; of integers too."""
        kind = as_dtype(dtype)
        if not kind.is_floating and not kind.is_integer:
            raise ValueError(f"Argument `dtype` expected to be numeric. Received {kind}.")
        sizes = self._shape(shape, kwargs)
        if self.seed is None:
            return random.uniform(sizes, self.minval, self.maxval, kind)
        return stateless_uniform(sizes, [self.seed, 0], self.minval, self.maxval, kind)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"minval": self.minval, "maxval": self.maxval, "seed": self.seed}


class RandomNormal(Initializer):
    """Normally distributed numbers.

    Args:
        mean: Their mean.
        stddev: Their standard deviation.
        seed: An integer, or None.
    """

    def __init__(self, mean: Any = 0.0, stddev: Any = 0.05, seed: int | None = None) -> None:
        self.mean = mean
        self.stddev = stddev
        self.seed = seed

    def __call__(self, shape: Any, dtype: Any = dtypes.float32, **kwargs: Any) -> Tensor:
        """Numbers of a shape."""
        kind, sizes = self._floats(dtype), self._shape(shape, kwargs)
        if self.seed is None:
            return random.normal(sizes, self.mean, self.stddev, kind)
        return stateless_normal(sizes, [self.seed, 0], self.mean, self.stddev, kind)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {"mean": self.mean, "stddev": self.stddev, "seed": self.seed}
