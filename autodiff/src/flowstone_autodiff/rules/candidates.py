"""Gradients of ``flowstone_core.ops.candidates``: classes drawn have none."""

from __future__ import annotations

from flowstone_core.ops import candidates as ops

from flowstone_autodiff.registry import not_differentiable

not_differentiable(
    ops.ALL_CANDIDATE_SAMPLER,
    ops.COMPUTE_ACCIDENTAL_HITS,
    ops.FIXED_UNIGRAM_CANDIDATE_SAMPLER,
    ops.LEARNED_UNIGRAM_CANDIDATE_SAMPLER,
    ops.LOG_UNIFORM_CANDIDATE_SAMPLER,
    ops.UNIFORM_CANDIDATE_SAMPLER,
)
