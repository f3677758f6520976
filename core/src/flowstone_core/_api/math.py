"""Element-wise functions: arithmetic, casts, complex numbers, comparisons, logic, elementary functions, bits."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.ops.math",
        {
            "abs": ". math.abs",
            "accumulate_n": "math.accumulate_n",
            "add": ". math.add",
            "add_n": ". math.add_n",
            "ceil": "math.ceil",
            "divide": ". math.divide",
            "divide_no_nan": "math.divide_no_nan",
            "floor": ". math.floor",
            "floordiv": "math.floordiv",
            "floormod": "math.floormod math.mod",
            "maximum": ". math.maximum",
            "minimum": ". math.minimum",
            "multiply": ". math.multiply",
            "multiply_no_nan": "math.multiply_no_nan",
            "negative": ". math.negative",
            "nextafter": "math.nextafter",
            "polyval": "math.polyval",
            "pow": ". math.pow",
            "realdiv": ".",
            "reciprocal": "math.reciprocal",
            "reciprocal_no_nan": "math.reciprocal_no_nan",
            "rint": "math.rint",
            "round": ". math.round",
            "scalar_mul": ". math.scalar_mul",
            "sign": ". math.sign",
            "square": ". math.square",
            "squared_difference": "math.squared_difference",
            "subtract": ". math.subtract",
            "truediv": ". math.truediv",
            "truncatediv": ".",
            "truncatemod": ".",
        },
    )
    | public("flowstone_core.ops.cast", {"cast": ". dtypes.cast"})
    | public(
        "flowstone_core.ops.complex",
        {
            "angle": "math.angle",
            "complex": ". dtypes.complex",
            "conj": "math.conj",
            "imag": "math.imag",
            "real": "math.real",
        },
    )
    | public(
        "flowstone_core.ops.compare",
        {
            "equal": ". math.equal",
            "greater": ". math.greater",
            "greater_equal": ". math.greater_equal",
            "is_finite": "math.is_finite",
            "is_inf": "math.is_inf",
            "is_nan": "math.is_nan",
            "less": ". math.less",
            "less_equal": ". math.less_equal",
            "logical_and": ". math.logical_and",
            "logical_not": ". math.logical_not",
            "logical_or": ". math.logical_or",
            "logical_xor": "math.logical_xor",
            "not_equal": ". math.not_equal",
        },
    )
    | public(
        "flowstone_core.ops.elementary",
        {name: f". math.{name}" for name in "acos acosh asin asinh atan atan2 atanh cos cosh exp sin sinh".split()}
        | {name: f". math.{name}" for name in "sqrt tan".split()}
        | {name: f"math.{name}" for name in "expm1 log log1p log_sigmoid rsqrt xdivy xlog1py xlogy".split()}
        | {name: f". math.{name} nn.{name}" for name in "sigmoid tanh".split()},
    )
    | public(
        "flowstone_core.ops.special",
        {name: f"math.{name}" for name in "digamma erf erfc erfinv lgamma ndtri".split()},
    )
    | public(
        "flowstone_core.ops.bitwise",
        {
            name: f"bitwise.{name}"
            for name in "bitwise_and bitwise_or bitwise_xor invert left_shift right_shift".split()
        },
    )
)
