"""``tf.Tensor`` and the tensor of eager mode.

The arithmetic operators and methods that need ops are attached by ``flowstone_core.operators``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from flowstone_core import dtypes
from flowstone_core.dtypes import DType
from flowstone_core.errors import OperatorNotAllowedInGraphError
from flowstone_core.shapes import TensorShape, merge
from flowstone_core.spec import Spec, spec_of_array

TensorLike: TypeAlias = Any
"""Whatever ``tf.convert_to_tensor`` takes: tensors, variables, numbers, strings, arrays, nested lists."""


class Reference:
    """A hashable stand-in for an object that compares by value: ``tensor.ref()``."""

    __slots__ = ("__weakref__", "_object")

    def __init__(self, target: Any) -> None:
        self._object = target

    def deref(self) -> Any:
        """The object."""
        return self._object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self._object is other._object

    def __hash__(self) -> int:
        return id(self._object)

    def __repr__(self) -> str:
        return f"<Reference wrapping {self._object!r}>"


class Tensor:
    """A multi-dimensional array of elements of one type; the value of an op.

    Tensors never change. In eager mode they hold their value (``numpy()``); while a ``tf.function`` is
    traced they stand for a value to come.

    >>> x = tf.constant([[1., 2.], [3., 4.]])
    >>> x.shape, x.dtype
    (TensorShape([2, 2]), tf.float32)
    """

    __slots__ = ("__dict__", "__weakref__")
    __array_priority__ = 100
    OVERLOADABLE_OPERATORS: ClassVar[frozenset[str]]
    """The operators that tensors have; ``flowstone_core.operators`` attaches them."""

    if TYPE_CHECKING:
        # attached by flowstone_core.operators
        def __add__(self, other: TensorLike) -> Tensor: ...
        def __radd__(self, other: TensorLike) -> Tensor: ...
        def __sub__(self, other: TensorLike) -> Tensor: ...
        def __rsub__(self, other: TensorLike) -> Tensor: ...
        def __mul__(self, other: TensorLike) -> Tensor: ...
        def __rmul__(self, other: TensorLike) -> Tensor: ...
        def __truediv__(self, other: TensorLike) -> Tensor: ...
        def __rtruediv__(self, other: TensorLike) -> Tensor: ...
        def __floordiv__(self, other: TensorLike) -> Tensor: ...
        def __rfloordiv__(self, other: TensorLike) -> Tensor: ...
        def __mod__(self, other: TensorLike) -> Tensor: ...
        def __rmod__(self, other: TensorLike) -> Tensor: ...
        def __pow__(self, other: TensorLike) -> Tensor: ...
        def __rpow__(self, other: TensorLike) -> Tensor: ...
        def __matmul__(self, other: TensorLike) -> Tensor: ...
        def __rmatmul__(self, other: TensorLike) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...
        def __invert__(self) -> Tensor: ...
        def __and__(self, other: TensorLike) -> Tensor: ...
        def __rand__(self, other: TensorLike) -> Tensor: ...
        def __or__(self, other: TensorLike) -> Tensor: ...
        def __ror__(self, other: TensorLike) -> Tensor: ...
        def __xor__(self, other: TensorLike) -> Tensor: ...
        def __rxor__(self, other: TensorLike) -> Tensor: ...
        def __lt__(self, other: TensorLike) -> Tensor: ...
        def __le__(self, other: TensorLike) -> Tensor: ...
        def __gt__(self, other: TensorLike) -> Tensor: ...
        def __ge__(self, other: TensorLike) -> Tensor: ...
        def __eq__(self, other: object) -> Any: ...
        def __ne__(self, other: object) -> Any: ...
        def __getitem__(self, key: Any) -> Tensor: ...

    @property
    def dtype(self) -> DType:
        """The element type."""
        raise NotImplementedError

    @property
    def spec(self) -> Spec:
        """What shape rules know of this tensor."""
        raise NotImplementedError

    @property
    def shape(self) -> TensorShape:
        """The static shape."""
        return TensorShape(self.spec.shape)

    def get_shape(self) -> TensorShape:
        """The static shape."""
        return self.shape

    @property
    def ndim(self) -> int | None:
        """The number of dimensions, or None if unknown."""
        return self.spec.rank

    @property
    def device(self) -> str:
        """The device that holds the value."""
        return "/job:localhost/replica:0/task:0/device:CPU:0"

    def static_value(self, partial: bool = False) -> Any:
        """The value if it is known now, else None; see ``tf.get_static_value``."""
        raise NotImplementedError

    def ref(self) -> Reference:
        """A hashable reference to this tensor, for sets and dictionary keys."""
        return Reference(self)

    def experimental_ref(self) -> Reference:
        """The old name of ``ref``."""
        return Reference(self)

    def __bool__(self) -> bool:
        raise NotImplementedError

    def __nonzero__(self) -> bool:
        """What ``bool()`` gives; the name is from Python 2."""
        return bool(self)

    def __hash__(self) -> int:
        raise TypeError("Tensor is unhashable. Instead, use tensor.ref() as the key.")

    def __tf_tensor__(self, dtype: DType | None = None, name: str | None = None) -> Tensor:
        """The protocol of ``tf.convert_to_tensor``."""
        if dtype is not None and dtype is not self.dtype:
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype {self.dtype.name}: {self!r}. "
                "Use tf.cast to convert between types."
            )
        return self


class EagerTensor(Tensor):
    """A tensor that holds its value.

    ``_array`` is a numpy array (0-d for scalars, of ``bytes`` objects for strings), or the state object of a
    resource or variant. It never changes after creation.
    """

    __slots__ = ("_array", "_dtype")

    _array: Any
    _dtype: DType

    def __init__(self, array: Any, dtype: DType) -> None:
        self._array = array
        self._dtype = dtype

    @property
    def dtype(self) -> DType:
        """The element type."""
        return self._dtype

    @property
    def spec(self) -> Spec:
        """What shape rules know of this tensor: everything."""
        return spec_of_array(self._array, self._dtype)

    @property
    def shape(self) -> TensorShape:
        """The shape."""
        array = self._array
        return TensorShape.of(array.shape) if type(array) is np.ndarray else TensorShape(())

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        array = self._array
        return array.ndim if type(array) is np.ndarray else 0

    def set_shape(self, shape: Any) -> None:
        """Check that this tensor has ``shape``.

        Raises:
            ValueError: If it has another.
        """
        if not self.shape.is_compatible_with(shape):
            raise ValueError(f"Tensor's shape {self.shape} is not compatible with supplied shape {TensorShape(shape)}.")
        merge(self.shape.as_tuple(), TensorShape(shape).as_tuple())

    @property
    def backing_device(self) -> str:
        """The device that holds the value."""
        return self.device

    @property
    def name(self) -> str:
        """Eager tensors have no names.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError("Tensor.name is undefined when eager execution is enabled.")

    @property
    def op(self) -> Any:
        """Eager tensors come from no graph.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError("Tensor.op is undefined when eager execution is enabled.")

    @property
    def graph(self) -> Any:
        """Eager tensors belong to no graph.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError("Tensor.graph is undefined when eager execution is enabled.")

    def numpy(self) -> Any:
        """The value as a writable numpy array, or a numpy scalar; bytes for strings.

        >>> tf.constant(2.5).numpy()
        np.float32(2.5)
        """
        if self._dtype.is_handle:
            raise NotImplementedError(f"A tensor of type {self._dtype.name} has no numpy value.")
        array = self._array
        return array.copy() if array.ndim else array[()]

    def _numpy(self) -> Any:
        return self._array

    def static_value(self, partial: bool = False) -> Any:
        """The value, as ``numpy()`` gives it; None for handles."""
        return None if self._dtype.is_handle else self.numpy()

    def cpu(self) -> EagerTensor:
        """This tensor: it is in host memory."""
        return self

    def gpu(self, gpu_index: int = 0) -> EagerTensor:
        """Raise: no GPU is available."""
        raise RuntimeError(f"No GPU {gpu_index} is available.")

    def eval(self, feed_dict: Any = None, session: Any = None) -> Any:
        """The value in graph mode of TensorFlow 1.

        Raises:
            NotImplementedError: Always; call ``numpy()``.
        """
        raise NotImplementedError("eval is not supported when eager execution is enabled, use numpy() instead.")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = self._array
        if self._dtype.is_handle:
            raise TypeError(f"A tensor of type {self._dtype.name} cannot become a numpy array.")
        if dtype is not None and np.dtype(dtype) != array.dtype:
            return array.astype(dtype)
        if copy:
            return array.copy()
        view = array.view()
        view.flags.writeable = False
        return view

    def __len__(self) -> int:
        if self._array.ndim == 0:
            raise TypeError("Scalar tensor has no `len()`")
        return len(self._array)

    def __iter__(self) -> Iterator[Tensor]:
        if self._array.ndim == 0:
            raise TypeError("Cannot iterate over a scalar tensor.")
        return (self[index] for index in range(len(self._array)))

    def __bool__(self) -> bool:
        return bool(self._array)

    def __int__(self) -> int:
        return int(self._array)

    def __float__(self) -> float:
        return float(self._array)

    def __complex__(self) -> complex:
        return complex(self._array)

    def __index__(self) -> int:
        if not self._dtype.is_integer or self._array.ndim:
            raise TypeError(f"only integer scalar tensors can be converted to an index, got {self!r}")
        return int(self._array)

    def __round__(self, ndigits: int | None = None) -> Any:
        return round(self._array.item(), ndigits)

    def __format__(self, format_spec: str) -> str:
        return self.numpy().__format__(format_spec) if format_spec else str(self)

    def __copy__(self) -> EagerTensor:
        return self

    def __deepcopy__(self, memo: Any) -> EagerTensor:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        if self._dtype.is_handle:
            raise TypeError(f"Cannot pickle a tensor of type {self._dtype.name}.")
        return _restore, (self._array, self._dtype.name)

    def __str__(self) -> str:
        return f"tf.Tensor({self._text(str)}, shape={self.shape}, dtype={self._dtype.name})"

    def __repr__(self) -> str:
        return f"<tf.Tensor: shape={self.shape}, dtype={self._dtype.name}, numpy={self._text(repr)}>"

    def _text(self, render: Any) -> str:
        if self._dtype.is_handle:
            return f"<{type(self._array).__name__}>"
        if self._array.ndim:
            text = str(render(self._array))
            return f"\n{text}" if "\n" in text else text
        value = self._array[()]
        return repr(value) if isinstance(value, bytes) else str(value)


def _restore(array: Any, dtype_name: str) -> EagerTensor:
    return EagerTensor(array, dtypes.as_dtype(dtype_name))


def not_a_python_value(tensor: Any, use: str) -> OperatorNotAllowedInGraphError:
    """The error for using a symbolic tensor where Python needs a value."""
    return OperatorNotAllowedInGraphError(
        f"Using a symbolic `tf.Tensor` {use} is not allowed: {tensor!r} has no value while the function is traced. "
        "Decorate the function that does it with @tf.function (so that AutoGraph converts it), use tf.cond or "
        "tf.while_loop, or debug with tf.config.run_functions_eagerly(True)."
    )


def is_tensor(x: Any) -> bool:
    """Whether ``x`` is a tensor, a variable, or made of tensors (ragged, sparse, ...).

    >>> tf.is_tensor(tf.constant(1)), tf.is_tensor(1)
    (True, False)
    """
    return isinstance(x, Tensor) or getattr(type(x), "__tf_is_tensor__", False)
