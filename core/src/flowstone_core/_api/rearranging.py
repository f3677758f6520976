"""Padding, order, blocks of space."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.rearranging",
    {
        "pad": ".",
        "reverse": ".",
        "reverse_sequence": ".",
        "roll": ".",
        "invert_permutation": "math.invert_permutation",
        "space_to_batch_nd": ".",
        "space_to_batch": ". nn.space_to_batch",
        "batch_to_space": ".",
        "space_to_depth": "nn.space_to_depth",
        "depth_to_space": "nn.depth_to_space",
        "required_space_to_batch_paddings": ".",
    },
)
