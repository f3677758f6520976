"""Resources in a SavedModel, such as tables: the functions that make and fill them anew."""

from __future__ import annotations

from typing import Any, Final

from flowstone_core.conversion import constant
from flowstone_core.dtypes import int32, string
from flowstone_core.lookup.state import STATE, serialized_table, table_of
from flowstone_core.ops import lookup as ops
from flowstone_core.ops.strings import join
from flowstone_core.scopes import init_scope
from flowstone_core.tensor import EagerTensor
from flowstone_core.trackable_resource import TrackableResource
from flowstone_core.type_spec import TensorSpec
from flowstone_graphfn.concrete import ConcreteFunction
from flowstone_graphfn.function import Function

from flowstone_savedmodel.restored import RestoredObject

CREATE: Final = "_create_resource"
INITIALIZE: Final = "_initialize"
DESTROY: Final = "_destroy_resource"


def is_resource(value: Any) -> bool:
    """Whether a SavedModel makes *value* anew."""
    return isinstance(value, TrackableResource) and value.resource_handle is not None


def resource_functions(value: TrackableResource) -> dict[str, Function]:
    """The functions by which a loader makes, fills and gives up a resource."""
    if isinstance(value, RestoredResource):
        return dict(value._functions)
    made = value.__dict__.get("_saved_functions")
    if made is None:

        def creator() -> Any:
            return value._create_resource()

        def initializer() -> Any:
            value._initialize()
            return constant(1, int32)

        def destroyer() -> Any:
            return constant(1, int32)

        named = {CREATE: creator, INITIALIZE: initializer, DESTROY: destroyer}
        made = {
            name: Function(each, each.__name__, input_signature=(), autograph=False) for name, each in named.items()
        }
    return made


def state_functions(value: TrackableResource) -> tuple[ConcreteFunction, ConcreteFunction] | None:
    """How TensorFlow saves and restores what is in a table, if checkpoints hold it."""
    if STATE not in value._serialize_to_tensors():
        return None
    handle = value.resource_handle
    table = table_of(handle)
    assert table is not None

    def save_fn(checkpoint_key: Any) -> Any:
        tensors = serialized_table(handle)[STATE]
        return [
            {"name": join([checkpoint_key, suffix]), "slice_spec": constant("", string), "tensor": tensor}
            for suffix, tensor in tensors.items()
        ]

    def restore_fn(restored_tensors_0: Any, restored_tensors_1: Any) -> Any:
        ops.LOOKUP_TABLE_IMPORT(handle, restored_tensors_0, restored_tensors_1)
        return constant(1, int32)

    key = TensorSpec((), string, "checkpoint_key")
    parts = [
        TensorSpec(None, dtype, f"restored_tensors_{number}")
        for number, dtype in enumerate((table.key_dtype, table.value_dtype))
    ]
    save = Function(save_fn, "save_fn", input_signature=(key,), autograph=False)
    restore = Function(restore_fn, "restore_fn", input_signature=parts, autograph=False)
    return save.get_concrete_function(), restore.get_concrete_function()


class RestoredResource(RestoredObject, TrackableResource):
    """A resource of a SavedModel: made by the function that was saved for it, filled by another.

    Args:
        handle: What the first one gave.
        registered_name: TensorFlow's name of its class, if it has one.
    """

    def __init__(self, handle: EagerTensor, registered_name: str) -> None:
        self._resource_handle = handle
        self._registered_name = registered_name
        self._functions: dict[str, Function] = {}

    def _attach(self, name: str, child: Any) -> None:
        if name in (CREATE, INITIALIZE, DESTROY) and isinstance(child, Function):
            self._functions[name] = child
        else:
            super()._attach(name, child)

    def _initialize(self) -> None:
        if INITIALIZE in self._functions:
            with init_scope():
                self._functions[INITIALIZE]()


class RestoredTable(RestoredResource):
    """A table of a SavedModel whose keys and values checkpoints hold."""

    def _serialize_to_tensors(self) -> dict[str, Any]:
        return serialized_table(self._resource_handle)

    def _restore_from_tensors(self, restored: Any) -> None:
        if (state := restored.get(STATE)) is not None:
            ops.LOOKUP_TABLE_IMPORT(self._resource_handle, state["-keys"], state["-values"])
