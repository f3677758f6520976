"""Type specs: the base classes, and the spec of a value."""

from __future__ import annotations

from flowstone_core.type_spec import TensorSpec, TypeSpec
from flowstone_core.type_spec import type_spec_from_value as type_spec_from_value

from flowstone._private.type_spec_registry import get_name as get_name
from flowstone._private.type_spec_registry import lookup as lookup
from flowstone._private.type_spec_registry import register as register

BatchableTypeSpec = TypeSpec
DenseSpec = TensorSpec
