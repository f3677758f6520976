"""Random numbers."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = public(
    "flowstone_core.random_seed",
    {"set_seed": "random.set_seed", "get_seed": "compat.v1.random.get_seed compat.v1.get_seed"},
) | public(
    "flowstone_core.ops.random",
    {
        "uniform": "random.uniform",
        "normal": "random.normal",
        "truncated_normal": "random.truncated_normal",
        "gamma": "random.gamma",
        "poisson": "random.poisson",
        "categorical": "random.categorical",
        "shuffle": "random.shuffle",
    },
)
