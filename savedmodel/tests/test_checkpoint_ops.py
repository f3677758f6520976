"""The ops that write and read checkpoints: parts of tensors, merging. TensorFlow reads and writes the same in parity."""

import pytest
from flowstone_core.api import tf
from flowstone_core.dtypes import int32
from flowstone_core.errors import InvalidArgumentError, PermissionDeniedError
from flowstone_savedmodel.checkpoint import ops
from flowstone_savedmodel.checkpoint.slices import parse_slice
from flowstone_savedmodel.op_lookup import check_allowed


def save(prefix, name, part, values):
    ops.SAVE(str(prefix), [name], [part], [tf.constant(values)])


@pytest.mark.parametrize("text", ["2 0,3", "2", "", "2 -:-", "-2 -", "2 1", "2  -", "x -"])
def test_slices_that_are_none(text):
    with pytest.raises(InvalidArgumentError, match=r"no slice|lies outside"):
        parse_slice(text)


def test_slices():
    part = parse_slice("10 20 3,5:-")
    assert part.sizes == (5, 20)
    assert part.shape == (10, 20)


def test_a_merged_checkpoint_takes_the_place_of_its_parts(tmp_path):
    save(tmp_path / "a" / "x", "v", "4 0,2", [1, 2])
    save(tmp_path / "b" / "x", "v", "4 2,2", [3, 4])
    (tmp_path / "b" / "other").write_text("stays")
    prefixes = [str(tmp_path / each / "x") for each in "ab"]
    ops.MERGE(prefixes, str(tmp_path / "all"))
    (restored,) = ops.RESTORE(str(tmp_path / "all"), ["v"], [""], dtypes=[int32])
    assert restored.numpy().tolist() == [1, 2, 3, 4]
    assert not (tmp_path / "a").exists()
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["other"]


def test_what_does_not_fit_is_not_merged(tmp_path):
    save(tmp_path / "a", "v", "4 0,2", [1, 2])
    save(tmp_path / "b", "v", "5 2,2", [3, 4])
    save(tmp_path / "c", "v", "", [3, 4])
    for other in "bca":
        with pytest.raises(InvalidArgumentError):
            ops.MERGE([str(tmp_path / "a"), str(tmp_path / other)], str(tmp_path / "all"))
    assert not (tmp_path / "all.index").exists()
    ops.MERGE([str(tmp_path / "a"), str(tmp_path / "z")], str(tmp_path / "all"), allow_missing_files=True)
    assert (tmp_path / "all.index").exists()


def test_a_loaded_graph_may_not_use_them():
    for op in (ops.SAVE, ops.RESTORE, ops.MERGE):
        with pytest.raises(PermissionDeniedError, match="uses files"):
            check_allowed(op.name, allow_files=False)
