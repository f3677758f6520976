"""Attention whose scores are sums of tanh (Bahdanau et al., 2015)."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.attention.attention import Attention


class AdditiveAttention(Attention):
    """``softmax(Σ scale tanh(q + k)) v``; inputs as those of ``Attention``.

    >>> tf.keras.layers.AdditiveAttention()([tf.ones([1, 4, 8]), tf.ones([1, 5, 8])]).shape
    TensorShape([1, 4, 8])

    Args:
        use_scale: Whether there is a variable with a factor for each feature.
        dropout: The part of the weights to drop while training.
        **kwargs: The settings of ``Layer``, and ``seed``.
    """

    def __init__(self, use_scale: bool = True, dropout: float = 0.0, **kwargs: Any) -> None:
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def build(self, input_shape: Any) -> None:
        """Make the scale."""
        self._check(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=[input_shape[0][-1]], initializer="glorot_uniform")
        self.built = True

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        both = tf.tanh(tf.expand_dims(query, -2) + tf.expand_dims(key, -3))
        return tf.reduce_sum(both if self.scale is None else self.scale * both, -1)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        config = super().get_config()
        del config["score_mode"]
        return config
