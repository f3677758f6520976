"""``tf.lookup`` side by side with TensorFlow's, eagerly and inside ``tf.function``."""

from __future__ import annotations

import flowstone
import pytest

tensorflow = pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

pytestmark = pytest.mark.filterwarnings("ignore")


def values(result):
    if isinstance(result, (tuple, list)):
        return [values(item) for item in result]
    if hasattr(result, "indices"):
        return values([result.indices, result.values, result.dense_shape])
    if hasattr(result, "row_splits"):
        return values([result.values, result.row_splits])
    if hasattr(result, "numpy"):
        array = result.numpy()
        return [result.dtype.name, getattr(array, "tolist", lambda: array)()]
    return result


def ordered(exported):
    keys, found = (each.numpy().tolist() for each in exported)
    return sorted(zip(keys, found, strict=True))


def traced(tf, function, *arguments):
    return tf.function(function)(*arguments)


def static(tf, keys=("a", "b"), found=(1, 2), default=-1, kind="int64", **more):
    maker = tf.lookup.KeyValueTensorInitializer(list(keys), tf.constant(list(found), tf.as_dtype(kind)))
    return tf.lookup.StaticHashTable(maker, default, **more)


def from_file(tf, root, text="x 7\ny 8\nz 9\n", **options):
    path = root / "vocabulary.txt"
    path.write_bytes(text.encode())
    options = {
        "key_dtype": tf.string,
        "key_index": -2,
        "value_dtype": tf.int64,
        "value_index": -1,
        "default": -5,
    } | options
    default = options.pop("default")
    return tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(str(path), **options), default)


def mutable(tf, default=-1, key="string", kind="int64"):
    return tf.lookup.experimental.MutableHashTable(tf.as_dtype(key), tf.as_dtype(kind), default)


def dense(tf, default=-1.0, empty=-1, deleted=-2, key="int64", kind="float32", **more):
    return tf.lookup.experimental.DenseHashTable(tf.as_dtype(key), tf.as_dtype(kind), default, empty, deleted, **more)


def lookup_sparse(tf, table):
    keys = tf.SparseTensor([[0, 1], [2, 0]], tf.constant(["a", "q"]), [3, 2])
    return table.lookup(keys)


def filled(tf, table, keys, found, key_dtype, dtype):
    table.insert(tf.constant(keys, tf.as_dtype(key_dtype)), tf.constant(found, tf.as_dtype(dtype)))
    return table


def strings(tf, *arguments):
    table = mutable(tf)
    table.insert(["a", "b"], tf.constant([1, 2], tf.int64))
    return table


def numbers(tf):
    return filled(tf, dense(tf), [5, 6, 7], [1.0, 2.0, 3.0], "int64", "float32")


def vocabulary(tf, buckets, keys=("a", "b"), found=(0, 1), key="string", **more):
    maker = tf.lookup.KeyValueTensorInitializer(
        tf.constant(list(keys), tf.as_dtype(key)), tf.constant(list(found), tf.int64)
    )
    return tf.lookup.StaticVocabularyTable(maker, buckets, **more)


def after(table, change):
    change(table)
    return [ordered(table.export()), table.size()]


ACTIONS = {
    "static": lambda tf, root: static(tf).lookup(tf.constant([["a", "q"], ["b", "a"]])),
    "static scalar": lambda tf, root: static(tf)[tf.constant("b")],
    "static size": lambda tf, root: static(tf).size(),
    "static export": lambda tf, root: ordered(static(tf).export()),
    "static types": lambda tf, root: [static(tf).key_dtype.name, static(tf).value_dtype.name],
    "static default": lambda tf, root: static(tf).default_value,
    "static handle": lambda tf, root: [static(tf).resource_handle.dtype.name, static(tf).resource_handle.shape == ()],
    "static sparse": lambda tf, root: lookup_sparse(tf, static(tf)),
    "static traced": lambda tf, root: (lambda table: traced(tf, lambda x: table.lookup(x), tf.constant(["a", "z"])))(
        static(tf)
    ),
    "static traced size": lambda tf, root: (lambda table: traced(tf, table.size))(static(tf)),
    "static wrong keys": lambda tf, root: static(tf).lookup(tf.constant([1])),
    "static wrong keys traced": lambda tf, root: (lambda t: traced(tf, t.lookup, tf.constant([1])))(static(tf)),
    "static repeated key": lambda tf, root: static(tf, "aa", (1, 2)).lookup(["a"]),
    "static repeated same": lambda tf, root: static(tf, "aa", (1, 1)).size(),
    "static lengths differ": lambda tf, root: static(tf, "ab", (1, 2, 3)),
    "static bad default": lambda tf, root: static(tf, default="x"),
    "static vector default": lambda tf, root: static(tf, default=[1, 2]),
    "static float keys": lambda tf, root: tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer([1.0], [2.0]), 0.0
    ).lookup(tf.constant([1.0, 2.0])),
    **{
        f"static {key} to {kind}": (
            lambda tf, root, key=key, kind=kind: tf.lookup.StaticHashTable(
                tf.lookup.KeyValueTensorInitializer(
                    tf.constant(["1", "2"] if key == "string" else [1, 2], tf.as_dtype(key)),
                    tf.constant(
                        ["x", "y"] if kind == "string" else [True, False] if kind == "bool" else [3, 4],
                        tf.as_dtype(kind),
                    ),
                ),
                "?" if kind == "string" else False if kind == "bool" else 9,
            ).lookup(tf.constant(["2", "5"] if key == "string" else [2, 5], tf.as_dtype(key)))
        )
        for key in ("string", "int32", "int64", "float32", "uint8")
        for kind in ("string", "int32", "int64", "float32", "float64", "bool", "int8")
    },
    "static name": lambda tf, root: static(tf, name="n").name,
    "static in map": lambda tf, root: (
        lambda table: list(tf.data.Dataset.from_tensor_slices(["a", "c"]).map(table.lookup))
    )(static(tf)),
    "static made while tracing": lambda tf, root: traced(tf, lambda x: static(tf).lookup(x), tf.constant(["a"])),
    "initializer types": lambda tf, root: (
        tf.lookup.KeyValueTensorInitializer([1, 2], [3, 4], key_dtype=tf.int64, value_dtype=tf.float32).value_dtype.name
    ),
    "empty static": lambda tf, root: static(tf, (), ()).size(),
    "initializer of another type": lambda tf, root: tf.lookup.KeyValueTensorInitializer(["a"], [1], key_dtype=tf.int64),
    "file": lambda tf, root: from_file(tf, root, delimiter=" ").lookup(tf.constant(["x 7", "y 8", "x"])),
    "file columns": lambda tf, root: from_file(tf, root, key_index=0, value_index=1, delimiter=" ").lookup(
        tf.constant(["y", "q"])
    ),
    "file column to line": lambda tf, root: from_file(tf, root, key_index=0, delimiter=" ").lookup(
        tf.constant(["y", "q"])
    ),
    "file offset": lambda tf, root: from_file(tf, root, value_index_offset=3).lookup(tf.constant(["y 8"])),
    "file line to word": lambda tf, root: from_file(
        tf, root, key_dtype=tf.int64, key_index=-1, value_dtype=tf.string, value_index=-2, default="?"
    ).lookup(tf.constant([1, 7], tf.int64)),
    "file numbers": lambda tf, root: from_file(
        tf,
        root,
        "1,2.5\n2,3.5",
        key_dtype=tf.int64,
        key_index=0,
        value_dtype=tf.float32,
        value_index=1,
        delimiter=",",
        default=0.0,
    ).lookup(tf.constant([2, 1, 3], tf.int64)),
    "file size": lambda tf, root: from_file(tf, root, vocab_size=2).size(),
    "file first lines": lambda tf, root: from_file(tf, root, vocab_size=2).lookup(tf.constant(["y 8", "z 9"])),
    "file too short": lambda tf, root: from_file(tf, root, vocab_size=9),
    "file missing": lambda tf, root: tf.lookup.StaticHashTable(
        tf.lookup.TextFileInitializer(str(root / "no"), tf.string, -2, tf.int64, -1), -1
    ),
    "file no column": lambda tf, root: from_file(tf, root, key_index=0, value_index=5, delimiter=" "),
    "file no number": lambda tf, root: from_file(tf, root, key_index=1, value_index=0, delimiter=" "),
    "file repeated line": lambda tf, root: from_file(tf, root, "a\na\n"),
    "file without end": lambda tf, root: from_file(tf, root, "a\nb").lookup(tf.constant(["b"])),
    "file empty": lambda tf, root: from_file(tf, root, ""),
    "file empty line": lambda tf, root: from_file(tf, root, "a\n\nb\n").lookup(tf.constant(["", "b"])),
    "file with returns": lambda tf, root: from_file(tf, root, "a\r\nb\r\n").lookup(tf.constant(["a", "b\r"])),
    "file wrong index": lambda tf, root: from_file(tf, root, key_index=-3),
    "file whole line of numbers": lambda tf, root: from_file(tf, root, key_dtype=tf.int64, key_index=-2),
    "file line number of strings": lambda tf, root: from_file(tf, root, value_dtype=tf.string, value_index=-1),
    "file size of zero": lambda tf, root: from_file(tf, root, vocab_size=0),
    "file bad delimiter": lambda tf, root: from_file(tf, root, key_index=0, value_index=1, delimiter="::"),
    "vocabulary": lambda tf, root: vocabulary(tf, 3).lookup(tf.constant(["a", "q", "zz", "b", "w"])),
    "vocabulary none": lambda tf, root: vocabulary(tf, 0),
    "vocabulary size": lambda tf, root: vocabulary(tf, 3).size(),
    "vocabulary types": lambda tf, root: [vocabulary(tf, 3).key_dtype.name, vocabulary(tf, 3).value_dtype.name],
    "vocabulary sparse": lambda tf, root: lookup_sparse(tf, vocabulary(tf, 2)),
    "vocabulary numbers": lambda tf, root: vocabulary(tf, 3, (10, 20), (0, 1), "int64").lookup(
        tf.constant([10, 5, 77], tf.int64)
    ),
    "vocabulary other keys": lambda tf, root: vocabulary(
        tf, 3, (10, 20), (0, 1), "int64", lookup_key_dtype=tf.int32
    ).lookup(tf.constant([10, 5, 77])),
    "vocabulary no table": lambda tf, root: tf.lookup.StaticVocabularyTable(None, 5, lookup_key_dtype=tf.string).lookup(
        tf.constant(["a", "b"])
    ),
    "vocabulary wrong keys": lambda tf, root: vocabulary(tf, 3).lookup(tf.constant([1])),
    "vocabulary of int32": lambda tf, root: tf.lookup.StaticVocabularyTable(
        tf.lookup.KeyValueTensorInitializer(["a"], tf.constant([1], tf.int32)), 1
    ),
    "vocabulary of floats": lambda tf, root: vocabulary(tf, 1, (1.0,), (0,), "float32"),
    "vocabulary traced": lambda tf, root: (lambda t: traced(tf, t.lookup, tf.constant(["a", "z"])))(vocabulary(tf, 2)),
    "mutable": lambda tf, root: strings(tf).lookup(tf.constant([["a"], ["q"]])),
    "mutable item": lambda tf, root: strings(tf)[tf.constant(["b"])],
    "mutable size": lambda tf, root: [mutable(tf).size(), strings(tf).size()],
    "mutable export": lambda tf, root: ordered(strings(tf).export()),
    "mutable insert again": lambda tf, root: after(strings(tf), lambda t: t.insert(["a"], tf.constant([9], tf.int64))),
    "mutable insert repeated": lambda tf, root: after(
        strings(tf), lambda t: t.insert(["z", "z"], tf.constant([8, 9], tf.int64))
    ),
    "mutable remove": lambda tf, root: after(strings(tf), lambda t: t.remove(tf.constant(["a", "nope"]))),
    "mutable remove wrong": lambda tf, root: strings(tf).remove(tf.constant([1])),
    "mutable insert lengths": lambda tf, root: strings(tf).insert(["x", "y"], tf.constant([1], tf.int64)),
    "mutable insert wrong values": lambda tf, root: strings(tf).insert(["x"], tf.constant([1.0])),
    "mutable insert wrong keys": lambda tf, root: strings(tf).insert([1], tf.constant([1], tf.int64)),
    "mutable dynamic default": lambda tf, root: strings(tf).lookup(
        tf.constant(["a", "q", "r"]), dynamic_default_values=tf.constant([7, 8, 9], tf.int64)
    ),
    "mutable vectors": lambda tf, root: filled(
        tf, mutable(tf, [0.0, 0.0], "int64", "float32"), [1, 2], [[1, 2], [3, 4]], "int64", "float32"
    ).lookup(tf.constant([[2], [5]], tf.int64)),
    "mutable vectors export": lambda tf, root: ordered(
        filled(tf, mutable(tf, [0.0, 0.0], "int64", "float32"), [1, 2], [[1, 2], [3, 4]], "int64", "float32").export()
    ),
    "mutable vectors wrong": lambda tf, root: filled(
        tf, mutable(tf, [0.0, 0.0], "int64", "float32"), [1, 2], [1, 2], "int64", "float32"
    ),
    "mutable scalar insert": lambda tf, root: after(mutable(tf), lambda t: t.insert("k", tf.constant(4, tf.int64))),
    "mutable matrix insert": lambda tf, root: after(
        mutable(tf), lambda t: t.insert(tf.constant([["k", "l"]]), tf.constant([[4, 5]], tf.int64))
    ),
    "mutable strings to strings": lambda tf, root: filled(
        tf, mutable(tf, "?", "string", "string"), ["a"], ["A"], "string", "string"
    ).lookup(tf.constant(["a", "b"])),
    "mutable traced": lambda tf, root: (
        lambda t: [
            traced(tf, lambda k: (t.insert(k, tf.constant([5], tf.int64)), t.lookup(k))[1], tf.constant(["n"])),
            t.size(),
        ]
    )(strings(tf)),
    "mutable name": lambda tf, root: mutable(tf).name,
    "dense": lambda tf, root: numbers(tf).lookup(tf.constant([[5], [9]], tf.int64)),
    "dense size": lambda tf, root: numbers(tf).size(),
    "dense export": lambda tf, root: sorted(pair for pair in ordered(numbers(tf).export()) if pair[0] not in (-1, -2)),
    "dense erase": lambda tf, root: (
        lambda t: [t.erase(tf.constant([5], tf.int64)), t.size(), t.lookup(tf.constant([5, 6], tf.int64))]
    )(numbers(tf)),
    "dense remove": lambda tf, root: (lambda t: [t.remove(tf.constant([5, 99], tf.int64)), t.size()])(numbers(tf)),
    "dense insert or assign": lambda tf, root: (
        lambda t: [
            t.insert_or_assign(tf.constant([5, 8], tf.int64), tf.constant([9.0, 8.0])),
            t.lookup(tf.constant([5, 8], tf.int64)),
        ]
    )(numbers(tf)),
    "dense empty key": lambda tf, root: numbers(tf).lookup(tf.constant([-1], tf.int64)),
    "dense deleted key": lambda tf, root: numbers(tf).insert(tf.constant([-2], tf.int64), tf.constant([1.0])),
    "dense remove empty key": lambda tf, root: numbers(tf).remove(tf.constant([-1], tf.int64)),
    "dense same special keys": lambda tf, root: dense(tf, empty=3, deleted=3),
    "dense buckets": lambda tf, root: dense(tf, initial_num_buckets=5),
    "dense buckets of two": lambda tf, root: dense(tf, initial_num_buckets=4).size(),
    "dense grows": lambda tf, root: filled(
        tf, dense(tf, initial_num_buckets=4), list(range(50)), [float(i) for i in range(50)], "int64", "float32"
    ).size(),
    "dense strings": lambda tf, root: filled(
        tf, dense(tf, "?", "", "-", "string", "string"), ["a"], ["A"], "string", "string"
    ).lookup(tf.constant(["a", "b"])),
    "dense vectors": lambda tf, root: filled(
        tf, dense(tf, [0.0, 0.0]), [1, 2], [[1, 2], [3, 4]], "int64", "float32"
    ).lookup(tf.constant([2, 3], tf.int64)),
    "dense wrong keys": lambda tf, root: numbers(tf).lookup(tf.constant(["a"])),
}


def outcome(tf, root, action):
    try:
        return values(action(tf, root))
    except Exception as error:  # noqa: BLE001 - its type is the outcome
        return type(error).__name__


@pytest.mark.parametrize("name", ACTIONS)
def test_lookup(name, tmp_path):
    expected = outcome(tensorflow, tmp_path, ACTIONS[name])
    assert outcome(flowstone, tmp_path, ACTIONS[name]) == expected
