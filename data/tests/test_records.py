"""TFRecord files, text files, and parsing examples."""

import os
from pathlib import Path

import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_data.parsing.features import FixedLenFeature, FixedLenSequenceFeature, SparseFeature, VarLenFeature
from flowstone_data.parsing.parse import parse_example, parse_single_example
from flowstone_data.readers import FixedLengthRecordDatasetV2, TextLineDatasetV2, TFRecordDatasetV2
from flowstone_data.record_writer import TFRecordOptions, TFRecordWriter
from flowstone_protos import example_pb2, feature_pb2
from hypothesis import given
from hypothesis import strategies as st


def write(path, records, options=None):
    with TFRecordWriter(str(path), options) as writer:
        for record in records:
            writer.write(record)
    return str(path)


def read(*args, **kwargs):
    return list(TFRecordDatasetV2(*args, **kwargs).as_numpy_iterator())


@given(st.lists(st.binary(max_size=200), max_size=10), st.sampled_from(["", "GZIP", "ZLIB"]))
def test_what_is_written_is_read(tmp_path_factory, records, compression):
    path = write(tmp_path_factory.mktemp("r") / "a", records, compression)
    assert read(path, compression) == records


def test_several_files_and_options(tmp_path):
    one = write(tmp_path / "1", [b"a", b"b"], TFRecordOptions("GZIP", compression_level=1))
    two = write(tmp_path / "2", [b"c"], TFRecordOptions("GZIP"))
    assert read([one, two], compression_type="GZIP") == [b"a", b"b", b"c"]
    assert read([one, two], compression_type="GZIP", num_parallel_reads=2) == [b"a", b"c", b"b"]


@pytest.mark.parametrize("compression", ["", "GZIP", "ZLIB"])
def test_every_truncation_is_noticed(tmp_path, compression):
    path = write(tmp_path / "a", [b"first", b"second"], compression)
    whole = Path(path).read_bytes()
    for size in range(1, len(whole)):
        Path(path).write_bytes(whole[:size])
        try:
            records = read(path, compression)
        except tf.errors.DataLossError as error:
            assert path in str(error)
        else:
            assert compression != "GZIP"
            assert records in ([], [b"first"], [b"first", b"second"])


def test_every_damaged_byte_is_noticed(tmp_path):
    path = write(tmp_path / "a", [b"first"])
    whole = bytearray(Path(path).read_bytes())
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 0x40
        Path(path).write_bytes(damaged)
        with pytest.raises(tf.errors.DataLossError, match="corrupted record at 0|truncated record at 0"):
            read(path)


def test_records_before_the_damage_are_read(tmp_path):
    path = write(tmp_path / "a", [b"first", b"second"])
    os.truncate(path, os.path.getsize(path) - 1)
    iterator = iter(TFRecordDatasetV2(path))
    assert next(iterator).numpy() == b"first"
    with pytest.raises(tf.errors.DataLossError, match="truncated record at 21"):
        next(iterator)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(tf.errors.NotFoundError, match="No such file"):
        read(str(tmp_path / "none"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="directory"):
        read(str(tmp_path))
    with pytest.raises(tf.errors.NotFoundError):
        TFRecordWriter(str(tmp_path / "none" / "a"))
    with pytest.raises(tf.errors.InvalidArgumentError, match="compression"):
        read(write(tmp_path / "a", []), "ZIP")


def test_a_closed_writer_refuses(tmp_path):
    writer = TFRecordWriter(str(tmp_path / "a"))
    writer.write(b"x")
    writer.flush()
    assert read(str(tmp_path / "a")) == [b"x"]
    writer.close()
    writer.close()
    with pytest.raises(tf.errors.FailedPreconditionError, match="closed"):
        writer.write(b"y")


def test_text_lines(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one\r\ntwo\n\nlast")
    lines = list(TextLineDatasetV2(str(tmp_path / "a.txt")).as_numpy_iterator())
    assert lines == [b"one", b"two", b"", b"last"]


def test_fixed_length_records(tmp_path):
    (tmp_path / "a").write_bytes(b"HHabcdefF")
    records = FixedLengthRecordDatasetV2(str(tmp_path / "a"), record_bytes=3, header_bytes=2, footer_bytes=1)
    assert list(records.as_numpy_iterator()) == [b"abc", b"def"]
    with pytest.raises(tf.errors.InvalidArgumentError, match="not a multiple"):
        list(FixedLengthRecordDatasetV2(str(tmp_path / "a"), record_bytes=4, header_bytes=2))


def example(**features):
    made = {}
    for key, values in features.items():
        if isinstance(values[0], bytes):
            made[key] = feature_pb2.Feature(bytes_list=feature_pb2.BytesList(value=values))
        elif isinstance(values[0], float):
            made[key] = feature_pb2.Feature(float_list=feature_pb2.FloatList(value=values))
        else:
            made[key] = feature_pb2.Feature(int64_list=feature_pb2.Int64List(value=values))
    return example_pb2.Example(features=feature_pb2.Features(feature=made)).SerializeToString()


class TestParsing:
    features = {
        "i": FixedLenFeature([2], "int64"),
        "f": FixedLenFeature([], "float32"),
        "s": FixedLenFeature([1, 1], "string"),
    }

    def test_single(self):
        parsed = parse_single_example(example(i=[1, 2], f=[0.5], s=[b"x"]), self.features)
        np.testing.assert_array_equal(parsed["i"].numpy(), [1, 2])
        assert parsed["f"].numpy() == 0.5
        assert parsed["s"].numpy().tolist() == [[b"x"]]

    def test_batch(self):
        parsed = parse_example([example(i=[1, 2], f=[0.5], s=[b"x"])] * 3, self.features)
        assert {key: value.shape.as_list() for key, value in parsed.items()} == {"i": [3, 2], "f": [3], "s": [3, 1, 1]}

    def test_empty_batch(self):
        parsed = parse_example(np.array([], object), {"i": FixedLenFeature([2], "int64")})
        assert parsed["i"].shape.as_list() == [0, 2]

    def test_defaults(self):
        parsed = parse_example([example(a=[1])] * 2, {"i": FixedLenFeature([2], "int64", default_value=[7, 8])})
        assert parsed["i"].numpy().tolist() == [[7, 8], [7, 8]]
        filled = parse_single_example(example(a=[1]), {"i": FixedLenFeature([3], "int64", default_value=4)})
        assert filled["i"].numpy().tolist() == [4, 4, 4]

    def test_sequences_are_padded(self):
        feature = {"i": FixedLenSequenceFeature([], "int64", allow_missing=True, default_value=-1)}
        parsed = parse_example([example(i=[1]), example(i=[2, 3, 4]), example(a=[0])], feature)
        assert parsed["i"].numpy().tolist() == [[1, -1, -1], [2, 3, 4], [-1, -1, -1]]

    @pytest.mark.parametrize(
        ("data", "feature", "message"),
        [
            (example(i=[1]), FixedLenFeature([2], "int64"), "values != expected"),
            (example(a=[1]), FixedLenFeature([1], "int64"), "is required but could not be found"),
            (example(i=[1.0]), FixedLenFeature([1], "int64"), "Data types don't match"),
            (b"\xff\xff", FixedLenFeature([1], "int64"), "Could not parse example input"),
        ],
    )
    def test_bad_input(self, data, feature, message):
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            parse_single_example(data, {"i": feature})

    def test_bad_requests(self):
        with pytest.raises(ValueError, match="features"):
            parse_example([b""], {})
        with pytest.raises(ValueError, match="must be a scalar"):
            parse_single_example([b""], self.features)
        with pytest.raises(ValueError, match="allow_missing"):
            parse_example([b""], {"i": FixedLenSequenceFeature([], "int64")})
        with pytest.raises(ValueError, match="type"):
            parse_example([b""], {"i": VarLenFeature(None)})
        with pytest.raises(ValueError, match="size"):
            parse_example([b""], {"s": SparseFeature(["i", "j"], "v", "int64", 5)})
