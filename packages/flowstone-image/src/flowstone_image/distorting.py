"""Parts of images by chance that still show what a box shows."""

from __future__ import annotations

from typing import Any, NamedTuple

from flowstone_core.api import tf
from flowstone_core.random_seed import op_seeds
from flowstone_core.tensor import Tensor, TensorLike

from flowstone_image.ops import distortion as ops


class SampledBox(NamedTuple):
    """Where a part of an image is: ``begin`` and ``size`` for ``tf.slice``, ``bboxes`` for drawing it."""

    begin: Tensor
    size: Tensor
    bboxes: Tensor


def _given(**attrs: Any) -> dict[str, Any]:
    """Those that are not left to the op."""
    return {name: value for name, value in attrs.items() if value is not None}


def sample_distorted_bounding_box(
    image_size: TensorLike,
    bounding_boxes: TensorLike,
    seed: int = 0,
    min_object_covered: TensorLike = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> SampledBox:
    """A part of an image by chance that covers enough of one of its boxes: a crop for training.

    >>> begin, size, box = tf.image.sample_distorted_bounding_box([40, 60, 3], [[[0.2, 0.2, 0.8, 0.8]]], seed=1)
    >>> tf.slice(tf.zeros([40, 60, 3]), begin, size).shape.rank
    3

    Args:
        image_size: ``[height, width, channels]``.
        bounding_boxes: ``[batch, n, 4]``: ``[y1, x1, y2, x2]`` in fractions of the image.
        seed: Which parts come, one after the other; not determined if 0.
        min_object_covered: The share of some box that a part must cover.
        aspect_ratio_range: Limits of width over height, ``[0.75, 1.33]`` by default.
        area_range: Limits of the share of the image that a part is, ``[0.05, 1]`` by default.
        max_attempts: After how many parts that do not fit to give the whole image; 100 by default.
        use_image_if_no_bounding_boxes: Whether the whole image is the box if there are none.
        name: A name for the op in a graph.

    Returns:
        ``begin`` and ``size`` of the part, for ``tf.slice``, and ``bboxes``: its corners as fractions, ``[1, 1, 4]``.

    Raises:
        tf.errors.InvalidArgumentError: There are no boxes, they do not lie in the image, or a limit is no number in order.
    """
    seeds = op_seeds(seed) if seed else {}
    found: Any = ops.SAMPLE_DISTORTED_BOUNDING_BOX_V2(
        tf.convert_to_tensor(image_size),
        bounding_boxes,
        min_object_covered,
        name=name,
        **seeds,
        **_given(
            aspect_ratio_range=aspect_ratio_range,
            area_range=area_range,
            max_attempts=max_attempts,
            use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
        ),
    )
    return SampledBox(*found)


def stateless_sample_distorted_bounding_box(
    image_size: TensorLike,
    bounding_boxes: TensorLike,
    seed: TensorLike,
    min_object_covered: TensorLike = 0.1,
    aspect_ratio_range: Any = None,
    area_range: Any = None,
    max_attempts: int | None = None,
    use_image_if_no_bounding_boxes: bool | None = None,
    name: str | None = None,
) -> SampledBox:
    """``tf.image.sample_distorted_bounding_box``, determined by ``seed``, two integers."""
    found: Any = ops.STATELESS_SAMPLE_DISTORTED_BOUNDING_BOX(
        tf.convert_to_tensor(image_size),
        bounding_boxes,
        min_object_covered,
        seed,
        name=name,
        **_given(
            aspect_ratio_range=aspect_ratio_range,
            area_range=area_range,
            max_attempts=max_attempts,
            use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
        ),
    )
    return SampledBox(*found)
