"""What static tables are filled with: tensors, or the lines of a file."""

from __future__ import annotations

from typing import Any

from flowstone_core.asset import Asset
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import DType, as_dtype, int64, string
from flowstone_core.ops import lookup as ops
from flowstone_core.trackable import Trackable
from flowstone_core.vocabulary_file import LINE_NUMBER, WHOLE_LINE


class TableInitializerBase(Trackable):
    """What fills a table."""

    def __init__(self, key_dtype: Any, value_dtype: Any) -> None:
        self._key_dtype, self._value_dtype = as_dtype(key_dtype), as_dtype(value_dtype)

    @property
    def key_dtype(self) -> DType:
        """The type of keys."""
        return self._key_dtype

    @property
    def value_dtype(self) -> DType:
        """The type of values."""
        return self._value_dtype

    def initialize(self, table: Any) -> Any:
        """Fill ``table``."""
        raise NotImplementedError(f"{type(self).__name__} does not say how a table is filled.")

    def _check(self, table: Any) -> None:
        have, want = (self._key_dtype, self._value_dtype), (table.key_dtype, table.value_dtype)
        if have != want:
            raise TypeError(
                f"A table from {want[0].name} to {want[1].name} cannot be filled from {have[0].name} to {have[1].name}."
            )


class KeyValueTensorInitializer(TableInitializerBase):
    """Keys and their values, as two vectors of one length.

    >>> init = tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2])
    >>> tf.lookup.StaticHashTable(init, default_value=-1)[tf.constant(["b", "x"])].numpy()
    array([ 2, -1], dtype=int32)

    Args:
        keys: The keys.
        values: Their values.
        key_dtype: The type of keys, if not that of ``keys``.
        value_dtype: The type of values, if not that of ``values``.
        name: A name for the operation.
    """

    def __init__(
        self, keys: Any, values: Any, key_dtype: Any = None, value_dtype: Any = None, name: str | None = None
    ) -> None:
        self._keys = convert_to_tensor(keys, key_dtype and as_dtype(key_dtype))
        self._values = convert_to_tensor(values, value_dtype and as_dtype(value_dtype))
        super().__init__(self._keys.dtype, self._values.dtype)

    def initialize(self, table: Any) -> Any:
        """Fill ``table``.

        Raises:
            TypeError: If its types are others.
            tf.errors.InvalidArgumentError: If there are not as many values as keys.
            tf.errors.FailedPreconditionError: If a key has two values.
        """
        self._check(table)
        ops.LOOKUP_TABLE_IMPORT(table.resource_handle, self._keys, self._values)


class TextFileIndex:
    """What of a line a key or a value is, if not one of its columns."""

    WHOLE_LINE = WHOLE_LINE
    LINE_NUMBER = LINE_NUMBER


class TextFileInitializer(TableInitializerBase):
    """Keys and values from the lines of a file; a saved model takes the file along.

    >>> with tf.io.gfile.GFile("/tmp/flowstone-vocabulary.txt", "w") as file:
    ...     file.write("red\\ngreen\\nblue\\n")
    >>> init = tf.lookup.TextFileInitializer(
    ...     "/tmp/flowstone-vocabulary.txt", tf.string, tf.lookup.TextFileIndex.WHOLE_LINE,
    ...     tf.int64, tf.lookup.TextFileIndex.LINE_NUMBER)
    >>> tf.lookup.StaticHashTable(init, -1)[tf.constant(["blue", "pink"])].numpy()
    array([ 2, -1])

    Args:
        filename: The path of the file.
        key_dtype: The type of keys.
        key_index: A column, ``TextFileIndex.WHOLE_LINE`` or ``TextFileIndex.LINE_NUMBER``.
        value_dtype: The type of values.
        value_index: The same for values.
        vocab_size: How many lines to read, if not all.
        delimiter: What separates columns.
        name: A name for the operation.
        value_index_offset: What is added to line numbers.

    Raises:
        ValueError: If an index is below -2, a whole line is no string or a line number no int64, or the size is not
            positive.
    """

    def __init__(
        self,
        filename: Any,
        key_dtype: Any,
        key_index: int,
        value_dtype: Any,
        value_index: int,
        vocab_size: int | None = None,
        delimiter: str = "\t",
        name: str | None = None,
        value_index_offset: int = 0,
    ) -> None:
        super().__init__(key_dtype, value_dtype)
        _check_index("key", key_index, self._key_dtype, self._key_dtype.is_integer)
        _check_index("value", value_index, self._value_dtype, False)
        if vocab_size is not None and vocab_size <= 0:
            raise ValueError(f"TextFileInitializer: vocab_size must be positive or None, got {vocab_size}.")
        self._filename = Asset(filename)
        self._attrs: dict[str, Any] = {
            "key_index": key_index,
            "value_index": value_index,
            "vocab_size": -1 if vocab_size is None else vocab_size,
            "delimiter": delimiter,
            "offset": value_index_offset,
        }

    def _trackable_children(self) -> dict[str, Any]:
        return {"_filename": self._filename}

    def initialize(self, table: Any) -> Any:
        """Fill ``table``.

        Raises:
            TypeError: If its types are others.
            tf.errors.NotFoundError: If there is no such file.
            tf.errors.InvalidArgumentError: If its lines do not hold what is asked for.
        """
        self._check(table)
        ops.INITIALIZE_TABLE_FROM_TEXT_FILE(table.resource_handle, self._filename.asset_path, **self._attrs)


def _check_index(what: str, index: int, dtype: DType, whole_number: bool) -> None:
    if index < WHOLE_LINE:
        raise ValueError(f"TextFileInitializer: {what}_index must be at least {WHOLE_LINE}, got {index}.")
    if index == LINE_NUMBER and dtype is not int64:
        raise ValueError(f"TextFileInitializer: {what}_dtype must be int64 for a line number, got {dtype.name}.")
    if index == WHOLE_LINE and dtype is not string and not whole_number:
        raise ValueError(f"TextFileInitializer: {what}_dtype must be string for a whole line, got {dtype.name}.")
