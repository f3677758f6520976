"""Make the golden bundles with TensorFlow 2.21: ``python make.py`` in this folder."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import tensorflow as tf

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


def save(prefix: str, tensors: dict[str, tf.Tensor]) -> None:
    tf.raw_ops.SaveV2(
        prefix=prefix,
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=list(tensors.values()),
    )


def all_dtypes() -> None:
    """One small matrix of each element type, and the awkward shapes."""
    tensors = {
        name: tf.constant(np.arange(6).reshape(2, 3).astype(getattr(ml_dtypes, name, None) or name)) for name in NUMERIC
    }
    tensors["bool"] = tf.constant([True, False, True])
    tensors["string"] = tf.constant([[b"", b"flow"], [b"\x00\xff", b"s" * 300]])
    tensors["string_scalar"] = tf.constant("stone")
    tensors["scalar"] = tf.constant(2.5)
    tensors["empty"] = tf.zeros([0, 4])
    tensors["empty_string"] = tf.zeros([0], tf.string)
    save("all_dtypes", tensors)


def partitioned() -> None:
    """A 5 x 3 matrix in two parts, one of them with a long key, in two shards of data."""
    for number, (rows, spec) in enumerate([((0, 2), "5 300 0,2:-"), ((2, 5), "5 300 2,3:-")]):
        tf.raw_ops.SaveV2(
            prefix=f"part{number}",
            tensor_names=["table"],
            shape_and_slices=[spec],
            tensors=[tf.reshape(tf.range(1500), [5, 300])[rows[0] : rows[1]]],
        )
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=["part0", "part1"], destination_prefix="partitioned", delete_old_dirs=False
    )


def restarts() -> None:
    """Enough keys for several restart points in the index."""
    save(
        "many",
        {f"layer_{n:04d}/some/long/name/.ATTRIBUTES/VARIABLE_VALUE": tf.constant(n) for n in range(40)},
    )


if __name__ == "__main__":
    all_dtypes()
    partitioned()
    restarts()
