"""Activation functions, softmax, cross-entropies, biases, the largest."""

from casekit import FLOATS, INTS, R, T, case, inf, nan

ACTIVATIONS = ("relu", "relu6", "leaky_relu", "elu", "selu", "softplus", "softsign", "gelu", "silu", "tanh", "sigmoid")

CASES = [
    *(case(f"nn.{name}", R((2, 3), dtype, -9.0, 9.0)) for name in ACTIVATIONS for dtype in FLOATS),
    *(case(f"nn.{name}", T([nan, inf, 0.0, -0.0])) for name in ACTIVATIONS if name not in ("gelu", "silu")),
    *(case(f"nn.{name}", T([-1, 2])) for name in ACTIVATIONS if name != "silu"),
    *(case(f"nn.{name}", T([], "float32")) for name in ACTIVATIONS),
    *(case(f"nn.{name}", R((3,), dtype)) for name in ("relu", "relu6") for dtype in INTS),
    case("nn.relu", T([True])),
    case("nn.leaky_relu", R((3,)), alpha=0.5),
    case("nn.gelu", R((3,)), approximate=True),
    case("nn.silu", R((3,)), beta=2.0),
    case("nn.silu", T([-100.0, 100.0])),
    case("nn.crelu", R((2, 3))),
    case("nn.crelu", R((2, 3)), axis=0),
]
