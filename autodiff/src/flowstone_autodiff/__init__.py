"""GradientTape, forward mode and gradient rules of flowstone."""

from flowstone_autodiff.registry import Call as Call
from flowstone_autodiff.registry import gradient as gradient
from flowstone_autodiff.registry import not_differentiable as not_differentiable
from flowstone_autodiff.registry import undefined as undefined
