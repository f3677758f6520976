"""Layer normalization (Ba et al., 2016)."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.normalization.affine import AffineNormalization


class LayerNormalization(AffineNormalization):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta``, mean and variance those of each sample along ``axis``.

    >>> tf.keras.layers.LayerNormalization()(tf.constant([[0.0, 2.0]])).numpy().round(3)
    array([[-1.,  1.]], dtype=float32)

    Args:
        axis: The axis or axes to normalize over.
        epsilon: What is added to the variance.
        center: Whether beta is added.
        scale: Whether the result is multiplied by gamma.
        beta_initializer: How beta starts.
        gamma_initializer: How gamma starts.
        beta_regularizer: A penalty on beta.
        gamma_regularizer: A penalty on gamma.
        beta_constraint: A projection of beta after updates.
        gamma_constraint: A projection of gamma after updates.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        if kwargs.pop("rms_scaling", False):
            raise NotImplementedError("LayerNormalization does not support rms_scaling.")
        super().__init__(
            epsilon,
            center,
            scale,
            beta_initializer,
            gamma_initializer,
            beta_regularizer,
            gamma_regularizer,
            beta_constraint,
            gamma_constraint,
            **kwargs,
        )
        if not isinstance(axis, (int, list, tuple)):
            raise TypeError(f"Expected an int or a list/tuple of ints for the argument 'axis', but received: {axis}")
        self.axis = axis if isinstance(axis, int) else list(axis)

    def _axes(self, rank: int) -> list[int]:
        axes = [self.axis] if isinstance(self.axis, int) else self.axis
        return sorted(axis % rank for axis in axes)

    def build(self, input_shape: Any) -> None:
        """Make gamma and beta."""
        self._add_affine(tuple(input_shape[axis] for axis in self._axes(len(input_shape))))
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Compute the output."""
        x = tf.cast(inputs, "float32") if inputs.dtype.name in ("float16", "bfloat16") else inputs
        rank = x.shape.rank
        axes = self._axes(rank)
        mean, variance = tf.nn.moments(x, axes, keepdims=True)
        shape = [x.shape[axis] if axis in axes else 1 for axis in range(rank)]
        gamma, beta = (
            None if part is None else tf.reshape(tf.cast(part, x.dtype), shape) for part in (self.gamma, self.beta)
        )
        return tf.cast(tf.nn.batch_normalization(x, mean, variance, beta, gamma, self.epsilon), inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {"axis": self.axis, "rms_scaling": False}
