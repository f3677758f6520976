from __future__ import annotations

import errno
import os
import threading

import numpy as np
import pytest
from flowstone_core import errors, gfile
from flowstone_core.files import replacing, tensorflow_errors
from flowstone_core.gfile_file import GFile
from flowstone_core.glob_patterns import matches_of
from flowstone_core.ops import files as ops
from hypothesis import given, settings
from hypothesis import strategies as st


@pytest.fixture
def folder(tmp_path):
    for name in ("a.txt", "b.txt", ".hidden", "[x]"):
        (tmp_path / name).write_text(f"{name}\nend")
    (tmp_path / "d" / "e").mkdir(parents=True)
    (tmp_path / "d" / "c.txt").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*", [".hidden", "[x]", "a.txt", "b.txt", "d"]),
        ("?.txt", ["a.txt", "b.txt"]),
        ("[!a].txt", ["b.txt"]),
        ("[a-b].*", ["a.txt", "b.txt"]),
        (r"\[x\]", ["[x]"]),
        ("*/*.txt", ["d/c.txt"]),
        ("a.txt/*", []),
        ("[", []),
        ("d", ["d"]),
    ],
)
def test_patterns(folder, pattern, names):
    assert [os.path.relpath(path, folder) for path in matches_of(f"{folder}/{pattern}")] == names


@settings(deadline=None)
@given(st.text(alphabet=r"ab*?[]^!-\/.", max_size=8))
def test_any_pattern_is_one(pattern):
    assert all(os.path.lexists(path) for path in matches_of(f"/nowhere/{pattern}"))


def test_a_file_is_opened_when_it_is_used(folder):
    file = GFile(folder / "n.txt", "w")
    assert not (folder / "n.txt").exists()
    with file:
        file.write("é")
        assert (file.tell(), file.seekable(), file.mode, file.name) == (2, True, "w", folder / "n.txt")
    assert GFile(folder / "n.txt").read() == "é"


def test_a_forgotten_file_is_written(folder):
    GFile(folder / "n.txt", "w").write("x")
    assert (folder / "n.txt").read_text() == "x"


def test_seeking(folder):
    with GFile(folder / "a.txt", "rb") as file:
        assert list(file) == [b"a.txt\n", b"end"]
        file.seek(-3, 2)
        assert file.read() == b"end"
        with pytest.raises(errors.OutOfRangeError, match="9 bytes"):
            file.seek(10)
        with pytest.raises(errors.InvalidArgumentError, match="whence"):
            file.seek(1, 3)
        with pytest.raises(TypeError, match="offset"):
            file.seek()


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda root: GFile(root / "nope").read(), errors.NotFoundError),
        (lambda root: GFile(root / "a.txt", "x"), errors.InvalidArgumentError),
        (lambda root: GFile(root / "a.txt").write("x"), errors.PermissionDeniedError),
        (lambda root: GFile(root / "a.txt", "a").read(), errors.PermissionDeniedError),
        (lambda root: GFile(root / "d").read(), errors.FailedPreconditionError),
        (lambda root: GFile("gs://bucket/x").read(), errors.UnimplementedError),
        (lambda root: gfile.listdir(root / "a.txt"), errors.NotFoundError),
        (lambda root: gfile.makedirs(root / "a.txt" / "n"), errors.FailedPreconditionError),
        (lambda root: gfile.remove(root / "d"), errors.FailedPreconditionError),
        (lambda root: gfile.copy(root / "a.txt", root / "b.txt"), errors.AlreadyExistsError),
        (lambda root: gfile.copy(root / "d", root / "n"), errors.InvalidArgumentError),
        (lambda root: gfile.rename(root / "a.txt", root / "b.txt"), errors.AlreadyExistsError),
        (lambda root: gfile.rename(root / "a.txt", root / "d", overwrite=True), errors.FailedPreconditionError),
        (lambda root: gfile.stat(root / "nope"), errors.NotFoundError),
        (lambda root: ops.read_file(f"{root}/nope"), errors.NotFoundError),
        (lambda root: ops.read_file([f"{root}/a.txt"]), errors.InvalidArgumentError),
        (lambda root: ops.write_file(f"{root}/d", "x"), errors.FailedPreconditionError),
        (lambda root: ops.write_file(f"{root}/n", ["x"]), errors.InvalidArgumentError),
    ],
)
def test_errors_are_tensorflows(folder, call, kind):
    with pytest.raises(kind):
        call(folder)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.EROFS, errors.PermissionDeniedError),
        (errno.ENOSPC, errors.ResourceExhaustedError),
        (errno.ENOTEMPTY, errors.FailedPreconditionError),
        (errno.EIO, errors.UnknownError),
    ],
)
def test_errors_of_the_system(number, kind):
    with pytest.raises(kind, match="Cannot try"), tensorflow_errors("try"):
        raise OSError(number, os.strerror(number), "f")


def test_a_file_copied_onto_itself_stays(folder):
    gfile.copy(folder / "a.txt", folder / "a.txt", overwrite=True)
    assert (folder / "a.txt").read_text() == "a.txt\nend"


def test_walking(folder):
    (folder / "d" / "link").symlink_to("nowhere")
    found = {
        os.path.relpath(top, folder): (set(folders), set(files)) for top, folders, files in gfile.walk(folder / "d")
    }
    assert found == {"d": ({"e"}, {"c.txt", "link"}), "d/e": (set(), set())}
    seen = []
    assert list(gfile.walk(folder / "nope", onerror=seen.append)) == []
    assert isinstance(seen[0], errors.NotFoundError)


def test_whole_files(folder):
    ops.write_file(f"{folder}/n/m", b"\xff")
    assert ops.read_file(f"{folder}/n/m").numpy() == b"\xff"
    patterns = np.array([f"{folder}/b*".encode(), f"{folder}/[ab].txt".encode()], object)
    assert ops.matching_files(patterns).numpy().tolist() == [f"{folder}/{name}".encode() for name in ("a.txt", "b.txt")]


def test_a_write_that_fails_leaves_what_was_there(folder):
    with pytest.raises(RuntimeError), replacing(folder / "a.txt") as file:
        file.write(b"half")
        raise RuntimeError
    assert (folder / "a.txt").read_text() == "a.txt\nend"
    assert not list(folder.glob(".*.part"))


def test_readers_never_see_half_a_file(folder):
    path, seen = f"{folder}/a.txt", set()
    contents = [bytes([65 + i]) * 100_000 for i in range(4)]
    ops.write_file(path, contents[0])

    def write():
        for content in contents * 5:
            ops.write_file(path, content)

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        seen.add(ops.read_file(path).numpy())
    writer.join()
    assert seen <= set(contents)
