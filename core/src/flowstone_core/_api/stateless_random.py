"""Random numbers that are functions of a seed, and generators that carry their state."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.ops.stateless_random",
        {
            "stateless_uniform": "random.stateless_uniform",
            "stateless_normal": "random.stateless_normal",
            "stateless_truncated_normal": "random.stateless_truncated_normal",
        },
    )
    | public(
        "flowstone_core.ops.stateless_sampling",
        {
            "stateless_gamma": "random.stateless_gamma",
            "stateless_poisson": "random.stateless_poisson",
            "stateless_binomial": "random.stateless_binomial",
            "stateless_parameterized_truncated_normal": "random.stateless_parameterized_truncated_normal",
            "stateless_categorical": "random.stateless_categorical",
            "stateless_shuffle": "random.experimental.stateless_shuffle",
            "index_shuffle": "random.experimental.index_shuffle",
            "stateless_split": "random.split random.experimental.stateless_split",
            "stateless_fold_in": "random.fold_in random.experimental.stateless_fold_in",
        },
    )
    | public("flowstone_core.random_algorithm", {"Algorithm": "random.Algorithm random.experimental.Algorithm"})
    | public(
        "flowstone_core.random_generator",
        {
            "Generator": "random.Generator random.experimental.Generator",
            "create_rng_state": "random.create_rng_state random.experimental.create_rng_state",
            "get_global_generator": "random.get_global_generator random.experimental.get_global_generator",
            "set_global_generator": "random.set_global_generator random.experimental.set_global_generator",
        },
    )
)
