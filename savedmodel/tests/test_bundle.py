"""Tensor bundles: TensorFlow's read, ours written, damaged ones refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.errors import (
    DataLossError,
    InvalidArgumentError,
    NotFoundError,
    OpError,
    PermissionDeniedError,
)
from flowstone_protos.tensor_bundle_pb2 import BundleEntryProto, BundleHeaderProto
from flowstone_savedmodel.checkpoint.bundle_reader import BundleReader
from flowstone_savedmodel.checkpoint.bundle_writer import writing_bundle
from flowstone_savedmodel.checkpoint.table_reader import decode_table
from flowstone_savedmodel.checkpoint.table_writer import encode_table
from hypothesis import given
from hypothesis import strategies as st

GOLDEN = Path(__file__).parent / "golden" / "bundles"
NUMERIC = [
    "float16",
    "float32",
    "float64",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "complex64",
    "complex128",
    "bfloat16",
    "float8_e5m2",
    "float8_e4m3fn",
]


def copy(name: str, folder: Path) -> str:
    for path in GOLDEN.glob(f"{name}.*"):
        shutil.copy(path, folder)
    return str(folder / name)


@pytest.mark.parametrize("name", NUMERIC)
def test_reads_every_dtype_of_tensorflow(name: str) -> None:
    array = BundleReader(str(GOLDEN / "all_dtypes")).read(name)
    numpy_type = np.dtype(getattr(ml_dtypes, name, name))
    assert array.dtype == numpy_type
    np.testing.assert_array_equal(array, np.arange(6).reshape(2, 3).astype(numpy_type))


def test_reads_strings_bools_and_odd_shapes() -> None:
    reader = BundleReader(str(GOLDEN / "all_dtypes"))
    assert reader.read("string").tolist() == [[b"", b"flow"], [b"\x00\xff", b"s" * 300]]
    assert reader.read("string_scalar")[()] == b"stone"
    assert reader.read("bool").tolist() == [True, False, True]
    assert reader.read("scalar").shape == ()
    assert reader.read("empty").shape == (0, 4)
    assert reader.read("empty_string").shape == (0,)
    assert reader.spec("empty") == (dtypes.float32, [0, 4])
    assert "scalar" in reader
    assert "nothing" not in reader


def test_puts_partitioned_tensors_together() -> None:
    reader = BundleReader(str(GOLDEN / "partitioned"))
    assert reader.names() == ["table"]
    np.testing.assert_array_equal(reader.read("table"), np.arange(1500).reshape(5, 300))


def test_writes_tensorflows_bytes(tmp_path: Path) -> None:
    reader = BundleReader(str(GOLDEN / "all_dtypes"))
    order = [*NUMERIC, "bool", "string", "string_scalar", "scalar", "empty", "empty_string"]
    with writing_bundle(str(tmp_path / "deep" / "all_dtypes")) as bundle:
        for key in order:
            bundle.add(key, reader.read(key), reader.spec(key)[0])
    for suffix in (".index", ".data-00000-of-00001"):
        ours = (tmp_path / "deep" / f"all_dtypes{suffix}").read_bytes()
        assert ours == (GOLDEN / f"all_dtypes{suffix}").read_bytes()
    assert len(list((tmp_path / "deep").iterdir())) == 2


@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1),
        st.lists(st.binary(max_size=9), max_size=4),
        max_size=5,
    )
)
def test_round_trip_of_strings(tmp_path_factory: pytest.TempPathFactory, tensors: dict[str, list[bytes]]) -> None:
    prefix = str(tmp_path_factory.mktemp("bundle") / "b")
    with writing_bundle(prefix) as bundle:
        for key, value in tensors.items():
            array = np.empty(len(value), np.object_)
            array[:] = value
            bundle.add(key, array, dtypes.string)
    reader = BundleReader(prefix)
    assert {key: reader.read(key).tolist() for key in reader.names()} == tensors


def test_non_contiguous_arrays(tmp_path: Path) -> None:
    with writing_bundle(str(tmp_path / "b")) as bundle:
        bundle.add("t", np.arange(6).reshape(2, 3).T, dtypes.int64)
    np.testing.assert_array_equal(BundleReader(str(tmp_path / "b")).read("t"), np.arange(6).reshape(2, 3).T)


def test_a_failed_write_leaves_the_old_bundle(tmp_path: Path) -> None:
    prefix = str(tmp_path / "b")
    with writing_bundle(prefix) as bundle:
        bundle.add("t", np.array(1), dtypes.int64)
    with pytest.raises(KeyboardInterrupt), writing_bundle(prefix) as bundle:
        bundle.add("t", np.array(2), dtypes.int64)
        raise KeyboardInterrupt
    assert BundleReader(prefix).read("t") == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_two_tensors_of_one_name(tmp_path: Path) -> None:
    with (
        pytest.raises(InvalidArgumentError, match="two tensors named 't'"),
        writing_bundle(str(tmp_path / "b")) as bundle,
    ):
        bundle.add("t", np.array(1), dtypes.int64)
        bundle.add("t", np.array(1), dtypes.int64)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OpError, match="write the checkpoint"), writing_bundle(str(tmp_path / "file" / "b")):
        pass


def test_an_unwritable_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(PermissionDeniedError, match="Permission denied"), writing_bundle(str(tmp_path / "b")):
        pass


def test_missing_files(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="There is no checkpoint"):
        BundleReader(str(tmp_path / "none"))
    prefix = copy("all_dtypes", tmp_path)
    (tmp_path / "all_dtypes.data-00000-of-00001").unlink()
    with pytest.raises(NotFoundError, match="data-00000-of-00001"):
        BundleReader(prefix).read("scalar")


def test_missing_key() -> None:
    with pytest.raises(NotFoundError, match="Key nothing not found"):
        BundleReader(str(GOLDEN / "all_dtypes")).read("nothing")


@pytest.mark.parametrize("kept", [0, 1, 47, 48, 100, 400, 714])
def test_truncated_index(tmp_path: Path, kept: int) -> None:
    prefix = copy("all_dtypes", tmp_path)
    path = tmp_path / "all_dtypes.index"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DataLossError, match="cannot be read"):
        BundleReader(prefix)


def test_truncated_data(tmp_path: Path) -> None:
    prefix = copy("all_dtypes", tmp_path)
    path = tmp_path / "all_dtypes.data-00000-of-00001"
    path.write_bytes(path.read_bytes()[:20])
    reader = BundleReader(prefix)
    assert reader.read("float16").size == 6
    with pytest.raises(DataLossError, match="cut short"):
        reader.read("float64")


@pytest.mark.parametrize("key", ["float32", "bool", "string", "string_scalar"])
def test_flipped_bits_in_the_data(tmp_path: Path, key: str) -> None:
    prefix = copy("all_dtypes", tmp_path)
    path = tmp_path / "all_dtypes.data-00000-of-00001"
    path.write_bytes(bytes(byte ^ 0x10 for byte in path.read_bytes()))
    with pytest.raises(DataLossError, match=key):
        BundleReader(prefix).read(key)


def rewrite(tmp_path: Path, name: str, key: str, change: Callable[[BundleEntryProto], object]) -> BundleReader:
    """A reader of a golden bundle whose entry of *key* was changed."""
    prefix = copy(name, tmp_path)
    path = tmp_path / f"{name}.index"
    table = decode_table(path.read_bytes())
    entry = BundleEntryProto.FromString(table[key.encode()])
    change(entry)
    table[key.encode()] = entry.SerializeToString()
    path.write_bytes(encode_table(sorted(table.items())))
    return BundleReader(prefix)


def set_fields(**fields: int) -> Callable[[BundleEntryProto], object]:
    def change(entry: BundleEntryProto) -> None:
        for name, value in fields.items():
            setattr(entry, name, value)

    return change


def set_shape(*sizes: int) -> Callable[[BundleEntryProto], object]:
    def change(entry: BundleEntryProto) -> None:
        del entry.shape.dim[:]
        for size in sizes:
            entry.shape.dim.add(size=size)

    return change


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("float32", set_fields(dtype=77)),
        ("float32", set_fields(dtype=2)),
        ("float32", set_fields(shard_id=3)),
        ("float32", set_fields(shard_id=-1)),
        ("float32", set_fields(offset=-4)),
        ("float32", set_fields(offset=2**62)),
        ("float32", set_fields(size=-24)),
        ("float32", set_fields(crc32c=1)),
        ("float32", set_shape(-2, -3)),
        ("float32", set_shape(2**40, 2**40)),
        ("string", set_shape(2**40)),
        ("string", set_shape(3)),
        ("string", set_shape(5)),
        ("empty", set_shape(0, 2**62, 2**62)),
        ("empty", set_shape(*[0] * 100)),
        ("string_scalar", set_fields(size=2)),
    ],
)
def test_hostile_entries(tmp_path: Path, key: str, change: Callable[[BundleEntryProto], object]) -> None:
    with pytest.raises(DataLossError, match="cannot be read"):
        rewrite(tmp_path, "all_dtypes", key, change).read(key)


def drop_slice(entry: BundleEntryProto) -> None:
    del entry.slices[1]


def move_slice(entry: BundleEntryProto) -> None:
    entry.slices[1].CopyFrom(entry.slices[0])
    entry.slices.add().CopyFrom(entry.slices[0])


def enlarge_slice(entry: BundleEntryProto) -> None:
    entry.slices[1].extent[0].start = 2**40


def flatten_slice(entry: BundleEntryProto) -> None:
    del entry.slices[1].extent[0]


@pytest.mark.parametrize("change", [drop_slice, move_slice, enlarge_slice, flatten_slice, set_shape(9, 300)])
def test_hostile_slices(tmp_path: Path, change: Callable[[BundleEntryProto], object]) -> None:
    with pytest.raises((DataLossError, NotFoundError)):
        rewrite(tmp_path, "partitioned", "table", change).read("table")


def test_entry_that_is_no_message(tmp_path: Path) -> None:
    header = BundleHeaderProto(num_shards=1).SerializeToString()
    (tmp_path / "b.index").write_bytes(encode_table([(b"", header), (b"t", b"\xff\xff")]))
    with pytest.raises(DataLossError, match="entry of 't'"):
        BundleReader(str(tmp_path / "b")).read("t")


@pytest.mark.parametrize("header", [b"", b"\xff\xff\xff"])
def test_bad_header(tmp_path: Path, header: bytes) -> None:
    (tmp_path / "b.index").write_bytes(encode_table([(b"", header)]))
    with pytest.raises(DataLossError):
        BundleReader(str(tmp_path / "b"))
