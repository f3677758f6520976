"""Initializers: functions of a shape and a type that give the first value of a weight.

The random ones take a seed; the same seed gives the same values as in Keras on TensorFlow.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from flowstone_core.api import tf

from flowstone_layers import identifiers
from flowstone_layers.config import standardize_dtype
from flowstone_layers.custom_objects import registered
from flowstone_layers.random_seed import SeedGenerator, draw_seed, make_default_seed


class Initializer:
    """The base of initializers: ``__call__(shape, dtype=None)`` gives a tensor."""

    def __call__(self, shape: Any, dtype: Any = None) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        raise NotImplementedError("Initializer subclasses must implement the `__call__()` method.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The initializer that ``get_config`` described."""
        return cls(**{key: value for key, value in config.items() if key != "dtype"})

    def clone(self) -> Any:
        """An equal initializer."""
        return type(self).from_config(self.get_config())


def _float_type(dtype: Any) -> Any:
    return tf.as_dtype(standardize_dtype(dtype))


class Zeros(Initializer):
    """All zeros."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        return tf.zeros(shape, _float_type(dtype))


class Ones(Initializer):
    """All ones."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        return tf.ones(shape, _float_type(dtype))


class Constant(Initializer):
    """All elements ``value``."""

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        return tf.broadcast_to(tf.cast(self.value, _float_type(dtype)), shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        value = self.value
        return {"value": value if isinstance(value, (int, float)) else np.asarray(value).tolist()}


class Identity(Initializer):
    """``gain`` on the diagonal of a matrix, zeros elsewhere."""

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        if len(shape) != 2:
            raise ValueError(
                f"Identity matrix initializer can only be used for 2D matrices. Received: shape={shape} of rank "
                f"{len(shape)}."
            )
        return self.gain * tf.eye(shape[0], shape[1], dtype=_float_type(dtype))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"gain": self.gain}


IdentityInitializer = Identity


class RandomInitializer(Initializer):
    """The base of initializers that draw from a distribution."""

    def __init__(self, seed: Any = None) -> None:
        self._init_seed = seed
        if isinstance(seed, dict):
            seed = SeedGenerator.from_config(seed.get("config", seed))
        self.seed = make_default_seed() if seed is None else seed

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"seed": self._init_seed}


class RandomNormal(RandomInitializer):
    """Normally distributed values."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        return tf.random.stateless_normal(
            shape, draw_seed(self.seed), mean=self.mean, stddev=self.stddev, dtype=_float_type(dtype)
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


class TruncatedNormal(RandomInitializer):
    """Normally distributed values; those beyond two standard deviations are drawn again."""

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        self.mean = mean
        self.stddev = stddev
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        return tf.random.stateless_truncated_normal(
            shape, draw_seed(self.seed), mean=self.mean, stddev=self.stddev, dtype=_float_type(dtype)
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"mean": self.mean, "stddev": self.stddev, **super().get_config()}


class RandomUniform(RandomInitializer):
    """Uniformly distributed values in ``[minval, maxval)``."""

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        self.minval = minval
        self.maxval = maxval
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        return tf.random.stateless_uniform(
            shape, draw_seed(self.seed), minval=self.minval, maxval=self.maxval, dtype=_float_type(dtype)
        )

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"minval": self.minval, "maxval": self.maxval, **super().get_config()}


class VarianceScaling(RandomInitializer):
    """Random values whose variance is ``scale / n``: n the fan in, fan out, or their average.

    Args:
        scale: The factor.
        mode: ``"fan_in"``, ``"fan_out"`` or ``"fan_avg"``.
        distribution: ``"truncated_normal"``, ``"untruncated_normal"`` or ``"uniform"``.
        seed: The seed.
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ) -> None:
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be positive float. Received: scale={scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(f"Invalid `mode` argument: {mode}. Please use one of {{'fan_in', 'fan_out', 'fan_avg'}}")
        distribution = "truncated_normal" if distribution.lower() == "normal" else distribution.lower()
        if distribution not in ("uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                f"Invalid `distribution` argument: {distribution}. Please use one of "
                "{'uniform', 'truncated_normal', 'untruncated_normal'}"
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        scale = self.scale / max(1.0, fan)
        dtype = _float_type(dtype)
        seed = draw_seed(self.seed)
        if self.distribution == "truncated_normal":
            # 0.8796... is the standard deviation of a normal distribution cut at two of its own
            return tf.random.stateless_truncated_normal(
                shape, seed, stddev=math.sqrt(scale) / 0.87962566103423978, dtype=dtype
            )
        if self.distribution == "untruncated_normal":
            return tf.random.stateless_normal(shape, seed, stddev=math.sqrt(scale), dtype=dtype)
        limit = math.sqrt(3.0 * scale)
        return tf.random.stateless_uniform(shape, seed, minval=-limit, maxval=limit, dtype=dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            **super().get_config(),
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Preset(VarianceScaling):
    """A ``VarianceScaling`` with fixed settings."""

    settings: tuple[float, str, str]

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        scale, mode, distribution = self.settings
        super().__init__(scale, mode, distribution, seed, input_axes, output_axes)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"seed": self._init_seed, "input_axes": self.input_axes, "output_axes": self.output_axes}


class GlorotUniform(_Preset):
    """Uniform in ``±sqrt(6 / (fan_in + fan_out))`` (Glorot and Bengio, 2010)."""

    settings = (1.0, "fan_avg", "uniform")


class GlorotNormal(_Preset):
    """Truncated normal of variance ``2 / (fan_in + fan_out)`` (Glorot and Bengio, 2010)."""

    settings = (1.0, "fan_avg", "truncated_normal")


class LecunNormal(_Preset):
    """Truncated normal of variance ``1 / fan_in`` (LeCun et al., 1998)."""

    settings = (1.0, "fan_in", "truncated_normal")


class LecunUniform(_Preset):
    """Uniform in ``±sqrt(3 / fan_in)`` (LeCun et al., 1998)."""

    settings = (1.0, "fan_in", "uniform")


class HeNormal(_Preset):
    """Truncated normal of variance ``2 / fan_in`` (He et al., 2015)."""

    settings = (2.0, "fan_in", "truncated_normal")


class HeUniform(_Preset):
    """Uniform in ``±sqrt(6 / fan_in)`` (He et al., 2015)."""

    settings = (2.0, "fan_in", "uniform")


class Orthogonal(RandomInitializer):
    """``gain`` times a random matrix with orthonormal rows or columns (Saxe et al., 2014)."""

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        self.gain = gain
        super().__init__(seed=seed)

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """A tensor of ``shape`` and ``dtype``."""
        if len(shape) < 2:
            raise ValueError(
                f"The tensor to initialize must be at least two-dimensional. Received: shape={shape} of rank "
                f"{len(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        flat = (max(columns, rows), min(columns, rows))
        drawn = tf.random.stateless_normal(flat, draw_seed(self.seed), dtype=_float_type(dtype))
        q, r = tf.linalg.qr(drawn)
        q = q * tf.sign(tf.linalg.diag_part(r))
        if rows < columns:
            q = tf.transpose(q)
        return self.gain * tf.reshape(q, shape)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make an equal initializer."""
        return {"gain": self.gain, **super().get_config()}


OrthogonalInitializer = Orthogonal


def compute_fans(shape: Any, input_axes: Any = None, output_axes: Any = None) -> tuple[int, int]:
    """The fan in and fan out of a weight: its last two axes, times the receptive field before them.

    Where both are given, the sizes of ``input_axes`` and of ``output_axes``.
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 1:
        return 1, 1
    if len(shape) == 1:
        return int(shape[0]), int(shape[0])
    field = math.prod(shape[:-2])
    return int(shape[-2] * field), int(shape[-1] * field)


def with_axes(initializer: Any, input_axes: Any, output_axes: Any) -> Any:
    """``initializer``, told which axes of a weight are inputs and outputs if it asks and does not know."""
    if not isinstance(initializer, VarianceScaling) or None not in (initializer.input_axes, initializer.output_axes):
        return initializer
    told = {"seed": initializer.seed, "input_axes": input_axes, "output_axes": output_axes}
    return type(initializer).from_config({**initializer.get_config(), **told})


_CLASSES = (
    Zeros, Ones, Constant, Identity, RandomNormal, TruncatedNormal, RandomUniform, VarianceScaling, GlorotUniform,
    GlorotNormal, LecunNormal, LecunUniform, HeNormal, HeUniform, Orthogonal, Initializer,
)  # fmt: skip
_KNOWN = identifiers.names_of(_CLASSES) | {
    "IdentityInitializer": Identity,
    "normal": RandomNormal,
    "uniform": RandomUniform,
    "one": Ones,
    "zero": Zeros,
    "OrthogonalInitializer": Orthogonal,
}


def get(identifier: Any) -> Any:
    """An initializer from its name, configuration, class, value, or itself."""
    if isinstance(identifier, (np.ndarray, float)) or (
        isinstance(identifier, int) and not isinstance(identifier, bool)
    ):
        return Constant(identifier)
    return identifiers.get(identifier, _KNOWN, "initializer", registered())


def serialize(initializer: Any) -> Any:
    """The configuration of an initializer."""
    return identifiers.describe(initializer, "keras.initializers")


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """The initializer that ``serialize`` described."""
    return identifiers.get(config, _KNOWN, "initializer", custom_objects)
