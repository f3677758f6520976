"""From Python and numpy values to tensors: ``tf.convert_to_tensor`` and ``tf.constant``.

TensorFlow's rules: nothing is promoted silently; Python floats become float32, Python integers int32 (int64
if they do not fit), numpy values keep their type; a requested type must be able to hold the value's kind.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from flowstone_core import dtypes
from flowstone_core.dtypes import DType, as_dtype, from_numpy
from flowstone_core.interpreter import building_graph, state
from flowstone_core.shapes import Dimension, TensorShape, as_shape
from flowstone_core.tensor import EagerTensor, Tensor

Converter = Callable[..., Any]

_registered: list[tuple[int, type | tuple[type, ...], Converter]] = []

_SEQUENCES = (list, tuple)
_INT32 = np.iinfo(np.int32)


class CompositeOperandError(TypeError, ValueError):
    """Raised inside dispatch when an operand is made of several tensors; its type may know the op.

    Outside of dispatch it is what converting such a value raises (in TensorFlow ``ValueError`` eagerly, ``TypeError``
    while tracing).
    """

    def __init__(self, operand: Any) -> None:
        super().__init__(operand)
        self.operand = operand

    def __str__(self) -> str:  # only if somebody reads it: dispatch raises this for every composite operand
        return (
            f"A {type(self.operand).__name__} is not a dense tensor and cannot be converted to one here. Convert it "
            f"yourself first (tf.sparse.to_dense, .to_tensor()), or compute with its values. Got: {self.operand!r}"
        )


def register_tensor_conversion_function(
    base_type: type | tuple[type, ...], conversion_func: Converter, priority: int = 100
) -> None:
    """Teach ``tf.convert_to_tensor`` a type.

    Args:
        base_type: The type (or types) to convert.
        conversion_func: Called as ``conversion_func(value, dtype=None, name=None, as_ref=False)``; returns a
            tensor, or ``NotImplemented`` to pass.
        priority: Lower numbers are asked first.
    """
    if not callable(conversion_func):
        raise TypeError("conversion_func must be callable.")
    _registered.append((priority, base_type, conversion_func))
    _registered.sort(key=lambda entry: entry[0])


def convert_to_tensor(value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None) -> Tensor:
    """Convert ``value`` to a tensor.

    >>> tf.convert_to_tensor([[1, 2], [3, 4]]).dtype
    tf.int32

    Args:
        value: A tensor, variable, number, string, numpy array, or nested sequence of these.
        dtype: The type to convert to; inferred if None.
        dtype_hint: A type to prefer; ignored where the value cannot have it.
        name: A name for the constant in a graph.

    Raises:
        TypeError: If the value cannot have ``dtype``.
        ValueError: If the value is of no convertible kind, or is a tensor of another type.
    """
    if isinstance(value, Tensor):
        return value.__tf_tensor__(None if dtype is None else as_dtype(dtype), name)
    tensor = to_tensor(
        value,
        None if dtype is None else as_dtype(dtype),
        None if dtype_hint is None else as_dtype(dtype_hint),
    )
    current = state.current
    if current is not None and type(tensor) is EagerTensor:
        return current.constant(tensor)
    return tensor


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Tensor:
    """Make a constant tensor.

    >>> tf.constant(0, shape=[2, 2]).numpy()
    array([[0, 0],
           [0, 0]], dtype=int32)

    Args:
        value: A number, string, array or nested list.
        dtype: The element type; inferred if None.
        shape: The shape; a single value fills it, otherwise the sizes must agree.
        name: A name for the constant in a graph.

    Raises:
        TypeError: If the value cannot have ``dtype``, or has too few or too many elements for ``shape``.
        ValueError: If the value is not convertible.
    """
    if isinstance(value, Tensor) and dtype is not None and value.dtype is not as_dtype(dtype):
        raise TypeError(f"Expected tensor {value!r} with dtype {as_dtype(dtype)!r}, but got dtype {value.dtype!r}.")
    tensor = convert_to_tensor(value, dtype)
    if shape is None:
        return tensor
    shape = as_shape(shape)
    if not shape.is_fully_defined():
        raise ValueError(f"tf.constant needs a fully known shape, got {shape}.")
    tensor = convert_eager(value, None if dtype is None else as_dtype(dtype))
    sizes = shape.as_tuple()
    array = tensor._array
    if array.size == 1:
        array = np.full(sizes, array.reshape(())[()], dtype=array.dtype)
    elif array.size == shape.num_elements():
        array = array.reshape(sizes)
    else:
        raise TypeError(
            f"Eager execution of tf.constant with unsupported shape. Tensor {value!r} has {array.size} "
            f"elements, expected {shape.num_elements()} for shape {shape}."
        )
    return (
        convert_to_tensor(EagerTensor(array, tensor.dtype))
        if state.current is None
        else state.current.constant(EagerTensor(array, tensor.dtype))
    )


def convert_eager(value: Any, dtype: DType | None = None) -> EagerTensor:
    """``value`` as an eager tensor, whatever interpreter is running.

    Raises:
        TypeError: If ``value`` has no value now (it is symbolic).
    """
    tensor = value if isinstance(value, Tensor) else to_tensor(value, dtype)
    if type(tensor) is not EagerTensor:
        raise TypeError(f"{tensor!r} has no value while the function is traced.")
    return tensor


def to_tensor(value: Any, dtype: DType | None = None, hint: DType | None = None) -> Tensor:
    """``value`` as a tensor; Python and numpy values become eager tensors whatever interpreter is running."""
    kind = type(value)
    if kind is float or kind is int or kind is bool:
        return _from_number(value, kind, dtype, hint)
    if kind is list or kind is tuple:
        plain = _from_integers(value, dtype or hint) if {*map(type, value)} == {int} else None
        return _from_sequence(value, dtype, hint) if plain is None else plain
    if isinstance(value, Tensor):
        return value.__tf_tensor__(dtype)
    if isinstance(value, (np.ndarray, np.generic)):
        return _from_numpy(value, dtype, hint)
    converted = _by_protocol(value, dtype, hint)
    if converted is not None:
        return converted
    if isinstance(value, TensorShape):
        return _from_shape(value, dtype, hint)
    if isinstance(value, Dimension):
        value = int(value)
    if isinstance(value, (str, bytes)):
        return _from_string(value, dtype, hint)
    if isinstance(value, (*_SEQUENCES, range)):
        return _from_sequence(value, dtype, hint)
    if isinstance(value, (int, float, complex, bool)):
        return _from_number(value, type(value) if type(value) is complex else kind.__mro__[-2], dtype, hint)
    if hasattr(value, "__array__"):
        return _from_numpy(np.asarray(value), dtype, hint)
    text = f"Attempt to convert a value ({value!r}) with an unsupported type ({type(value)}) to a Tensor."
    raise TypeError(text) if value is not None and building_graph() else ValueError(text)


def _by_protocol(value: Any, dtype: DType | None, hint: DType | None) -> Any:
    protocol = getattr(type(value), "__tf_tensor__", None)
    if protocol is not None:
        return protocol(value, dtype, None)
    if hasattr(type(value), "__flowstone_op__"):
        raise CompositeOperandError(value)
    for _, base, function in _registered:
        if isinstance(value, base):
            result = NotImplemented
            if dtype is None and hint is not None:
                try:
                    result = function(value, dtype=hint, name=None, as_ref=False)
                except (TypeError, ValueError):
                    result = NotImplemented
            if result is NotImplemented:
                result = function(value, dtype=dtype, name=None, as_ref=False)
            if result is not NotImplemented:
                return result
    return None


def _cannot(value: Any, dtype: DType) -> TypeError:
    return TypeError(f"Cannot convert {value!r} to EagerTensor of dtype {dtype.name}")


# What a Python kind may become on request: the letters of DType kinds.
_ADMITS = {bool: "biufcq", int: "iufcq", float: "fc", complex: "c"}


def _from_number(value: Any, kind: type, dtype: DType | None, hint: DType | None) -> EagerTensor:
    if kind not in _ADMITS:
        kind = bool if isinstance(value, bool) else int if isinstance(value, int) else float
    target = dtype
    if target is None:
        if hint is not None and hint._kind in _ADMITS[kind]:
            target = hint
        elif kind is float:
            target = dtypes.float32
        elif kind is int:
            target = dtypes.int32 if _INT32.min <= value <= _INT32.max else dtypes.int64
        else:
            target = dtypes.bool if kind is bool else dtypes.complex128
    elif target._kind not in _ADMITS[kind]:
        raise _cannot(value, target)
    if kind is int and target._kind in "iuq":
        return EagerTensor(_wrap_integer(value, target), target)
    return EagerTensor(state.quiet(np.array, value, target._numpy), target)


def _wrap_integer(value: int, target: DType) -> Any:
    """A 0-d array of ``value`` modulo the type's range, as TensorFlow casts."""
    bits = 8 * target.size
    if not -(2**63) <= value < 2**64:
        raise ValueError(f"Can't convert Python sequence with out-of-range integer to Tensor: {value}.")
    value &= (1 << bits) - 1
    if target._kind != "u" and not (target.is_quantized and target.name.startswith("qu")) and value >> (bits - 1):
        value -= 1 << bits
    return np.array(value, target._numpy)


def _from_numpy(value: Any, dtype: DType | None, hint: DType | None) -> EagerTensor:
    array = np.asarray(value)
    if array.dtype.kind in "OSU":
        return _from_object_array(array, dtype, hint)
    try:
        own = from_numpy(array.dtype)
    except TypeError:
        raise ValueError(
            f"Failed to convert a NumPy array to a Tensor (Unsupported numpy type {array.dtype})."
        ) from None
    target = dtype
    if target is None:
        target = own
        if hint is not None and hint is not own and hint._kind in "biufc" and own._kind in "biufc":
            target = hint
    elif target.is_handle or target is dtypes.string or (own.is_complex and not target.is_complex):
        raise _cannot(value, target)
    copied = state.quiet(np.array, array, target._numpy)  # the caller may change its array later
    return EagerTensor(copied, target)


def _from_object_array(array: Any, dtype: DType | None, hint: DType | None) -> EagerTensor:
    if array.dtype.kind == "O" and array.size and not isinstance(array.flat[0], (str, bytes)):
        tensor = to_tensor(array.tolist(), dtype, hint)
        if type(tensor) is EagerTensor:
            return tensor
        raise ValueError("Failed to convert a NumPy array to a Tensor (it holds symbolic tensors).")
    if dtype is not None and dtype is not dtypes.string:
        raise ValueError(f"Cannot convert {array!r} to EagerTensor of dtype {dtype.name}")
    return EagerTensor(bytes_array(array), dtypes.string)


def bytes_array(array: Any) -> Any:
    """``array`` of text or bytes as an object array of ``bytes`` (text as UTF-8)."""
    result = np.empty(array.shape, dtype=object)
    flat = result.reshape(-1)
    for index, item in enumerate(array.reshape(-1).tolist()):
        if isinstance(item, str):
            item = item.encode("utf-8")
        elif not isinstance(item, bytes):
            raise ValueError(
                f"Failed to convert a NumPy array to a Tensor (Unsupported object type {type(item).__name__})."
            )
        flat[index] = item
    return result


def _from_shape(shape: TensorShape, dtype: DType | None, hint: DType | None) -> EagerTensor:
    if not shape.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape {shape} to a Tensor.")
    sizes = shape.as_list()
    target = dtype or (hint if hint in (dtypes.int32, dtypes.int64) else None)
    if target is None:
        target = dtypes.int64 if any(size > _INT32.max for size in sizes) else dtypes.int32  # type: ignore[operator]
    if target not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype: {target.name}")
    return EagerTensor(np.array(sizes, target._numpy), target)


def _from_string(value: str | bytes, dtype: DType | None, hint: DType | None) -> EagerTensor:
    if dtype is not None and dtype is not dtypes.string:
        raise _cannot(value, dtype)
    array = np.empty((), dtype=object)
    array[()] = value.encode("utf-8") if isinstance(value, str) else value
    return EagerTensor(array, dtypes.string)


def _first_leaf(value: Any) -> Any:
    while isinstance(value, _SEQUENCES):
        if not value:
            return None
        value = value[0]
    return value


def _needs_packing(value: Any) -> bool:
    """Whether a nested sequence holds tensors (or what becomes one)."""
    for item in value:
        if isinstance(item, _SEQUENCES):
            if _needs_packing(item):
                return True
        elif isinstance(item, Tensor) or (
            hasattr(type(item), "__tf_tensor__") or hasattr(type(item), "__flowstone_op__")
        ):
            return True
        elif type(item) is float or type(item) is int:
            continue
        elif isinstance(item, Dimension):
            return True
    return False


def _from_integers(value: list[int] | tuple[int, ...], target: DType | None) -> EagerTensor | None:
    """A flat list of Python integers, such as a shape, as int32 or int64 by the short way; None if it is not for that."""
    if target is None or target is dtypes.int32 or target is dtypes.int64:
        target = target or dtypes.int32
        try:
            return EagerTensor(np.array(value, target._numpy), target)
        except OverflowError:
            pass
    return None


def _from_sequence(value: Any, dtype: DType | None, hint: DType | None) -> Tensor:
    if isinstance(value, range):
        value = list(value)
    if _needs_packing(value):
        return pack_nested(value, dtype, hint)
    try:
        array = np.array(value)
    except UnicodeDecodeError:  # text beside bytes that are none
        array = np.array(value, dtype=object)
    except (ValueError, OverflowError) as error:
        if isinstance(error, OverflowError):
            raise ValueError("Can't convert Python sequence with out-of-range integer to Tensor.") from None
        text = f"Can't convert non-rectangular Python sequence to Tensor: its rows must be equally long. Got {value!r}."
        unfit = dtype is not None and dtype._kind not in _ADMITS.get(type(_first_leaf(value)), dtype._kind)
        raise TypeError(text) if unfit and building_graph() else ValueError(text) from None
    kind = array.dtype.kind
    if kind in "USO":
        objects = _objects(value, array)
        if dtype is not None and dtype is not dtypes.string and kind != "O":
            raise _cannot(value, dtype)
        return _from_object_array(objects, dtype, hint)
    leaf = _first_leaf(value)
    if isinstance(leaf, (np.generic, np.ndarray)) and array.size:
        return _from_numpy(array.astype(np.asarray(leaf).dtype, copy=False), dtype, hint)
    return _from_plain_array(value, array, kind, dtype, hint)


def _objects(value: Any, array: Any) -> Any:
    """The sequence as an object array whose items keep their Python type (numpy pads fixed-width strings)."""
    if array.dtype.kind == "O":
        if array.size and any(item is None for item in array.flat):
            raise ValueError(
                "Attempt to convert a value (None) with an unsupported type (<class 'NoneType'>) to a Tensor."
            )
        return array
    objects = np.empty(array.shape, dtype=object)
    if array.size:
        objects[...] = np.array(value, dtype=object).reshape(array.shape)
    if any(not isinstance(item, (str, bytes)) for item in objects.flat):
        raise ValueError("Can't convert Python sequence with mixed types to Tensor.")
    return objects


def _from_plain_array(value: Any, array: Any, kind: str, dtype: DType | None, hint: DType | None) -> EagerTensor:
    if kind in "iu" and _holds_bool(value):
        raise ValueError("Can't convert Python sequence with mixed types to Tensor.")
    python_kind = {"b": bool, "i": int, "u": int, "f": float, "c": complex}[kind]
    if array.size == 0:
        target = dtype or hint or dtypes.float32
        if target.is_handle:
            raise _cannot(value, target)
        return EagerTensor(array.astype(target._numpy), target)
    if dtype is not None:
        if dtype._kind not in _ADMITS[python_kind] or dtype is dtypes.string:
            raise (
                _cannot(value, dtype)
                if python_kind is not float
                else TypeError(f"Cannot convert {_first_leaf(value)!r} to EagerTensor of dtype {dtype.name}")
            )
        target = dtype
    elif hint is not None and hint._kind in _ADMITS[python_kind]:
        target = hint
    elif python_kind is float:
        target = dtypes.float32
    elif python_kind is int:
        fits = array.dtype.kind == "i" and array.min() >= _INT32.min and array.max() <= _INT32.max
        target = dtypes.int32 if fits else dtypes.int64
    else:
        target = dtypes.bool if python_kind is bool else dtypes.complex128
    return EagerTensor(state.quiet(array.astype, target._numpy), target)


def _holds_bool(value: Any) -> bool:
    return any(_holds_bool(item) if isinstance(item, _SEQUENCES) else type(item) is bool for item in value)


def pack_nested(value: Any, dtype: DType | None, hint: DType | None) -> Tensor:
    """Stack a nested sequence that holds tensors into one tensor; all take the type of the first tensor."""
    if dtype is None:
        dtype = _first_tensor_dtype(value)
    return _pack(value, dtype)


def _first_tensor_dtype(value: Any) -> DType | None:
    for item in value:
        if isinstance(item, _SEQUENCES):
            found = _first_tensor_dtype(item)
        else:
            found = getattr(item, "dtype", None) if hasattr(type(item), "__tf_tensor__") else None
        if found is not None:
            return as_dtype(found)
    return None


def _pack(value: Any, dtype: DType | None) -> Tensor:
    items = [_pack(item, dtype) if isinstance(item, _SEQUENCES) else to_tensor(item, dtype) for item in value]
    return packer[0](items)


packer: list[Callable[[list[Tensor]], Tensor]] = []
"""The op that stacks tensors; ``flowstone_core.ops.array`` puts its ``Pack`` here."""
