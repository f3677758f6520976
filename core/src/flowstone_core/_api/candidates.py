"""Samples of classes, and losses over them."""

from __future__ import annotations

from flowstone_core._api.names import public

_SAMPLERS = "all fixed_unigram learned_unigram log_uniform uniform"
_IN_NN = "all fixed_unigram learned_unigram"

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.ops.candidates",
        {
            f"{kind}_candidate_sampler": f"random.{kind}_candidate_sampler"
            + (f" nn.{kind}_candidate_sampler" if kind in _IN_NN.split() else "")
            for kind in _SAMPLERS.split()
        },
    )
    | public("flowstone_core.ops.candidates", {"compute_accidental_hits": "nn.compute_accidental_hits"})
    | public(
        "flowstone_core.ops.sampled_loss",
        {name: f"nn.{name}" for name in "nce_loss sampled_softmax_loss".split()},
    )
)
