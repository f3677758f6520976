"""Functions of ``tf.strings`` that give ragged tensors, side by side with TensorFlow's, eagerly and traced."""

from __future__ import annotations

import flowstone
import pytest

tensorflow = pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

pytestmark = pytest.mark.filterwarnings("ignore")

WORDS = {"scalar": "a  b c", "empty": "", "vector": ["a b", "", " x y "], "matrix": [["a b", "c"], ["d", "e f g"]]}
TEXT = {"scalar": "hé", "vector": ["hé", "", "x\U0001f600"], "matrix": [["hé", "y"], ["", "zz"]]}


def ragged(tf):
    return tf.ragged.constant([["a b", "c"], [], ["hé"]])


def deep(tf):
    return tf.ragged.constant([[["a b"], ["c", "d e"]], []], dtype=tf.string)


CALLS = {
    **{f"split {name}": lambda s, tf, x=x: s.split(tf.constant(x)) for name, x in WORDS.items()},
    **{f"split at a {name}": lambda s, tf, x=x: s.split(tf.constant(x), "a") for name, x in WORDS.items()},
    **{
        f"split {most}": lambda s, tf, most=most: s.split(tf.constant(WORDS["vector"]), maxsplit=most)
        for most in (0, 1, 2, 3)
    },
    "split ragged": lambda s, tf: s.split(ragged(tf)),
    "split deep": lambda s, tf: s.split(deep(tf)),
    "split at a tensor": lambda s, tf: s.split(["a,b"], tf.constant(",")),
    "split numbers": lambda s, tf: s.split([1]),
    "split at two": lambda s, tf: s.split(["a,b"], [",", ";"]),
    **{f"bytes {name}": lambda s, tf, x=x: s.bytes_split(tf.constant(x)) for name, x in TEXT.items()},
    "bytes ragged": lambda s, tf: s.bytes_split(ragged(tf)),
    **{f"decode {name}": lambda s, tf, x=x: s.unicode_decode(tf.constant(x), "UTF-8") for name, x in TEXT.items()},
    "decode ragged": lambda s, tf: s.unicode_decode(ragged(tf), "UTF-8"),
    "decode strictly": lambda s, tf: s.unicode_decode([b"a\xffb"], "UTF-8", errors="strict"),
    "decode ignoring": lambda s, tf: s.unicode_decode([b"a\xffb"], "UTF-8", errors="ignore"),
    "decode replacing": lambda s, tf: s.unicode_decode(
        [b"a\xffb\x01"], "UTF-8", replacement_char=63, replace_control_characters=True
    ),
    "decode nothing known": lambda s, tf: s.unicode_decode(["a"], "nope"),
    **{
        f"offsets {name}": lambda s, tf, x=x: s.unicode_decode_with_offsets(tf.constant(x), "UTF-8")
        for name, x in TEXT.items()
    },
    "offsets ragged": lambda s, tf: s.unicode_decode_with_offsets(ragged(tf), "UTF-8"),
    **{f"characters {name}": lambda s, tf, x=x: s.unicode_split(tf.constant(x), "UTF-8") for name, x in TEXT.items()},
    "characters ragged": lambda s, tf: s.unicode_split(ragged(tf), "UTF-8"),
    "characters of 16 bits": lambda s, tf: s.unicode_split([b"\x00h\x00\xe9"], "UTF-16-BE"),
    "characters of latin": lambda s, tf: s.unicode_split(["h"], "latin1"),
    **{
        f"characters and offsets {name}": lambda s, tf, x=x: s.unicode_split_with_offsets(tf.constant(x), "UTF-8")
        for name, x in TEXT.items()
    },
    "encode ragged": lambda s, tf: s.unicode_encode(tf.ragged.constant([[104, 233], [], [120]]), "UTF-8"),
    "encode deep": lambda s, tf: s.unicode_encode(
        tf.ragged.constant([[[104, 233], [120]], []], dtype=tf.int32), "UTF-8"
    ),
    "encode uniform": lambda s, tf: s.unicode_encode(
        tf.ragged.constant([[[104, 233]], [[120, 121]]], ragged_rank=1, dtype=tf.int32), "UTF-8"
    ),
    "ngrams": lambda s, tf: s.ngrams(tf.constant(["a", "b", "c"]), 2),
    "ngrams of rows": lambda s, tf: s.ngrams(tf.constant([["a", "b", "c"], ["d", "e", "f"]]), 2, "|"),
    "ngrams of a block": lambda s, tf: s.ngrams(tf.constant([[["a", "b"]], [["d", "e"]]]), 2),
    "ngrams of ragged rows": lambda s, tf: s.ngrams(ragged(tf), [1, 2], pad_values=("L", "R")),
    "ngrams deep": lambda s, tf: s.ngrams(deep(tf), 2, pad_values="P", padding_width=1),
    "ngrams of short rows": lambda s, tf: s.ngrams(ragged(tf), 3, preserve_short_sequences=True),
    "ngrams of a scalar": lambda s, tf: s.ngrams(tf.constant("a"), 2),
    "ngrams of no width": lambda s, tf: s.ngrams(tf.constant(["a"]), 0),
    "ngrams padded by nothing": lambda s, tf: s.ngrams(tf.constant(["a"]), 2, padding_width=1),
    "ngrams padded by one": lambda s, tf: s.ngrams(tf.constant(["a"]), 2, pad_values=1),
    "ngrams padded no times": lambda s, tf: s.ngrams(tf.constant(["a"]), 2, pad_values="x", padding_width=0),
    "lower": lambda s, tf: s.upper(ragged(tf)),
    "length": lambda s, tf: s.length(ragged(tf)),
    "reduce_join": lambda s, tf: s.reduce_join(ragged(tf), axis=-1, separator="-"),
    "reduce_join columns": lambda s, tf: s.reduce_join(ragged(tf), axis=0),
    "reduce_join all": lambda s, tf: s.reduce_join(ragged(tf)),
    "reduce_join deep": lambda s, tf: s.reduce_join(deep(tf), axis=2),
    "to_number": lambda s, tf: s.to_number(tf.ragged.constant([["1", "2"], ["3"]])),
    "as_string": lambda s, tf: s.as_string(tf.ragged.constant([[1, 2], [3]])),
}


def outcome(tf, call):
    try:
        return described(call(tf.strings, tf))
    except Exception as error:  # noqa: BLE001 - its type is the outcome
        return type(error).__name__


def described(result):
    if isinstance(result, tuple):
        return [described(each) for each in result]
    values = result.to_list() if hasattr(result, "to_list") else result.numpy()
    return [
        hasattr(result, "to_list"),
        result.dtype.name,
        result.shape.as_list(),
        values.tolist() if hasattr(values, "tolist") else values,
    ]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("traced", [False, True], ids=["eager", "traced"])
def test_ragged_strings(name, traced):
    def run(tf):
        call = CALLS[name]
        return outcome(tf, (lambda s, tf: tf.function(lambda: call(s, tf))()) if traced else call)

    assert run(flowstone) == run(tensorflow)
