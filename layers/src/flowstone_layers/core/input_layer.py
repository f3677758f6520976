"""Entries of functional models: ``Input`` and ``InputLayer``."""

from __future__ import annotations

from typing import Any

from flowstone_layers.config import standardize_dtype
from flowstone_layers.functional_ops import OpCall as OpCall  # gives symbolic tensors their operators
from flowstone_layers.keras_tensor import CallNode, KerasTensor
from flowstone_layers.layer import Layer


class InputLayer(Layer):
    """The entry of a model, for inputs of one shape and type.

    Args:
        shape: The shape without the batch size.
        batch_size: The batch size, or None.
        dtype: The element type.
        sparse: Whether inputs are sparse tensors.
        ragged: Whether inputs are ragged tensors.
        batch_shape: The shape with the batch size, instead of ``shape``.
        input_tensor: A symbolic tensor to use.
        optional: Whether the input may be None.
        name: The name.
    """

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name)
        if "input_shape" in kwargs:
            shape = kwargs.pop("input_shape")
        if "batch_input_shape" in kwargs:
            batch_shape = kwargs.pop("batch_input_shape")
        if kwargs:
            raise TypeError(f"InputLayer got unexpected arguments {sorted(kwargs)}.")
        if input_tensor is not None:
            batch_shape, dtype = input_tensor.shape, input_tensor.dtype
        elif shape is not None and batch_shape is not None:
            raise ValueError("You cannot pass both `shape` and `batch_shape` at the same time.")
        elif shape is None and batch_shape is None:
            raise ValueError("You must pass a `shape` argument.")
        elif shape is not None:
            shape = (shape,) if isinstance(shape, int) else tuple(shape)
            batch_shape = (batch_size, *shape)
        self.batch_shape = None if batch_shape is None else tuple(batch_shape)
        self._dtype = standardize_dtype(dtype)
        self.sparse = bool(sparse)
        self.ragged = bool(ragged)
        self.optional = optional
        self.built = True
        output = KerasTensor(self.batch_shape, self._dtype, sparse=self.sparse, ragged=self.ragged, name=self.name)
        CallNode(self, (), {}, output)

    @property
    def dtype(self) -> str:
        """The element type's name."""
        return self._dtype

    def call(self) -> None:
        """Input layers are not called."""
        raise NotImplementedError("InputLayer is not called.")

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.dtype,
            "sparse": self.sparse,
            "ragged": self.ragged,
            "name": self.name,
            "optional": self.optional,
        }


def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> Any:
    """A symbolic tensor to start a functional model with.

    >>> x = tf.keras.Input((32,))
    >>> tf.keras.Model(x, tf.keras.layers.Dense(2)(x)).output_shape
    (None, 2)

    Args:
        shape: The shape without the batch size.
        batch_size: The batch size, or None.
        dtype: The element type; the default float type if None.
        sparse: Whether inputs are sparse tensors.
        ragged: Whether inputs are ragged tensors.
        batch_shape: The shape with the batch size, instead of ``shape``.
        name: The name.
        tensor: A symbolic tensor to use.
        optional: Whether the input may be None.
    """
    layer = InputLayer(
        shape=shape,
        batch_size=batch_size,
        dtype=dtype,
        sparse=sparse,
        ragged=ragged,
        batch_shape=batch_shape,
        name=name,
        input_tensor=tensor,
        optional=optional,
    )
    return layer.output
