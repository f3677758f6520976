"""TFRecord files and parsed examples, exchanged with TensorFlow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flowstone
import numpy as np
import pytest

tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed: nox -s parity")

RECORDS = [b"", b"first", bytes(range(256)) * 300]


def write(library: Any, path: Path, compression: str) -> str:
    with library.io.TFRecordWriter(str(path), library.io.TFRecordOptions(compression)) as writer:
        for record in RECORDS:
            writer.write(record)
    return str(path)


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
@pytest.mark.parametrize(("writer", "reader"), [(flowstone, tf), (tf, flowstone)], ids=["ours", "theirs"])
def test_records(tmp_path: Path, compression: str, writer: Any, reader: Any) -> None:
    path = write(writer, tmp_path / "records", compression)
    assert list(reader.data.TFRecordDataset(path, compression).as_numpy_iterator()) == RECORDS


def test_uncompressed_files_are_the_same_bytes(tmp_path: Path) -> None:
    ours, theirs = write(flowstone, tmp_path / "a", ""), write(tf, tmp_path / "b", "")
    assert Path(ours).read_bytes() == Path(theirs).read_bytes()


def example(library: Any) -> bytes:
    train = library.train
    feature = {
        "i": train.Feature(int64_list=train.Int64List(value=[1, -2])),
        "f": train.Feature(float_list=train.FloatList(value=[0.5])),
        "s": train.Feature(bytes_list=train.BytesList(value=[b"x", b""])),
    }
    return bytes(train.Example(features=train.Features(feature=feature)).SerializeToString(deterministic=True))


def test_examples_are_the_same_bytes() -> None:
    assert example(flowstone) == example(tf)


REQUESTS: dict[str, Any] = {
    "all": lambda io: {
        "i": io.FixedLenFeature([2], "int64"),
        "f": io.FixedLenFeature([], "float32"),
        "s": io.FixedLenFeature([2, 1], "string"),
    },
    "defaults": lambda io: {"none": io.FixedLenFeature([3], "float32", default_value=[1.0, 2.0, 3.0])},
    "sequence": lambda io: {"i": io.FixedLenSequenceFeature([], "int64", allow_missing=True)},
    "missing": lambda io: {"none": io.FixedLenFeature([1], "int64")},
    "wrong type": lambda io: {"i": io.FixedLenFeature([2], "float32")},
    "any length": lambda io: {"i": io.VarLenFeature("int64"), "none": io.VarLenFeature("string")},
    "sparse": lambda io: {"f": io.SparseFeature("i", "f", "float32", 5), "i": io.FixedLenFeature([2], "int64")},
    "sparse rows": lambda io: {"g": io.SparseFeature(["i", "i"], "i", "int64", [5, 6], already_sorted=True)},
    "sparse of other lengths": lambda io: {"s": io.SparseFeature("i", "none", "string", 5)},
    "two types": lambda io: {"i": io.VarLenFeature("float32"), "j": io.SparseFeature("i", "i", "int64", 5)},
    "no type": lambda io: {"i": io.VarLenFeature(None)},
    "wrong size": lambda io: {"i": io.FixedLenFeature([3], "int64")},
}


@pytest.mark.parametrize("batched", [False, True])
@pytest.mark.parametrize("request_name", REQUESTS)
def test_parsing(request_name: str, batched: bool) -> None:
    results = []
    for library in (tf, flowstone):
        features = {
            key: feature._replace(dtype=feature.dtype and library.as_dtype(feature.dtype))
            for key, feature in REQUESTS[request_name](library.io).items()
        }
        data = example(library)
        parse = library.io.parse_example if batched else library.io.parse_single_example
        try:
            parsed = parse([data, data] if batched else data, features)
        except Exception as error:  # noqa: BLE001 - the types are compared
            results.append(type(error).__name__)
        else:
            results.append({key: parts(value) for key, value in parsed.items()})
    assert results[1] == results[0]


def parts(value: Any) -> Any:
    """A tensor, or the parts of a sparse one, as lists."""
    if hasattr(value, "numpy"):
        return value.numpy().tolist()
    return [part.numpy().tolist() for part in (value.indices, value.values, value.dense_shape)]


PIPELINES: dict[str, Any] = {
    "batch": lambda d: d.Dataset.range(7).batch(3),
    "drop_remainder": lambda d: d.Dataset.range(7).batch(3, drop_remainder=True),
    "map": lambda d: d.Dataset.range(5).map(lambda x: (x, x * 2)),
    "filter": lambda d: d.Dataset.range(9).filter(lambda x: x % 3 == 0),
    "flat_map": lambda d: d.Dataset.range(4).flat_map(lambda x: d.Dataset.range(x)),
    "interleave": lambda d: d.Dataset.range(1, 6).interleave(
        lambda x: d.Dataset.from_tensors(x).repeat(6), cycle_length=2, block_length=4
    ),
    "interleave one": lambda d: d.Dataset.range(1, 4).interleave(lambda x: d.Dataset.range(x), cycle_length=1),
    "interleave many": lambda d: d.Dataset.range(0, 4).interleave(lambda x: d.Dataset.range(x), cycle_length=3),
    "zip": lambda d: d.Dataset.zip((d.Dataset.range(3), d.Dataset.range(5, 9))),
    "enumerate": lambda d: d.Dataset.from_tensor_slices([[1, 2], [3, 4]]).enumerate(start=5),
    "concatenate": lambda d: d.Dataset.range(2).concatenate(d.Dataset.range(7, 9)),
    "repeat take skip": lambda d: d.Dataset.range(3).repeat(3).skip(2).take(5),
    "shard": lambda d: d.Dataset.range(10).shard(3, 1),
    "unbatch": lambda d: d.Dataset.from_tensor_slices(np.arange(6).reshape(3, 2)).unbatch(),
    "take_while": lambda d: d.Dataset.range(9).take_while(lambda x: x < 4),
    "structure": lambda d: d.Dataset.from_tensor_slices({"a": [1.0, 2.0], "b": (["x", "y"],)}),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines(name: str) -> None:
    ours, theirs = PIPELINES[name](flowstone.data), PIPELINES[name](tf.data)
    assert _plain(list(ours.as_numpy_iterator())) == _plain(list(theirs.as_numpy_iterator()))
    assert str(ours.element_spec) == str(theirs.element_spec)
    assert int(ours.cardinality()) == int(theirs.cardinality())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return np.asarray(value).tolist()


SPARSE_PIPELINES: dict[str, Any] = {
    "slices": lambda d, x, tf: d.Dataset.from_tensor_slices((x, [1, 2, 3])),
    "batch": lambda d, x, tf: d.Dataset.from_tensor_slices(x).batch(2),
    "drop_remainder": lambda d, x, tf: d.Dataset.from_tensor_slices(x).batch(2, drop_remainder=True),
    "unbatch": lambda d, x, tf: d.Dataset.from_tensors(x).unbatch(),
    "growing": lambda d, x, tf: d.Dataset.range(1, 4).map(lambda n: tf.SparseTensor([[n - 1]], [n], [n])).batch(2),
    "zip": lambda d, x, tf: d.Dataset.zip((d.Dataset.from_tensor_slices(x), d.Dataset.range(3))).batch(3),
}


@pytest.mark.parametrize("name", SPARSE_PIPELINES)
def test_sparse_elements(name: str) -> None:
    results = []
    for library in (tf, flowstone):
        x = library.SparseTensor([[0, 2], [2, 0], [2, 1]], [5, 7, 8], [3, 3])
        dataset = SPARSE_PIPELINES[name](library.data, x, library)
        elements = [[parts(part) for part in library.nest.flatten(element)] for element in dataset]
        results.append((str(dataset.element_spec), elements))
    assert results[1] == results[0]
