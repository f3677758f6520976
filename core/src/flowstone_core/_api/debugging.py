"""Assertions, and what is known of values."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.ops.assertions",
        {
            name: f"debugging.{name}"
            for name in """
                assert_all_finite assert_greater_equal assert_less_equal assert_near assert_negative assert_non_negative
                assert_non_positive assert_none_equal assert_positive
            """.split()
        }
        | {name: f". debugging.{name}" for name in "assert_equal assert_greater assert_less".split()},
    )
    | public(
        "flowstone_core.ops.shape_assertions",
        {
            name: f"debugging.{name}"
            for name in """
                assert_integer assert_proper_iterable assert_rank_at_least assert_rank_in assert_same_float_dtype
                assert_scalar assert_shapes assert_type is_numeric_tensor
            """.split()
        }
        | {"assert_rank": ". debugging.assert_rank"},
    )
    | public("flowstone_core.static_value", {"get_static_value": "."})
    | public(
        "flowstone_core.debugging",
        {
            name: f"debugging.{name}"
            for name in """
                disable_check_numerics disable_traceback_filtering enable_check_numerics enable_traceback_filtering
                get_log_device_placement is_traceback_filtering_enabled set_log_device_placement
            """.split()
        }
        | {name: f"debugging.experimental.{name}" for name in ("disable_dump_debug_info", "enable_dump_debug_info")},
    )
)
