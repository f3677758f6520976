"""Losses scaled for a global batch."""

from casekit import T, case

CASES = [
    case("nn.compute_average_loss", T([1.0, 2.0])),
    case("nn.compute_average_loss", T([1.0, 2.0]), global_batch_size=8),
    case("nn.compute_average_loss", T([1.0, 2.0]), global_batch_size=0),
    case("nn.compute_average_loss", T([1.0, 2.0]), global_batch_size=-2),
    case("nn.compute_average_loss", T([1.0, 2.0]), global_batch_size=[2]),
    case("nn.compute_average_loss", T([1.0, 2.0]), global_batch_size=2.0),
    case("nn.compute_average_loss", T(1.0)),
    case("nn.compute_average_loss", T([])),
    *(case("nn.compute_average_loss", T([1, 2], dtype)) for dtype in ("int32", "float16", "float64")),
    *(case("nn.compute_average_loss", T([1, 2], dtype), T([0.5, 0.25])) for dtype in ("int32", "float16", "float64")),
    case("nn.compute_average_loss", T([1.0, 2.0]), T([[1.0], [2.0]])),
    case("nn.compute_average_loss", T([[1.0], [2.0]]), T([1.0, 2.0])),
    case("nn.compute_average_loss", T([[1.0, 3.0], [2.0, 3.0]]), T([1.0, 2.0])),
    case("nn.compute_average_loss", T([1.0, 2.0]), T(3.0)),
    *(case("nn.scale_regularization_loss", T(x)) for x in (1.0, [1.0, 2.0], [[1.0], [2.0]])),
]
