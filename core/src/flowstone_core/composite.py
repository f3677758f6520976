"""Values made of several tensors: sparse, ragged, indexed slices, extension types.

The protocol of such a type, all that ``tf.nest``, functions, control flow, datasets, tapes and saved models ask of it:

* ``_type_spec``, a ``TypeSpec`` of a class of its own. The spec says what the parts are (``_component_specs``), takes a
  value apart (``_to_components``) and makes one (``_from_components``); parts may be composites themselves.
* ``_with_components(parts)``, if a value knows more of itself than its spec says; else the spec makes the new value.
* ``_shape_invariant_to_type_spec(shape)``, if a loop may be told that all its iterations keep only ``shape``.
* ``values`` and ``with_values(new)``, if it has a gradient: it is that of ``values``, in a value of the same type.
* ``__flowstone_op__(op, inputs, attrs)``, if ops mean something for it: what ``op`` gives for ``inputs``, one of
  which is (or, for a list, holds) such a value. A type without it is no operand; one that has ``__tf_tensor__`` is
  converted to the dense tensor it stands for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flowstone_core.type_spec import TypeSpec


class CompositeTensor:
    """The base of values made of several tensors; the module says what a subclass provides."""

    __slots__ = ()

    __flowstone_composite__ = True
    """Whether ``tf.nest`` may open values (``expand_composites``)."""

    __tf_is_tensor__ = True
    """Whether ``tf.is_tensor`` says yes."""

    @property
    def _type_spec(self) -> TypeSpec:
        raise NotImplementedError(f"{type(self).__name__}._type_spec")


def is_composite(value: Any) -> bool:
    """Whether ``value`` takes ops over by ``__flowstone_op__(op, inputs, attrs)``.

    Public functions pass such operands on to the op as they are, without converting them first.
    """
    return hasattr(type(value), "__flowstone_op__")
