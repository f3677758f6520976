"""Constants of which only a part is known are left alone by folding."""

from __future__ import annotations

from flowstone_core.api import tf
from flowstone_core.ops.rearranging import PAD
from flowstone_core.spec import Spec
from flowstone_graphfn.passes.fold import _partly


def test_parts_that_are_unknown_at_any_depth():
    assert not _partly(((0, 1), (2, 3)))
    assert not _partly(3)
    assert _partly(((0, 1), (2, None)))
    assert _partly(None)


def test_padding_by_what_is_partly_known():
    paddings = Spec((2, 2), tf.int32, ((0, 0), (0, None)))
    assert PAD.infer(Spec((3, 4), tf.float32), paddings).shape == (3, None)
