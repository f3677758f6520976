"""Connectionist temporal classification: the probability of a sequence of labels, whatever their times.

A path gives each frame a label or a blank; leaving out repetitions and then blanks makes a sequence of it. See
A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, Connectionist Temporal Classification, 2006.
"""

from __future__ import annotations

from typing import Any

from flowstone_core import infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import int32, int64
from flowstone_core.op import Op
from flowstone_core.ops import array, filling
from flowstone_core.ops.cast import cast
from flowstone_core.ops.compare import equal, greater, less, logical_and, not_equal
from flowstone_core.ops.cumulative import cumsum
from flowstone_core.ops.gathering import gather
from flowstone_core.ops.joining import concat
from flowstone_core.ops.math import subtract
from flowstone_core.ops.reduce import argmax, reduce_max, reduce_sum
from flowstone_core.ops.selection import where
from flowstone_core.ops.sequences import sequence_mask
from flowstone_core.ops.sort import argsort
from flowstone_core.sparse_tensor import SparseTensor
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike

_TYPES = "T: {float, double} = DT_FLOAT"
_DECODED = ("decoded_indices: int64", "decoded_values: int64", "decoded_shape: int64", "log_probability: T")


def _sizes(inputs: Spec, lengths: Spec) -> tuple[int | None, ...]:
    """Frames, batch and classes."""
    frames, batch, classes = infer.with_rank(inputs, 3, "CTC: inputs")
    (count,) = infer.with_rank(lengths, 1, "CTC: sequence_length")
    (batch,) = infer.same_shape(Spec((batch,), lengths.dtype), Spec((count,), lengths.dtype)) or (None,)
    return frames, batch, classes


def _infer_loss(
    inputs: Spec, labels_indices: Spec, labels_values: Spec, sequence_length: Spec, **attrs: Any
) -> tuple[Spec, Spec]:
    frames, batch, classes = _sizes(inputs, sequence_length)
    infer.with_rank(labels_indices, 2, "CTCLoss: labels_indices")
    infer.with_rank(labels_values, 1, "CTCLoss: labels_values")
    return Spec((batch,), inputs.dtype), Spec((frames, batch, classes), inputs.dtype)


def _infer_greedy(inputs: Spec, sequence_length: Spec, **attrs: Any) -> tuple[Spec, ...]:
    _, batch, _ = _sizes(inputs, sequence_length)
    return (*_infer_sparse(), Spec((batch, 1), inputs.dtype))


def _infer_sparse() -> tuple[Spec, Spec, Spec]:
    return Spec((None, 2), int64), Spec((None,), int64), Spec((2,), int64)


def _infer_beams(inputs: Spec, sequence_length: Spec, *, top_paths: int, **attrs: Any) -> tuple[Any, ...]:
    _, batch, _ = _sizes(inputs, sequence_length)
    indices, values, shape = _infer_sparse()
    return [indices] * top_paths, [values] * top_paths, [shape] * top_paths, Spec((batch, top_paths), inputs.dtype)


CTC_LOSS = Op(
    "CTCLoss",
    ("inputs: T", "labels_indices: int64", "labels_values: int32", "sequence_length: int32"),
    ("loss: T", "gradient: T"),
    (
        "preprocess_collapse_repeated: bool = false",
        "ctc_merge_repeated: bool = true",
        "ignore_longer_outputs_than_inputs: bool = false",
        _TYPES,
    ),
    infer=_infer_loss,
)
CTC_GREEDY_DECODER = Op(
    "CTCGreedyDecoder",
    ("inputs: T", "sequence_length: int32"),
    _DECODED,
    ("merge_repeated: bool = false", "blank_index: int = -1", _TYPES),
    infer=_infer_greedy,
)
CTC_BEAM_SEARCH_DECODER = Op(
    "CTCBeamSearchDecoder",
    ("inputs: T", "sequence_length: int32"),
    (
        "decoded_indices: top_paths * int64",
        "decoded_values: top_paths * int64",
        "decoded_shape: top_paths * int64",
        "log_probability: T",
    ),
    ("beam_width: int >= 1", "top_paths: int >= 1", "merge_repeated: bool = true", _TYPES),
    infer=_infer_beams,
)


# -- the loss ------------------------------------------------------------------------------------------------------


def _blank_last(logits: Any, labels: Any, blank: int, classes: int | None) -> tuple[Any, Any]:
    """The classes with the blank moved to the end, and labels that follow."""
    if classes is not None and blank == classes - 1:
        return logits, labels
    moved = concat([logits[:, :, :blank], logits[:, :, blank + 1 :], logits[:, :, blank : blank + 1]], 2)
    return moved, where(greater(labels, blank), subtract(labels, 1), labels)


def ctc_loss(
    labels: Any,
    logits: TensorLike,
    label_length: Any,
    logit_length: Any,
    logits_time_major: bool = True,
    unique: Any = None,
    blank_index: int | None = None,
    name: str | None = None,
) -> Tensor:
    """Minus the logarithm of the probability of each sequence of labels, summed over all paths that give it.

    >>> frames = tf.math.log([[[0.4, 0.6]], [[0.3, 0.7]]])  # two frames; the blank is class 0
    >>> tf.exp(-tf.nn.ctc_loss([[1]], frames, [1], [2])).numpy().round(2)  # 0.6 * 0.7 + 0.6 * 0.3 + 0.4 * 0.7
    array([0.88], dtype=float32)

    Args:
        labels: ``[batch, length]``, or a ``tf.SparseTensor`` of int32.
        logits: ``[frames, batch, classes]``, or ``[batch, frames, classes]``.
        label_length: How many labels each sequence has; not used for a sparse tensor.
        logit_length: How many frames each sequence has.
        logits_time_major: Which of the two forms ``logits`` have.
        unique: Accepted as in TensorFlow; it is not needed.
        blank_index: The class of the blank, negative from the end on; 0 by default.
        name: A name for the op in a graph.

    Raises:
        ValueError: If labels are sparse and ``blank_index`` is not given.
        tf.errors.InvalidArgumentError: If a sequence of labels does not fit its frames.
    """
    x = convert_to_tensor(logits)
    if not logits_time_major:
        x = array.transpose(x, [1, 0, 2])
    classes = x.shape[-1] if x.shape.rank is not None else None
    sparse = isinstance(labels, SparseTensor)
    if blank_index is None:
        if sparse:
            raise ValueError("Argument `blank_index` must be provided when labels is a SparseTensor.")
        blank_index = 0
    if blank_index < 0:
        blank_index += array.shape(x)[-1] if classes is None else classes
    if sparse:
        indices, values = labels.indices, cast(labels.values, int32)
    else:
        dense = cast(convert_to_tensor(labels), int32)
        given = sequence_mask(label_length, array.shape(dense)[1])
        indices = where(given)
        values = gather(array.reshape(dense, [-1]), where(array.reshape(given, [-1]))[:, 0])
    x, values = _blank_last(x, values, blank_index, classes)
    lengths = cast(convert_to_tensor(logit_length), int32)
    loss, _ = CTC_LOSS(x, indices, values, lengths, name=name)
    return loss


def collapse_repeated(labels: TensorLike, seq_length: TensorLike, name: str | None = None) -> tuple[Tensor, Tensor]:
    """Sequences without the labels that equal the one before, and their new lengths.

    >>> tf.nn.collapse_repeated([[1, 1, 2, 2, 1]], [5])[0].numpy()
    array([[1, 2, 1]], dtype=int32)

    Args:
        labels: ``[batch, length]``.
        seq_length: The length of each sequence.
        name: A name for the result in a graph.
    """
    values = _matrix(labels)
    lengths = convert_to_tensor(seq_length)
    size = array.shape(values)[1]
    first = filling.ones_like(values[:, :1], dtype="bool")
    kept = concat([first, not_equal(values[:, 1:], values[:, :-1])], 1)
    kept = logical_and(kept, sequence_mask(lengths, size))
    counts = reduce_sum(cast(kept, lengths.dtype), 1)
    return _first_ones(values, kept, counts), counts


def _matrix(labels: TensorLike) -> Tensor:
    """The labels, of which two dimensions are known."""
    values = convert_to_tensor(labels)
    return values if values.shape.rank is not None else array.ensure_shape(values, [None, None])


def _first_ones(values: Tensor, kept: Tensor, counts: Tensor) -> Tensor:
    """In each row the values that are kept, then zeros, as far as the longest row goes."""
    places = filling.range(array.shape(values)[1])
    order = argsort(where(kept, places, places + array.shape(values)[1]), axis=1)
    moved = gather(values, order, batch_dims=1)
    inside = sequence_mask(counts, array.shape(values)[1])
    found = where(inside, moved, filling.zeros_like(moved))[:, : reduce_max(counts)]
    return found if found.shape.rank is not None else array.ensure_shape(found, [None, None])


def ctc_unique_labels(labels: TensorLike, name: str | None = None) -> tuple[Tensor, Tensor]:
    """The different labels of each row in the order of their first places, then zeros; and which one each label is.

    >>> unique, numbers = tf.nn.ctc_unique_labels([[3, 4, 4, 3]])
    >>> unique.numpy(), numbers.numpy()
    (array([[3, 4, 0, 0]]), array([[0, 1, 1, 0]], dtype=int32))
    """
    values = _matrix(labels)
    size = array.shape(values)[1]
    same = equal(array.expand_dims(values, 2), array.expand_dims(values, 1))
    first = argmax(cast(same, int32), 2, output_type=int32)
    new = equal(first, filling.range(size))
    numbers = gather(cumsum(cast(new, int32), 1) - 1, first, batch_dims=1)
    counts = reduce_sum(cast(new, int32), 1)
    moved = gather(values, argsort(where(new, filling.range(size), filling.range(size) + size), axis=1), batch_dims=1)
    inside = less(filling.range(size), array.expand_dims(counts, 1))
    return cast(where(inside, moved, filling.zeros_like(moved)), int64), numbers


# -- decoders ------------------------------------------------------------------------------------------------------


def ctc_greedy_decoder(
    inputs: TensorLike, sequence_length: TensorLike, merge_repeated: bool = True, blank_index: int | None = None
) -> tuple[list[Any], Tensor]:
    """The sequences of the most likely paths.

    Args:
        inputs: Logits, ``[frames, batch, classes]``.
        sequence_length: How many frames each sequence has.
        merge_repeated: Whether equal labels in neighbouring frames are one.
        blank_index: The class of the blank, negative from the end on; the last by default.

    Returns:
        A list of one ``tf.SparseTensor`` of labels, and minus the sums of the largest logits, ``[batch, 1]``.
    """
    indices, values, shape, score = CTC_GREEDY_DECODER(
        inputs, sequence_length, merge_repeated=merge_repeated, blank_index=-1 if blank_index is None else blank_index
    )
    return [SparseTensor(indices, values, shape)], score


def ctc_beam_search_decoder(
    inputs: TensorLike, sequence_length: TensorLike, beam_width: int = 100, top_paths: int = 1
) -> tuple[list[Any], Tensor]:
    """The most likely sequences, found by keeping the best beginnings frame by frame; the blank is the last class.

    Args:
        inputs: Logits, ``[frames, batch, classes]``.
        sequence_length: How many frames each sequence has.
        beam_width: How many beginnings to keep.
        top_paths: How many sequences to return.

    Returns:
        A list of ``top_paths`` tensors of labels (``tf.SparseTensor``), and the logarithms of their probabilities,
        ``[batch, top_paths]``.

    Raises:
        tf.errors.InvalidArgumentError: If more sequences are asked for than are kept.
    """
    indices, values, shapes, scores = CTC_BEAM_SEARCH_DECODER(
        inputs, sequence_length, beam_width=beam_width, top_paths=top_paths, merge_repeated=False
    )
    return [SparseTensor(*parts) for parts in zip(indices, values, shapes, strict=True)], scores
