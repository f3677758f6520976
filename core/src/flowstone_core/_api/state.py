"""Variables, modules, structures, scopes, type specs."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.variable",
        {"Variable": ".", "VariableSynchronization": ".", "VariableAggregation": ".", "variable_creator_scope": "."},
    )
    | public("flowstone_core.indexed_slices", {"IndexedSlices": ".", "IndexedSlicesSpec": "."})
    | public(
        "flowstone_core.sparse_tensor",
        {
            "SparseTensor": ". sparse.SparseTensor",
            "SparseTensorSpec": ".",
            "SparseTensorValue": "compat.v1.SparseTensorValue",
        },
    )
    | public("flowstone_core.module", {"Module": "."})
    | public(
        "flowstone_core.extension_type",
        {
            "ExtensionType": "experimental.ExtensionType",
            "ExtensionTypeSpec": "experimental.ExtensionTypeSpec",
            "as_dict": "experimental.extension_type.as_dict",
        },
    )
    | public(
        "flowstone_core.batchable_type",
        {name: f"experimental.{name}" for name in ("BatchableExtensionType", "ExtensionTypeBatchEncoder")},
    )
    | public(
        "flowstone_core.dispatch",
        {
            name: f"experimental.{name}"
            for name in (
                "dispatch_for_api",
                "dispatch_for_unary_elementwise_apis",
                "dispatch_for_binary_elementwise_apis",
                "dispatch_for_binary_elementwise_assert_apis",
                "unregister_dispatch_for",
            )
        },
    )
    | public("flowstone_core.dlpack", {name: f"experimental.dlpack.{name}" for name in ("from_dlpack", "to_dlpack")})
    | public(
        "flowstone_core.asynchronous",
        {name: f"experimental.{name}" for name in ("async_clear_error", "async_scope", "function_executor_type")},
    )
    | public("flowstone_core.ops.clock", {"timestamp": "."})
    | public("flowstone_core.trackable_resource", {"TrackableResource": "saved_model.experimental.TrackableResource"})
    | public("flowstone_core.trackable", {"Trackable": "__internal__.tracking.Trackable"})
    | public("flowstone_core.composite", {"CompositeTensor": "__internal__.CompositeTensor"})
    | public(
        "flowstone_core.shallow_nest",
        {
            name: f"__internal__.nest.{name}"
            for name in (
                "flatten_up_to",
                "get_traverse_shallow_structure",
                "is_attrs",
                "is_mapping",
                "list_to_tuple",
                "map_structure_up_to",
                "yield_flat_paths",
            )
        },
    )
    | public(
        "flowstone_core.nest",
        {
            "map_structure": "nest.map_structure",
            "flatten": "nest.flatten",
            "pack_sequence_as": "nest.pack_sequence_as",
            "assert_same_structure": "nest.assert_same_structure",
            "is_nested": "nest.is_nested",
        },
    )
    | public(
        "flowstone_core.scopes", {"name_scope": ".", "get_current_name_scope": ".", "device": ".", "init_scope": "."}
    )
    | public(
        "flowstone_core.type_spec",
        {"TypeSpec": ".", "TensorSpec": ".", "BoundedTensorSpec": ".", "type_spec_from_value": "."},
    )
)
