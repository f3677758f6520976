"""Attention with one head and nothing to learn but a scale (Luong et al., 2015)."""

from __future__ import annotations

from typing import Any

from flowstone_core.api import tf

from flowstone_layers.attention import masks
from flowstone_layers.layer import Layer
from flowstone_layers.random_seed import SeedGenerator


class Attention(Layer):
    """``softmax(q kᵀ) v``.

    >>> layer = tf.keras.layers.Attention()
    >>> layer([tf.ones([1, 4, 8]), tf.ones([1, 5, 8])]).shape
    TensorShape([1, 4, 8])

    Called on a list: query ``[batch, queries, size]``, value ``[batch, keys, size]`` and, if it is not the value, key.

    Args:
        use_scale: Whether the scores are multiplied by a variable.
        score_mode: ``"dot"``, or ``"concat"`` for a sum of ``tanh(q + k)``, with a variable as its factor.
        dropout: The part of the weights to drop while training.
        seed: The seed of dropout.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise ValueError(
                "Invalid value for argument score_mode. Expected one of {'dot', 'concat'}. Received: "
                f"score_mode={score_mode}"
            )
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = dropout
        self.seed = seed
        if dropout > 0:
            self.seed_generator = SeedGenerator(seed)
        self.scale: Any = None
        self.concat_score_weight: Any = None

    def build(self, input_shape: Any) -> None:
        """Make the variables."""
        self._check(input_shape)
        if self.use_scale:
            self.scale = self.add_weight(name="scale", shape=(), initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(name="concat_score_weight", shape=(), initializer="ones")
        self.built = True

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """Scores ``[batch, queries, keys]``."""
        if self.score_mode == "dot":
            scores = tf.matmul(query, key, transpose_b=True)
            return scores if self.scale is None else scores * self.scale
        both = tf.expand_dims(query, -2) + tf.expand_dims(key, -3)
        return self.concat_score_weight * tf.reduce_sum(tf.tanh(both if self.scale is None else self.scale * both), -1)

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: Any = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        """Attend.

        Args:
            inputs: Query, value and perhaps key.
            mask: Which positions count: of the query ``[batch, queries]`` and of the value ``[batch, keys]``.
            training: Whether weights are dropped.
            return_attention_scores: Whether the weights are returned after the output.
            use_causal_mask: Whether no position attends to a later one.
        """
        self._check(inputs, mask)
        query, value = inputs[:2]
        rows, columns = mask[:2] if mask else (None, None)
        scores = self._calculate_scores(query, inputs[2] if len(inputs) > 2 else value)
        by_time = masks.causal(masks.length(query), masks.length(value)) if use_causal_mask else None
        allowed = masks.merged(masks.of_positions(None, columns), by_time)
        if allowed is not None:
            least = tf.constant(65504.0 if scores.dtype.name == "float16" else 1.0e9, scores.dtype)
            scores = tf.where(allowed, scores, scores - least)
        weights = tf.nn.softmax(scores)
        if training and self.dropout > 0:
            dropped = tf.nn.experimental.stateless_dropout(weights, self.dropout, seed=self.seed_generator.next())
        else:
            dropped = weights
        output = tf.matmul(dropped, value)
        if rows is not None:
            output = tf.where(tf.expand_dims(rows, -1), output, tf.zeros([], output.dtype))
        return (output, dropped) if return_attention_scores else output

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The query's mask."""
        self._check(inputs, mask)
        return None if mask is None or mask[0] is None else tf.convert_to_tensor(mask[0])

    _makes_masks = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The query's shape with the value's features."""
        return (*tuple(input_shape[0])[:-1], tuple(input_shape[1])[-1])

    def _check(self, inputs: Any, mask: Any = None) -> None:
        for what, given in (("inputs", inputs), *([] if mask is None else [("mask", mask)])):
            if not isinstance(given, list) or len(given) not in (2, 3):
                raise ValueError(
                    f"{type(self).__name__} layer must be called on a list of {what}, namely [query, value] or [query, "
                    f"value, key]. Received: {what}={given}."
                )

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {
            "use_scale": self.use_scale,
            "score_mode": self.score_mode,
            "dropout": self.dropout,
            "seed": self.seed,
        }
