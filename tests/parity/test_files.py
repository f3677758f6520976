"""``tf.io.gfile`` and the file ops, side by side with TensorFlow's in folders with the same files."""

from __future__ import annotations

import os
from pathlib import Path

import flowstone
import pytest

tensorflow = pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

pytestmark = pytest.mark.filterwarnings("ignore")


def tree(root):
    (root / "d" / "e").mkdir(parents=True)
    (root / "a.txt").write_bytes(b"one\ntwo\r\n\nend")
    (root / "b.bin").write_bytes(b"\xff\x00z")
    (root / "u.txt").write_text("é1\nx", "utf-8")
    (root / "d" / "c.txt").write_bytes(b"c")
    (root / "d" / ".hidden").write_bytes(b"")
    (root / "empty").mkdir()
    (root / "[x].txt").write_bytes(b"")


def with_file(name, mode, body):
    def run(tf, root):
        with tf.io.gfile.GFile(f"{root}/{name}", mode) as file:
            return body(file)

    return run


def then_read(name, mode, body):
    def run(tf, root):
        with_file(name, mode, body)(tf, root)
        return (root / name).read_bytes()

    return run


def paths(call):
    return lambda tf, root: sorted(path.replace(str(root), "R") for path in call(tf.io.gfile, root))


def relative(call):
    def run(tf, root):
        found = call(tf, root)
        return found.replace(str(root), "R") if isinstance(found, str) else found

    return run


def parts(file):
    return [file.read(2), file.tell(), file.readline(), file.read(), file.read(), file.readline(), file.readlines()]


def wandered(file):
    file.seek(4)
    first = file.read(3)
    file.seek(-3, 1)
    second = file.tell()
    file.seek(-3, 2)
    return [first, second, file.read(), file.size(), file.seekable(), file.name[-5:], file.mode]


def write_and_tell(file):
    file.write("abc")
    before = file.tell()
    file.flush()
    file.write("é")
    return before


def seek_to(*arguments, **keywords):
    return with_file("a.txt", "r", lambda file: file.seek(*arguments, **keywords))


def loaded(tf, root, mode):
    with tf.io.gfile.GFile(f"{root}/a.txt", mode) as file:
        return next(file)


ACTIONS = {
    "read": with_file("a.txt", "r", lambda file: file.read()),
    "read bytes": with_file("b.bin", "rb", lambda file: file.read()),
    "read bytes as text": with_file("b.bin", "r", lambda file: file.read()),
    "read unicode": with_file("u.txt", "r", lambda file: [file.read(2), file.tell()]),
    "read unicode bytes": with_file("u.txt", "rb", lambda file: [file.read(2), file.tell(), file.readline()]),
    "parts": with_file("a.txt", "r", parts),
    "parts of bytes": with_file("a.txt", "rb", parts),
    "iterate": with_file("a.txt", "r", list),
    "iterate bytes": with_file("a.txt", "rb", list),
    "readlines": with_file("a.txt", "r", lambda file: file.readlines()),
    "next": with_file("a.txt", "r", next),
    "next()": with_file("a.txt", "r", lambda file: [file.next(), file.next()]),
    "next at end": with_file("d/.hidden", "r", next),
    "wander": with_file("a.txt", "rb", wandered),
    "seek far": with_file("a.txt", "r", lambda file: [file.seek(99), file.read(), file.tell()]),
    "seek negative": seek_to(-1),
    "seek whence": seek_to(0, 7),
    "seek nothing": seek_to(),
    "seek position": with_file("a.txt", "r", lambda file: [file.seek(position=4), file.read(1)]),
    "read n=-2": with_file("a.txt", "r", lambda file: file.read(-2)),
    "read n=0": with_file("a.txt", "r", lambda file: file.read(0)),
    "missing file": with_file("nope", "r", lambda file: file.read()),
    "missing file size": with_file("nope", "r", lambda file: file.size()),
    "missing file unread": with_file("nope", "r", lambda file: None),
    "missing folder": with_file("nope/x", "w", lambda file: file.write("x")),
    "missing folder unwritten": with_file("nope/x", "w", lambda file: None),
    "read a folder": with_file("d", "r", lambda file: file.read()),
    "write a folder": with_file("d", "w", lambda file: file.write("x")),
    "bad mode": with_file("a.txt", "q", lambda file: file.read()),
    "mode rt": with_file("a.txt", "rt", lambda file: file.read()),
    "write": then_read("a.txt", "w", lambda file: file.write("new")),
    "write returns": with_file("a.txt", "w", lambda file: file.write("new")),
    "write and tell": then_read("n.txt", "w", write_and_tell),
    "tell after write": with_file("n.txt", "w", write_and_tell),
    "write bytes as text": then_read("n.txt", "w", lambda file: file.write(b"\xff")),
    "write text as bytes": then_read("n.txt", "wb", lambda file: file.write("é")),
    "write a number": then_read("n.txt", "w", lambda file: file.write(1)),
    "write nothing": then_read("n.txt", "w", lambda file: None),
    "append": then_read("a.txt", "a", lambda file: file.write("+")),
    "append to new": then_read("n.txt", "a", lambda file: file.write("+")),
    "append and tell": with_file("a.txt", "a", lambda file: [file.write("+"), file.tell()]),
    "read from written": with_file("a.txt", "w", lambda file: file.read()),
    "write to read": with_file("a.txt", "r", lambda file: file.write("x")),
    "w+": then_read("a.txt", "w+", lambda file: [file.write("abc"), file.read()]),
    "w+ read": with_file(
        "a.txt", "w+", lambda file: [file.write("abc"), file.flush(), file.read(), file.seek(1), file.read()]
    ),
    "r+": then_read("a.txt", "r+", lambda file: [file.read(2), file.write("Z")]),
    "a+": with_file("a.txt", "a+", lambda file: [file.write("x"), file.flush(), file.read()]),
    "size while writing": with_file("n.txt", "w", lambda file: [file.write("abc"), file.size()]),
    "closed": lambda tf, root: [file := tf.io.gfile.GFile(f"{root}/a.txt"), file.read(1), file.close(), file.read(1)][
        1:
    ],
    "closed twice": lambda tf, root: [file := tf.io.gfile.GFile(f"{root}/n", "w"), file.close(), file.close()][1:],
    "path object": lambda tf, root: tf.io.gfile.GFile(root / "a.txt").read(),
    "path object's name": lambda tf, root: type(tf.io.gfile.GFile(root / "a.txt").name).__name__,
    "file scheme": lambda tf, root: tf.io.gfile.GFile(f"file://{root}/a.txt").read(),
    "other scheme": lambda tf, root: tf.io.gfile.GFile("nope://x/a.txt").read(),
    "other scheme exists": lambda tf, root: tf.io.gfile.exists("nope://x/a.txt"),
    **{
        f"exists {name}": (lambda tf, root, name=name: tf.io.gfile.exists(f"{root}/{name}"))
        for name in ("a.txt", "d", "d/", "nope", "a.txt/x", "")
    },
    "exists nothing": lambda tf, root: tf.io.gfile.exists(""),
    "exists bytes": lambda tf, root: tf.io.gfile.exists(os.fsencode(root)),
    "exists number": lambda tf, root: tf.io.gfile.exists(3),
    **{
        f"isdir {name}": (lambda tf, root, name=name: tf.io.gfile.isdir(f"{root}/{name}"))
        for name in ("a.txt", "d", "d/", "nope")
    },
    **{
        f"listdir {name}": paths(lambda gfile, root, name=name: gfile.listdir(f"{root}/{name}"))
        for name in ("", "d", "empty", "nope", "a.txt")
    },
    **{
        f"glob {pattern}": paths(lambda gfile, root, pattern=pattern: gfile.glob(f"{root}/{pattern}"))
        for pattern in (
            "*",
            "*.txt",
            "*/*",
            "?.txt",
            "[ab].*",
            "[^a].txt",
            "[!a].txt",
            "d/**",
            "**",
            "nope*",
            "d",
            "{a,u}.txt",
            "d/.h*",
            "\\[x\\].txt",
            "nope/*",
            "d/",
            "*/",
            "a.txt/*",
            "[",
            "[a",
            "*[]]*",
            "d/../*.bin",
            "a-[b",
            "[a-b].txt",
            "[b-a].txt",
        )
    },
    "glob list": paths(lambda gfile, root: gfile.glob([f"{root}/a*", f"{root}/u*"])),
    "walk": lambda tf, root: [
        (top.replace(str(root), "R"), sorted(folders), sorted(files))
        for top, folders, files in tf.io.gfile.walk(str(root))
    ],
    "walk up": lambda tf, root: [
        (top.replace(str(root), "R"), sorted(folders), sorted(files))
        for top, folders, files in tf.io.gfile.walk(str(root / "d"), topdown=False)
    ],
    "walk nothing": lambda tf, root: list(tf.io.gfile.walk(f"{root}/nope")),
    "walk a file": lambda tf, root: list(tf.io.gfile.walk(f"{root}/a.txt")),
    "mkdir": lambda tf, root: [tf.io.gfile.mkdir(f"{root}/n"), (root / "n").is_dir()],
    "mkdir again": lambda tf, root: tf.io.gfile.mkdir(f"{root}/d"),
    "mkdir deep": lambda tf, root: tf.io.gfile.mkdir(f"{root}/n/m"),
    "makedirs": lambda tf, root: [tf.io.gfile.makedirs(f"{root}/n/m"), (root / "n" / "m").is_dir()],
    "makedirs again": lambda tf, root: tf.io.gfile.makedirs(f"{root}/d/e"),
    "makedirs over a file": lambda tf, root: tf.io.gfile.makedirs(f"{root}/a.txt/n"),
    "makedirs a file": lambda tf, root: tf.io.gfile.makedirs(f"{root}/a.txt"),
    "remove": lambda tf, root: [tf.io.gfile.remove(f"{root}/a.txt"), (root / "a.txt").exists()],
    "remove nothing": lambda tf, root: tf.io.gfile.remove(f"{root}/nope"),
    "remove a folder": lambda tf, root: tf.io.gfile.remove(f"{root}/empty"),
    "rmtree": lambda tf, root: [tf.io.gfile.rmtree(f"{root}/d"), (root / "d").exists()],
    "rmtree nothing": lambda tf, root: tf.io.gfile.rmtree(f"{root}/nope"),
    "rmtree a file": lambda tf, root: [tf.io.gfile.rmtree(f"{root}/a.txt"), (root / "a.txt").exists()],
    "mkdir a file": lambda tf, root: tf.io.gfile.mkdir(f"{root}/a.txt"),
    "seek to the end": with_file("a.txt", "r", lambda file: [file.seek(13), file.read()]),
    "copy": lambda tf, root: [tf.io.gfile.copy(f"{root}/a.txt", f"{root}/n"), (root / "n").read_bytes()],
    "copy over": lambda tf, root: tf.io.gfile.copy(f"{root}/a.txt", f"{root}/b.bin"),
    "copy over anyway": lambda tf, root: [
        tf.io.gfile.copy(f"{root}/a.txt", f"{root}/b.bin", overwrite=True),
        (root / "b.bin").read_bytes(),
    ],
    "copy nothing": lambda tf, root: tf.io.gfile.copy(f"{root}/nope", f"{root}/n"),
    "copy a folder": lambda tf, root: tf.io.gfile.copy(f"{root}/d", f"{root}/n"),
    "copy to no folder": lambda tf, root: tf.io.gfile.copy(f"{root}/a.txt", f"{root}/n/m"),
    "rename": lambda tf, root: [tf.io.gfile.rename(f"{root}/a.txt", f"{root}/n"), (root / "a.txt").exists()],
    "rename over": lambda tf, root: tf.io.gfile.rename(f"{root}/a.txt", f"{root}/b.bin"),
    "rename over anyway": lambda tf, root: [
        tf.io.gfile.rename(f"{root}/a.txt", f"{root}/b.bin", overwrite=True),
        (root / "b.bin").read_bytes(),
    ],
    "rename a folder": lambda tf, root: [tf.io.gfile.rename(f"{root}/d", f"{root}/n"), (root / "n" / "c.txt").exists()],
    "rename nothing": lambda tf, root: tf.io.gfile.rename(f"{root}/nope", f"{root}/n"),
    "stat": lambda tf, root: [
        (s := tf.io.gfile.stat(f"{root}/a.txt")).length,
        s.is_directory,
        s.mtime_nsec // 10**9 == int((root / "a.txt").stat().st_mtime),
    ],
    "stat a folder": lambda tf, root: tf.io.gfile.stat(f"{root}/d").is_directory,
    "stat nothing": lambda tf, root: tf.io.gfile.stat(f"{root}/nope"),
    "join": lambda tf, root: [
        tf.io.gfile.join("a", "b", "c.txt"),
        tf.io.gfile.join("gs://a", "b", "/c"),
        tf.io.gfile.join("a", "/b"),
        tf.io.gfile.join("a/", "b"),
        tf.io.gfile.join("a"),
        tf.io.gfile.join("", "b"),
    ],
    "join paths": lambda tf, root: str(tf.io.gfile.join(Path("a"), "b")),
    "schemes": lambda tf, root: {"", "file"} <= set(tf.io.gfile.get_registered_schemes()),
    "read_file": lambda tf, root: tf.io.read_file(f"{root}/b.bin").numpy(),
    "read_file nothing": lambda tf, root: tf.io.read_file(f"{root}/nope"),
    "read_file a folder": lambda tf, root: tf.io.read_file(f"{root}/d"),
    "read_file two": lambda tf, root: tf.io.read_file([f"{root}/a.txt"]),
    "write_file": lambda tf, root: [tf.io.write_file(f"{root}/n/m/o", b"x\x00"), (root / "n/m/o").read_bytes()],
    "write_file over": lambda tf, root: [tf.io.write_file(f"{root}/a.txt", "x"), (root / "a.txt").read_bytes()],
    "write_file a folder": lambda tf, root: tf.io.write_file(f"{root}/d", "x"),
    "write_file two": lambda tf, root: tf.io.write_file(f"{root}/n", ["x"]),
    "matching_files": relative(
        lambda tf, root: [x.decode().replace(str(root), "R") for x in tf.io.matching_files(f"{root}/*.txt").numpy()]
    ),
    "matching_files list": relative(
        lambda tf, root: [
            x.decode().replace(str(root), "R")
            for x in tf.io.matching_files([f"{root}/u*", f"{root}/a*", f"{root}/nope"]).numpy()
        ]
    ),
}


def outcome(tf, root, action):
    tree(root)
    try:
        return action(tf, root)
    except Exception as error:  # noqa: BLE001 - its type is the outcome
        return type(error).__name__


@pytest.mark.parametrize("name", ACTIONS)
def test_files(name, tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").mkdir()
    expected = outcome(tensorflow, tmp_path / "theirs", ACTIONS[name])
    assert outcome(flowstone, tmp_path / "ours", ACTIONS[name]) == expected
