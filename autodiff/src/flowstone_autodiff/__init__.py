"""GradientTape, forward mode and gradient rules of flowstone."""
