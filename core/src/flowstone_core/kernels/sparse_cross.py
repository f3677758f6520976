"""Kernels of ``flowstone_core.ops.sparse_cross``."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from flowstone_core.conversion import bytes_array
from flowstone_core.errors import SpecError
from flowstone_core.fingerprints import farm_fingerprint, joined, sip
from flowstone_core.kernel import KernelSet
from flowstone_core.kernels.coordinates import check_inside, check_parts
from flowstone_core.ops import sparse_cross as ops
from flowstone_core.philox import MASK_64
from flowstone_core.shapes import TensorShape

KERNELS = KernelSet()


def _rows(indices: list[Any], values: list[Any], shapes: list[Any], dense_inputs: list[Any]) -> list[list[Any]]:
    """For each column its features, by row.

    Raises:
        SpecError: If a column is no matrix, or columns have different numbers of rows.
    """
    if len(values) != len(indices):
        raise SpecError(f"SparseCross: {len(indices)} sparse columns need as many values, got {len(values)}.")
    columns = []
    for places, features, shape in zip(indices, values, shapes, strict=True):
        check_parts(places, features, shape)
        if shape.size != 2:
            raise SpecError(f"SparseCross: columns must be matrices, got shape {shape.tolist()}.")
        check_inside(places[:, :1], shape[:1])
        order = np.argsort(places[:, 0], kind="stable")
        ends = np.cumsum(np.bincount(places[:, 0], minlength=int(shape[0])))[:-1]
        columns.append(np.split(features[order], ends) if shape[0] else [])
    for dense in dense_inputs:
        if dense.ndim != 2:
            raise SpecError(f"SparseCross: columns must be matrices, got shape {TensorShape(dense.shape)}.")
        columns.append(list(dense))
    counts = {len(column) for column in columns}
    if len(counts) > 1:
        raise SpecError(f"SparseCross: columns must have one number of rows, got {sorted(counts)}.")
    return columns


def _crossed(columns: list[list[Any]], combine: Callable[[Sequence[Any]], Any]) -> tuple[Any, list[Any], Any]:
    """All combinations in each row, the last column's features fastest."""
    found = [[combine(each) for each in itertools.product(*row)] for row in zip(*columns, strict=True)]
    lengths = np.array([len(row) for row in found], np.int64)
    rows = np.repeat(np.arange(lengths.size), lengths)
    starts = np.cumsum(lengths) - lengths
    indices = np.stack([rows, np.arange(rows.size) - starts[rows]], 1).astype(np.int64)
    return indices, [item for row in found for item in row], np.array([lengths.size, lengths.max(initial=0)], np.int64)


def _word(feature: Any) -> bytes:
    return feature if isinstance(feature, bytes) else b"%d" % feature


def _words(columns: list[list[Any]], between: bytes) -> tuple[Any, Any, Any]:
    indices, words, shape = _crossed(columns, lambda features: between.join(map(_word, features)))
    array = np.empty(len(words), object)
    array[:] = words
    return indices, bytes_array(array), shape


@KERNELS.add(ops.SPARSE_CROSS_V2)
def sparse_cross_v2(
    indices: list[Any], values: list[Any], shapes: list[Any], dense_inputs: list[Any], sep: Any
) -> tuple[Any, Any, Any]:
    """Features joined by a separator."""
    return _words(_rows(indices, values, shapes, dense_inputs), sep[()])


@KERNELS.add(ops.SPARSE_CROSS)
def sparse_cross(
    indices: list[Any],
    values: list[Any],
    shapes: list[Any],
    dense_inputs: list[Any],
    *,
    hashed_output: bool,
    num_buckets: int,
    hash_key: int,
    **attrs: Any,
) -> tuple[Any, Any, Any]:
    """Features joined, or their fingerprints."""
    columns = _rows(indices, values, shapes, dense_inputs)
    if not hashed_output:
        return _words(columns, b"_X_")
    numbered = [[list(map(_fingerprint, row)) for row in column] for column in columns]
    buckets = num_buckets or 2**63 - 1
    places, found, shape = _crossed(numbered, lambda each: functools.reduce(joined, each, hash_key & MASK_64) % buckets)
    return places, np.array(found, np.int64), shape


@KERNELS.add(ops.SPARSE_CROSS_HASHED)
def sparse_cross_hashed(
    indices: list[Any],
    values: list[Any],
    shapes: list[Any],
    dense_inputs: list[Any],
    num_buckets: Any,
    strong_hash: Any,
    salt: Any,
) -> tuple[Any, Any, Any]:
    """Fingerprints of features, joined; or, if others must not find collisions, hashes that a key decides."""
    if strong_hash:
        if salt.shape != (2,):
            raise SpecError(f"SparseCrossHashed: salt must be two numbers, got shape {TensorShape(salt.shape)}.")
        if any(each.dtype.kind == "i" for each in (*values, *dense_inputs)):
            raise SpecError("SparseCrossHashed: strong hashes are made of strings; convert numbers with tf.strings.")
    key = salt.tolist()
    number = (lambda feature: sip(feature, key)) if strong_hash else _fingerprint
    columns = [[list(map(number, row)) for row in column] for column in _rows(indices, values, shapes, dense_inputs)]
    buckets = int(num_buckets) or 2**63 - 1
    places, found, shape = _crossed(columns, lambda each: functools.reduce(joined, each) % buckets)
    return places, np.array(found, np.int64), shape


def _fingerprint(feature: Any) -> int:
    return farm_fingerprint(feature) if isinstance(feature, bytes) else int(feature) & MASK_64
