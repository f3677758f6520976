"""Counts of values, order."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.ops.counting",
    {
        "bincount": "math.bincount",
        "confusion_matrix": "math.confusion_matrix",
        "histogram_fixed_width": ".",
        "histogram_fixed_width_bins": ".",
        "is_non_decreasing": "math.is_non_decreasing",
        "is_strictly_increasing": "math.is_strictly_increasing",
    },
) | public("flowstone_core.ops.isotonic", {"isotonic_regression": "nn.isotonic_regression"})
