"""``tf.experimental.BatchableExtensionType``: extension types whose values can be stacked and cut into slices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from flowstone_core import nest
from flowstone_core.extension_fields import filled
from flowstone_core.extension_type import ExtensionType, ExtensionTypeSpec


class ExtensionTypeBatchEncoder:
    """How the values of a batchable extension type become tensors that can be stacked, and back.

    This one stacks each field by itself. A type whose values are not stacked field by field (because slices of them
    differ in shape, say) has one of its own, a subclass, as its ``__batch_encoder__``:

    >>> class Padded(tf.experimental.BatchableExtensionType):
    ...     values: tf.Tensor
    ...     length: tf.Tensor
    >>> encoder = tf.experimental.ExtensionTypeBatchEncoder()
    >>> encoder.batch(Padded.Spec(tf.TensorSpec([5]), tf.TensorSpec([], tf.int32)), 3).values.shape
    TensorShape([3, 5])

    What it must keep: ``decode(spec, encode(spec, value))`` is ``value``; and decoding stacked encodings with
    ``batch(spec, n)``, or slices of an encoding with ``unbatch(spec)``, gives the stack, or the slices.
    """

    def batch(self, spec: Any, batch_size: int | None) -> Any:
        """The spec of ``batch_size`` stacked values of ``spec`` (of unknown many for None)."""
        return _with_components(spec, [part._batch(batch_size) for part in spec._component_specs])

    def unbatch(self, spec: Any) -> Any:
        """The spec of the slices of a value of ``spec``.

        Raises:
            ValueError: If a field is a scalar.
        """
        return _with_components(spec, [part._unbatch() for part in spec._component_specs])

    def encode(self, spec: Any, value: Any, minimum_rank: int = 0) -> Any:
        """The nest of tensors and composite tensors that is stacked for ``value``.

        Args:
            spec: The spec of the value.
            value: The value.
            minimum_rank: The rank that each tensor has at least: 1 if the encoding will be cut into slices.
        """
        return tuple(spec._to_components(value))

    def decode(self, spec: Any, encoded_value: Any) -> Any:
        """The value of ``spec`` that was encoded."""
        return spec._from_components(nest.flatten(encoded_value))

    def encoding_specs(self, spec: Any) -> Any:
        """The nest of the specs of what ``encode`` gives for values of ``spec``."""
        return tuple(spec._component_specs)


def _with_components(spec: Any, parts: list[Any]) -> Any:
    """A spec with other types of tensors in the same places."""
    rest = iter(parts)
    return type(spec)._of({name: filled(field, rest) for name, field in spec._by_name().items()})


class BatchableExtensionTypeSpec(ExtensionTypeSpec):
    """The spec of a batchable extension type's values: it stacks and cuts by the type's encoder."""

    __slots__ = ()

    @property
    def _encoder(self) -> ExtensionTypeBatchEncoder:
        encoder: ExtensionTypeBatchEncoder = self._value_type.__batch_encoder__
        return encoder

    def _batch(self, batch_size: int | None) -> Any:
        return self._encoder.batch(self, batch_size)

    def _unbatch(self) -> Any:
        return self._encoder.unbatch(self)

    @property
    def _flat_tensor_specs(self) -> list[Any]:
        parts = nest.flatten(self._encoder.encoding_specs(self))
        return [flat for part in parts for flat in part._flat_tensor_specs]

    def _to_tensor_list(self, value: Any) -> list[Any]:
        encoded = self._encoder.encode(self, value, minimum_rank=0)
        return self._flat(encoded, lambda part, tensor: part._to_tensor_list(tensor))

    def _to_batched_tensor_list(self, value: Any) -> list[Any]:
        encoded = self._encoder.encode(self, value, minimum_rank=1)
        return self._flat(encoded, lambda part, tensor: part._to_batched_tensor_list(tensor))

    def _flat(self, encoded: Any, tensors_of: Callable[[Any, Any], list[Any]]) -> list[Any]:
        parts = nest.flatten(self._encoder.encoding_specs(self))
        pairs = zip(parts, nest.flatten(encoded), strict=True)
        return [tensor for part, value in pairs for tensor in tensors_of(part, value)]

    def _from_compatible_tensor_list(self, tensors: Any) -> Any:
        specs = self._encoder.encoding_specs(self)
        rest = iter(tensors)
        parts = [
            part._from_compatible_tensor_list([next(rest) for _ in part._flat_tensor_specs])
            for part in nest.flatten(specs)
        ]
        return self._encoder.decode(self, nest.pack_sequence_as(specs, parts))


class BatchableExtensionType(ExtensionType):
    """An extension type whose values can be stacked and cut into slices, as tensors are.

    ``tf.map_fn`` and ``tf.vectorized_map`` take and give such values, datasets make elements of their slices
    (``from_tensor_slices``), stack them (``batch``) and cut them again (``unbatch``). All fields that hold tensors must
    have the same first dimension, unless the class has an encoder of its own in ``__batch_encoder__``.

    >>> class Point(tf.experimental.BatchableExtensionType):
    ...     x: tf.Tensor
    ...     y: tf.Tensor
    >>> points = Point(x=[1.0, 2.0], y=[3.0, 4.0])
    >>> tf.map_fn(lambda point: point.x * point.y, points, fn_output_signature=tf.float32).numpy()
    array([3., 8.], dtype=float32)
    >>> [point.x.numpy() for point in tf.data.Dataset.from_tensor_slices(points)]
    [np.float32(1.0), np.float32(2.0)]
    """

    __batch_encoder__: ClassVar[Any] = ExtensionTypeBatchEncoder()
    _spec_base: ClassVar[Any] = BatchableExtensionTypeSpec
