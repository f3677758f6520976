"""What graphs are made of besides computing: constants, placeholders, calls, branches and loops.

Bodies are functions in attributes (kind ``func``), as in TensorFlow's functional control flow. The values of
those attributes are objects with the protocol ``FunctionValue``; flowstone-graphfn makes them, compiles them
natively into its plans and differentiates them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType
from flowstone_core.errors import SpecError
from flowstone_core.op import WORLD, Effects, Op
from flowstone_core.shapes import Dims, TensorShape, merge
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor


class FunctionValue(Protocol):
    """What an attribute of kind ``func`` holds."""

    @property
    def name(self) -> str:
        """The name that a ``FunctionDef`` of it has."""

    @property
    def output_specs(self) -> Sequence[Spec]:
        """What is known of its results."""

    def execute(self, arrays: Sequence[Any]) -> list[Any]:
        """Run it on what tensors hold (arrays, state objects); its results in the same form."""


# -- leaves ------------------------------------------------------------------------------------------------------


def _infer_const(*, value: Any, dtype: DType) -> Spec:
    if value.dtype is not dtype:
        raise SpecError(f"Const has the type {dtype.name}, its value {value.dtype.name}.", dtype=True)
    spec: Spec = value.spec
    return spec


def _infer_placeholder(*, dtype: DType, shape: TensorShape) -> Spec:
    return Spec(shape.as_tuple(), dtype)


def _infer_placeholder_with_default(default: Spec, *, shape: TensorShape) -> Spec:
    try:
        merge(default.shape, shape.as_tuple())
    except ValueError as error:
        raise SpecError(f"The default of a placeholder does not have its shape: {error}.") from None
    return Spec(shape.as_tuple(), default.dtype)


CONST = Op("Const", (), ("output: dtype",), ("value: tensor", "dtype: type"), infer=_infer_const)
PLACEHOLDER = Op(
    "Placeholder",
    (),
    ("output: dtype",),
    ("dtype: type", "shape: shape = { unknown_rank: true }"),
    infer=_infer_placeholder,
)
PLACEHOLDER_WITH_DEFAULT = Op(
    "PlaceholderWithDefault",
    ("input: dtype",),
    ("output: dtype",),
    ("dtype: type", "shape: shape"),
    infer=_infer_placeholder_with_default,
)
FAKE_PARAM = Op("FakeParam", (), ("output: dtype",), ("dtype: type", "shape: shape"), infer=_infer_placeholder)
NO_OP = Op("NoOp", infer=infer.nothing)

# -- calls ---------------------------------------------------------------------------------------------------------


def _infer_call(args: list[Spec], *, f: FunctionValue, **attrs: Any) -> list[Spec]:
    return list(f.output_specs)


_CALL_ATTRS = (
    "Tin: list(type) >= 0",
    "Tout: list(type) >= 0",
    "f: func",
    "config: string = ''",
    "config_proto: string = ''",
    "executor_type: string = ''",
)
PARTITIONED_CALL = Op("PartitionedCall", ("args: Tin",), ("output: Tout",), _CALL_ATTRS, infer=_infer_call)
STATEFUL_PARTITIONED_CALL = Op(
    "StatefulPartitionedCall", ("args: Tin",), ("output: Tout",), _CALL_ATTRS, infer=_infer_call, effects=WORLD
)

# -- branches --------------------------------------------------------------------------------------------------------


def _common_shape(a: Dims, b: Dims) -> Dims:
    """The most specific shape that admits both."""
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(x if x == y else None for x, y in zip(a, b, strict=True))


def _common_handle(a: Any, b: Any) -> Any:
    """What is known of what a handle holds that is one of two."""
    if a is None or b is None:
        return a or b
    if len(a) != len(b) or any(x.dtype is not y.dtype for x, y in zip(a, b, strict=True)):
        return None
    return tuple(_common(pair) for pair in zip(a, b, strict=True))


def _common(specs: Sequence[Spec]) -> Spec:
    """What is known of a result that is one of ``specs``."""
    first = specs[0]
    shape, handle = first.shape, first.handle
    for other in specs[1:]:
        shape = _common_shape(shape, other.shape)
        handle = _common_handle(handle, other.handle)
    return Spec(shape, first.dtype, handle=handle)


def _branch_outputs(branches: Sequence[FunctionValue], output_shapes: Sequence[TensorShape]) -> list[Spec]:
    outputs = [_common(specs) for specs in zip(*(branch.output_specs for branch in branches), strict=True)]
    return _refined(outputs, output_shapes)


def _refined(outputs: list[Spec], output_shapes: Sequence[TensorShape]) -> list[Spec]:
    """``outputs`` with what the ``output_shapes`` attribute adds, if there is one for each."""
    if len(output_shapes) != len(outputs):
        return outputs
    refined = []
    for spec, shape in zip(outputs, output_shapes, strict=True):
        try:
            dims = merge(spec.shape, shape.as_tuple())
        except ValueError:
            dims = shape.as_tuple()
        refined.append(Spec(dims, spec.dtype, handle=spec.handle))
    return refined


def _infer_if(
    cond: Spec,
    input: list[Spec],
    *,
    then_branch: FunctionValue,
    else_branch: FunctionValue,
    output_shapes: Sequence[TensorShape],
    **attrs: Any,
) -> list[Spec]:
    return _branch_outputs((then_branch, else_branch), output_shapes)


def _infer_case(
    branch_index: Spec,
    input: list[Spec],
    *,
    branches: Sequence[FunctionValue],
    output_shapes: Sequence[TensorShape],
    **attrs: Any,
) -> list[Spec]:
    return _branch_outputs(branches, output_shapes)


def _if(name: str, effects: Effects) -> Op:
    return Op(
        name,
        ("cond: Tcond", "input: Tin"),
        ("output: Tout",),
        (
            "Tcond: type",
            "Tin: list(type) >= 0",
            "Tout: list(type) >= 0",
            "then_branch: func",
            "else_branch: func",
            "output_shapes: list(shape) = []",
        ),
        infer=_infer_if,
        effects=effects,
    )


def _case(name: str, effects: Effects) -> Op:
    return Op(
        name,
        ("branch_index: int32", "input: Tin"),
        ("output: Tout",),
        (
            "Tin: list(type) >= 0",
            "Tout: list(type) >= 0",
            "branches: list(func) >= 1",
            "output_shapes: list(shape) = []",
        ),
        infer=_infer_case,
        effects=effects,
    )


IF = _if("If", WORLD)
STATELESS_IF = _if("StatelessIf", Effects())
CASE = _case("Case", WORLD)
STATELESS_CASE = _case("StatelessCase", Effects())

# -- loops ------------------------------------------------------------------------------------------------------------


def _infer_while(
    input: list[Spec],
    *,
    cond: FunctionValue,
    body: FunctionValue,
    output_shapes: Sequence[TensorShape],
    parallel_iterations: int,
) -> list[Spec]:
    outputs = [_common(specs) for specs in zip(input, body.output_specs, strict=True)]
    return _refined(outputs, output_shapes)


def _while(name: str, effects: Effects) -> Op:
    return Op(
        name,
        ("input: T",),
        ("output: T",),
        (
            "T: list(type) >= 0",
            "cond: func",
            "body: func",
            "output_shapes: list(shape) = []",
            "parallel_iterations: int = 10",
        ),
        infer=_infer_while,
        effects=effects,
    )


WHILE = _while("While", WORLD)
STATELESS_WHILE = _while("StatelessWhile", Effects())


# -- what only TensorFlow's graphs need ------------------------------------------------------------------------------


class control_dependencies:
    """A context that does nothing: operations run in the order of the program anyway.

    >>> v = tf.Variable(1.0)
    >>> with tf.control_dependencies([v.assign(2.0)]):
    ...     v.read_value().numpy()
    np.float32(2.0)

    Args:
        control_inputs: Operations or tensors, or None; or a function that makes them, which is called.
    """

    def __init__(self, control_inputs: Any) -> None:
        if callable(control_inputs) and not isinstance(control_inputs, Tensor):
            control_inputs()

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(self, *exception: object) -> None:
        """Do nothing."""


def no_op(name: str | None = None) -> None:
    """Do nothing."""


def group(*inputs: Any, **kwargs: Any) -> None:
    """Run several operations: they run in the order of the program, with or without this.

    Args:
        inputs: Operations or tensors, possibly nested.
        kwargs: ``name``.

    Raises:
        ValueError: For any other keyword.
    """
    kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unknown keyword arguments: {kwargs}")


def tuple_of(tensors: Sequence[Any], control_inputs: Any = None, name: str | None = None) -> list[Any]:
    """The tensors, all computed (None stays None): ``tf.tuple``.

    Raises:
        TypeError: If ``tensors`` is no list or tuple.
    """
    if not isinstance(tensors, (list, tuple)):
        raise TypeError("tensors must be a list of tensors.")
    return [None if tensor is None else convert_to_tensor(tensor) for tensor in tensors]
