"""Boxes of images: cutting them out, drawing them, choosing the best of those that overlap."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowstone_core.api import tf
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.ops import suppression as suppress
from flowstone_image.ops.boxes import CROP_AND_RESIZE, DRAW_BOUNDING_BOXES, DRAW_BOUNDING_BOXES_V2


def crop_and_resize(
    image: TensorLike,
    boxes: TensorLike,
    box_indices: TensorLike,
    crop_size: TensorLike,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
    name: str | None = None,
) -> Tensor:
    """Cut boxes out of images, and bring them to one size.

    The corners of a crop are the corners of its box: with ``h`` rows, row ``i`` lies at ``y1 + (y2 - y1) i / (h - 1)``.

    Args:
        image: ``[batch, height, width, channels]``.
        boxes: ``[n, 4]``: ``[y1, x1, y2, x2]`` in fractions of the image's height - 1 and width - 1.
        box_indices: ``[n]``: the image of each box.
        crop_size: ``[height, width]`` of the result.
        method: ``"bilinear"`` or ``"nearest"``.
        extrapolation_value: What stands for pixels outside of the image.
        name: A name for the op in a graph.

    Returns:
        float32 of shape ``[n, height, width, channels]``.

    Raises:
        tf.errors.InvalidArgumentError: A shape or a size is another.
        tf.errors.OutOfRangeError: There is no image of an index.
    """
    return CROP_AND_RESIZE(
        tf.convert_to_tensor(image),
        boxes,
        box_indices,
        crop_size,
        method=method,
        extrapolation_value=extrapolation_value,
        name=name,
    )


def draw_bounding_boxes(
    images: TensorLike, boxes: TensorLike, colors: TensorLike | None, name: str | None = None
) -> Tensor:
    """Draw the edges of boxes into images.

    Args:
        images: ``[batch, height, width, channels]``, float32 or float16.
        boxes: ``[batch, n, 4]``: ``[y1, x1, y2, x2]`` in fractions.
        colors: A row for each of some colours, which are used in turn; bright ones if None.
        name: A name for the op in a graph.

    Raises:
        tf.errors.InvalidArgumentError: A shape is another.
    """
    if colors is None:
        return DRAW_BOUNDING_BOXES(images, boxes, name=name)
    return DRAW_BOUNDING_BOXES_V2(images, boxes, colors, name=name)


# -- suppression -------------------------------------------------------------------------------------------------------


def non_max_suppression(
    boxes: TensorLike,
    scores: TensorLike,
    max_output_size: TensorLike,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """The best boxes, of which none overlaps a better one too much.

    >>> boxes = [[0., 0., 1., 1.], [0., 0.1, 1., 1.1], [0., 2., 1., 3.]]
    >>> tf.image.non_max_suppression(boxes, [0.9, 0.8, 0.7], 3).numpy()
    array([0, 2], dtype=int32)

    Args:
        boxes: ``[n, 4]``: two opposite corners ``[y1, x1, y2, x2]`` each.
        scores: ``[n]``.
        max_output_size: How many there may be.
        iou_threshold: How much of the union of two boxes their intersection may be.
        score_threshold: Scores must be above it.
        name: A name for the op in a graph.

    Returns:
        The indices of the best boxes, int32, the best first.

    Raises:
        tf.errors.InvalidArgumentError: A shape or a threshold is another.
    """
    return suppress.NMS_V3(boxes, scores, max_output_size, iou_threshold, score_threshold, name=name)


def non_max_suppression_with_scores(
    boxes: TensorLike,
    scores: TensorLike,
    max_output_size: TensorLike,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    soft_nms_sigma: Any = 0.0,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """``tf.image.non_max_suppression`` with the scores of the boxes.

    With ``soft_nms_sigma`` above 0 boxes are not dropped, but their scores are multiplied by ``exp(-overlap² / 2σ)``
    for each better box. Source: Bodla et al., Soft-NMS, 2017.

    Returns:
        The indices, and the scores.
    """
    found: Any = suppress.NMS_V5(
        boxes, scores, max_output_size, iou_threshold, score_threshold, soft_nms_sigma, name=name
    )
    return found[0], found[1]


def non_max_suppression_padded(
    boxes: TensorLike,
    scores: TensorLike,
    max_output_size: Any,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_to_max_output_size: bool = False,
    name: str | None = None,
    sorted_input: bool = False,
    canonicalized_coordinates: bool = False,
    tile_size: int = 512,
) -> tuple[Tensor, Tensor]:
    """``tf.image.non_max_suppression`` with zeros at the end, and the number of boxes; of batches too.

    The boxes are those of ``non_max_suppression``. TensorFlow's own padded form computes otherwise and chooses others where
    ``iou_threshold`` is 0 or corners are not in order.

    Args:
        boxes: ``[..., n, 4]``.
        scores: ``[..., n]``.
        max_output_size: How many there may be.
        iou_threshold: As for ``non_max_suppression``.
        score_threshold: As for ``non_max_suppression``.
        pad_to_max_output_size: Whether to fill up with zeros; batches need it.
        name: A name for the op in a graph.
        sorted_input: Whether the best box comes first; it makes no difference here.
        canonicalized_coordinates: Whether the first corner is the smaller one; it makes no difference here.
        tile_size: Not used here.

    Raises:
        ValueError: There is a batch, but no padding, or its size is not known.
    """
    x, y = tf.convert_to_tensor(boxes), tf.convert_to_tensor(scores)
    if x.shape.rank == 2:
        found: Any = suppress.NMS_V4(
            x,
            y,
            max_output_size,
            iou_threshold,
            score_threshold,
            pad_to_max_output_size=pad_to_max_output_size,
            name=name,
        )
        return found[0], found[1]
    if not pad_to_max_output_size:
        raise ValueError(f"`pad_to_max_output_size` must be True for batches, got boxes of shape {x.shape}.")
    if x.shape.rank is None or None in x.shape.as_list()[:-2]:
        raise ValueError(f"The size of the batch must be known, got boxes of shape {x.shape}. Use tf.map_fn.")
    outer = x.shape.as_list()[:-2]
    flat_boxes, flat_scores = tf.reshape(x, [-1, *x.shape.as_list()[-2:]]), tf.reshape(y, [-1, y.shape[-1]])
    every = [
        suppress.NMS_V4(*pair, max_output_size, iou_threshold, score_threshold, pad_to_max_output_size=True)
        for pair in zip(tf.unstack(flat_boxes), tf.unstack(flat_scores), strict=True)
    ]
    indices, counts = (tf.stack(list(part)) for part in zip(*every, strict=True))
    return tf.reshape(indices, [*outer, max_output_size]), tf.reshape(counts, outer)


def non_max_suppression_overlaps(
    overlaps: TensorLike,
    scores: TensorLike,
    max_output_size: TensorLike,
    overlap_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    name: str | None = None,
) -> Tensor:
    """``tf.image.non_max_suppression`` of things whose overlaps, ``[n, n]``, are given."""
    return suppress.NMS_WITH_OVERLAPS(overlaps, scores, max_output_size, overlap_threshold, score_threshold, name=name)


class CombinedNonMaxSuppression(NamedTuple):
    """What ``tf.image.combined_non_max_suppression`` returns, for each image."""

    nmsed_boxes: Tensor
    nmsed_scores: Tensor
    nmsed_classes: Tensor
    valid_detections: Tensor


def combined_non_max_suppression(
    boxes: TensorLike,
    scores: TensorLike,
    max_output_size_per_class: TensorLike,
    max_total_size: TensorLike,
    iou_threshold: Any = 0.5,
    score_threshold: Any = float("-inf"),
    pad_per_class: bool = False,
    clip_boxes: bool = True,
    name: str | None = None,
) -> CombinedNonMaxSuppression:
    """The best boxes of each class of each image, and of those the best of all classes.

    Args:
        boxes: ``[batch, n, q, 4]``, where ``q`` is 1 or the number of classes.
        scores: ``[batch, n, classes]``.
        max_output_size_per_class: How many there may be of a class.
        max_total_size: How many there may be of an image.
        iou_threshold: As for ``non_max_suppression``.
        score_threshold: As for ``non_max_suppression``.
        pad_per_class: Whether results are no longer than all classes can fill.
        clip_boxes: Whether boxes are cut to [0, 1].
        name: A name for the op in a graph.

    Returns:
        Boxes, scores, classes, with zeros at the end, and how many are real.

    Raises:
        tf.errors.InvalidArgumentError: A shape or a threshold is another.
    """
    found: Any = suppress.COMBINED_NMS(
        boxes,
        scores,
        max_output_size_per_class,
        max_total_size,
        iou_threshold,
        score_threshold,
        pad_per_class=pad_per_class,
        clip_boxes=clip_boxes,
        name=name,
    )
    return CombinedNonMaxSuppression(*found)
