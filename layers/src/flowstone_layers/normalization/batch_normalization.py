"""Batch normalization (Ioffe and Szegedy, 2015)."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers import initializers
from flowstone_layers.input_spec import InputSpec
from flowstone_layers.normalization.affine import AffineNormalization


class BatchNormalization(AffineNormalization):
    """``gamma * (x - mean) / sqrt(variance + epsilon) + beta`` for each channel.

    While training, mean and variance are those of the batch (of the steps that a mask keeps), and the moving ones
    go towards them: ``moving = momentum * moving + (1 - momentum) * batch``. Otherwise the moving ones are used, as
    they are in a layer whose ``trainable`` is False.

    >>> tf.keras.layers.BatchNormalization()(tf.constant([[0.0], [2.0]]), training=True).numpy().round(3)
    array([[-1.],
           [ 1.]], dtype=float32)

    Args:
        axis: The axis of the channels.
        momentum: How much of the moving mean and variance stays.
        epsilon: What is added to the variance.
        center: Whether beta is added.
        scale: Whether the result is multiplied by gamma.
        beta_initializer: How beta starts.
        gamma_initializer: How gamma starts.
        moving_mean_initializer: How the moving mean starts.
        moving_variance_initializer: How the moving variance starts.
        beta_regularizer: A penalty on beta.
        gamma_regularizer: A penalty on gamma.
        beta_constraint: A projection of beta after updates.
        gamma_constraint: A projection of gamma after updates.
        renorm: Not supported; must be False.
        renorm_clipping: Not supported; must be None.
        renorm_momentum: Only for ``renorm``.
        synchronized: Not supported; must be False.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 1e-3,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
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
        if renorm or renorm_clipping or synchronized:
            raise NotImplementedError("BatchNormalization supports neither renormalization nor synchronization yet.")
        self.axis = int(axis)
        self.momentum = float(momentum)
        self.renorm_momentum = renorm_momentum
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)

    def build(self, input_shape: Any) -> None:
        """Make gamma, beta, the moving mean and the moving variance."""
        channels = input_shape[self.axis]
        if channels is None:
            raise ValueError(f"Axis {self.axis} of the input of {self.name!r} must be known, got {input_shape}.")
        self._add_affine((channels,))
        self.moving_mean = self.add_weight(
            name="moving_mean",
            shape=(channels,),
            initializer=self.moving_mean_initializer,
            trainable=False,
            autocast=False,
        )
        self.moving_variance = self.add_weight(
            name="moving_variance",
            shape=(channels,),
            initializer=self.moving_variance_initializer,
            trainable=False,
            autocast=False,
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: channels})
        self.built = True

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        """Compute the output; while training, move the moving mean and variance."""
        half = inputs.dtype.name in ("float16", "bfloat16")
        x = tf.cast(inputs, "float32") if half else inputs
        rank = x.shape.rank
        axis = self.axis % rank
        if training and self.trainable:
            mean, variance = self._moments(x, [other for other in range(rank) if other != axis], mask)
            for moving, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
                moving.assign(tf.multiply(moving, self.momentum) + tf.cast(now, moving.dtype) * (1.0 - self.momentum))
        else:
            mean, variance = self.moving_mean, self.moving_variance
        shape = [x.shape[axis] if other == axis else 1 for other in range(rank)]
        mean, variance, gamma, beta = (
            None if part is None else tf.reshape(tf.cast(part, x.dtype), shape)
            for part in (mean, variance, self.gamma, self.beta)
        )
        return tf.cast(tf.nn.batch_normalization(x, mean, variance, beta, gamma, self.epsilon), inputs.dtype)

    @staticmethod
    def _moments(x: Any, axes: list[int], mask: Any) -> Any:
        if mask is None:
            return tf.nn.moments(x, axes)
        kept = tf.cast(mask, x.dtype)
        kept = tf.reshape(kept, tf.concat([tf.shape(kept), [1] * (x.shape.rank - kept.shape.rank)], axis=0))
        return tf.nn.weighted_moments(x, axes, tf.broadcast_to(kept, tf.shape(x)))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {
            "axis": self.axis,
            "momentum": self.momentum,
            "moving_mean_initializer": initializers.serialize(self.moving_mean_initializer),
            "moving_variance_initializer": initializers.serialize(self.moving_variance_initializer),
            "synchronized": False,
            "renorm": False,
            "renorm_clipping": None,
            "renorm_momentum": self.renorm_momentum,
        }
