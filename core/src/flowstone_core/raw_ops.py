"""``tf.raw_ops``: each op by its name, with keywords for its inputs and attributes.

>>> tf.raw_ops.AddV2(x=tf.constant(1), y=tf.constant(2)).numpy()
np.int32(3)

The functions are made from the ops' schemas when they are first touched.
"""

from __future__ import annotations

import inspect
import keyword
import typing  # its Any would hide the op of that name
from collections import namedtuple
from collections.abc import Callable

from flowstone_core.op import REGISTRY, Op
from flowstone_core.plugins import OPS, find_op, resolve, table
from flowstone_core.schema import REQUIRED
from flowstone_core.shapes import TensorShape

_GIVEN = inspect.Parameter.POSITIONAL_OR_KEYWORD
"""What TensorFlow's functions show, though they take keywords only."""


_RENAMED = {
    **{op: {"reduction_indices": "axis"} for op in "All Any EuclideanNorm Max Mean Min Prod Sum".split()},
    "ExpandDims": {"dim": "axis"},
    "Select": {"t": "x", "e": "y"},
    "Split": {"split_dim": "axis"},
    "SplitV": {"split_dim": "axis"},
    "Squeeze": {"squeeze_dims": "axis"},
    "Where": {"input": "condition"},
}
"""What Python calls some inputs and attributes otherwise than their schema."""


def _python_name(op: Op, name: str) -> str:
    return name + "_" if keyword.iskeyword(name) else _RENAMED.get(op.name, {}).get(name, name)


def _default(value: typing.Any) -> typing.Any:
    if isinstance(value, TensorShape):
        return None if value.rank is None else value.as_list()
    return list(value) if isinstance(value, tuple) else value


def signature_of(op: Op) -> inspect.Signature:
    """Inputs, attributes that must be given, attributes with defaults, ``name``."""
    given = [attr for name, attr in op.attrs.items() if name not in op.inferred_attrs]
    names = [arg.name for arg in op.inputs] + [attr.name for attr in given if attr.default is REQUIRED]
    parameters = [inspect.Parameter(_python_name(op, name), _GIVEN) for name in names]
    parameters += [
        inspect.Parameter(_python_name(op, attr.name), _GIVEN, default=_default(attr.default))
        for attr in given
        if attr.default is not REQUIRED
    ]
    return inspect.Signature([*parameters, inspect.Parameter("name", _GIVEN, default=None)])


def raw_function(op: Op) -> Callable[..., typing.Any]:
    """The function of ``tf.raw_ops`` that executes ``op``."""
    signature = signature_of(op)
    inputs = [(arg.name, _python_name(op, arg.name)) for arg in op.inputs]
    attrs = {_python_name(op, attr): attr for attr in op.attrs}
    result: typing.Any = (
        namedtuple(op.name, [_python_name(op, arg.name) for arg in op.outputs]) if len(op.outputs) > 1 else None
    )

    def function(*args: typing.Any, **kwargs: typing.Any) -> typing.Any:
        if args:
            raise TypeError(f"tf.raw_ops.{op.name}() takes keyword arguments only; its parameters are {signature}.")
        missing = [name for _, name in inputs if name not in kwargs]
        if missing:
            raise TypeError(f"tf.raw_ops.{op.name}() missing {len(missing)} required argument: {', '.join(missing)}.")
        values = [kwargs.pop(name) for _, name in inputs]
        name = kwargs.pop("name", None)
        outputs = op(*values, name=name, **{attrs.get(key, key): value for key, value in kwargs.items()})
        return outputs if result is None else result(*outputs)

    function.__name__ = function.__qualname__ = op.name
    function.__module__ = __name__
    function.__signature__ = signature  # type: ignore[attr-defined]
    function.__doc__ = f"Execute the op {op.name}{signature}."
    return function


def __getattr__(name: str) -> typing.Any:
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    target = find_op(name)
    if target is not None:
        resolve(target)
    if name not in REGISTRY:
        raise AttributeError(f"tf.raw_ops has no {name!r}: no installed component has an op of that name.")
    function = globals()[name] = raw_function(REGISTRY[name])
    return function


def __dir__() -> list[str]:
    return sorted(REGISTRY.keys() | table(OPS).keys())
