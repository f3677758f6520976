"""Keras's settings: the default float type, epsilon, the image data format."""

from __future__ import annotations

from typing import Any

_FLOATS = ("float16", "bfloat16", "float32", "float64")
_settings: dict[str, Any] = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}


def floatx() -> str:
    """The default float type, as a string.

    >>> tf.keras.backend.floatx()
    'float32'
    """
    return str(_settings["floatx"])


def set_floatx(value: str) -> None:
    """Set the default float type.

    Raises:
        ValueError: If it is none of float16, bfloat16, float32, float64.
    """
    if value not in _FLOATS:
        raise ValueError(f"Unknown `floatx` value: {value}. Expected one of {set(_FLOATS)}")
    _settings["floatx"] = value


def epsilon() -> float:
    """The small number that keeps divisors and logarithms away from zero (1e-7)."""
    return float(_settings["epsilon"])


def set_epsilon(value: float) -> None:
    """Set the value of ``epsilon()``."""
    _settings["epsilon"] = value


def image_data_format() -> str:
    """``"channels_last"`` or ``"channels_first"``: what convolutional layers take by default."""
    return str(_settings["image_data_format"])


def set_image_data_format(data_format: str) -> None:
    """Set the value of ``image_data_format()``.

    Raises:
        ValueError: If it is neither ``channels_last`` nor ``channels_first``.
    """
    data_format = str(data_format).lower()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={data_format}"
        )
    _settings["image_data_format"] = data_format


def standardize_data_format(data_format: str | None) -> str:
    """``data_format`` checked, or the default for None."""
    if data_format is None:
        return image_data_format()
    data_format = str(data_format).lower()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(
            "The `data_format` argument must be one of {'channels_first', 'channels_last'}. "
            f"Received: data_format={data_format}"
        )
    return data_format


def standardize_dtype(dtype: object) -> str:
    """A type's name: ``"float32"`` for None, types, tensors and numpy dtypes alike."""
    if dtype is None:
        return floatx()
    name = getattr(dtype, "name", None) or getattr(dtype, "__name__", None) or str(dtype)
    name = {"float": floatx(), "int": "int32", "str": "string"}.get(name, name)
    return str(name)
