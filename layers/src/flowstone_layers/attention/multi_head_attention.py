"""Attention with several heads (Vaswani et al., 2017, https://arxiv.org/abs/1706.03762)."""

from __future__ import annotations

import string
from typing import Any

from flowstone_core.api import tf

from flowstone_layers import constraints, initializers, regularizers
from flowstone_layers.attention import masks
from flowstone_layers.core.einsum_dense import EinsumDense
from flowstone_layers.layer import Layer
from flowstone_layers.regularization.dropout import Dropout


class MultiHeadAttention(Layer):
    """``softmax(q kᵀ / √key_dim) v`` for each head, with q, k, v and the output projected.

    >>> layer = tf.keras.layers.MultiHeadAttention(num_heads=2, key_dim=3)
    >>> layer(tf.ones([1, 4, 8]), tf.ones([1, 5, 8])).shape
    TensorShape([1, 4, 8])

    Called as ``layer(query, value, key=None)`` with tensors ``[batch, ..., features]``; the key is the value if it is
    not given.

    Args:
        num_heads: The number of heads.
        key_dim: The size of each head for query and key.
        value_dim: The size of each head for value; ``key_dim`` if None.
        dropout: The part of the attention weights to drop while training.
        use_bias: Whether the projections have biases.
        output_shape: The shape of the output's features; those of the query if None.
        attention_axes: The axes that are attended over; all but the first and the last if None.
        sliding_window: Positions attend to those less than this far away; None for all.
        flash_attention: Accepted; how attention is computed is decided by what runs it.
        kernel_initializer: How the kernels start.
        bias_initializer: How the biases start.
        kernel_regularizer: A penalty on the kernels.
        bias_regularizer: A penalty on the biases.
        activity_regularizer: A penalty on the outputs of the projections.
        kernel_constraint: A projection of the kernels after updates.
        bias_constraint: A projection of the biases after updates.
        use_gate: Whether the result is multiplied by a sigmoid of the projected query before it is projected.
        seed: The seed of dropout.
        **kwargs: The settings of ``Layer``.
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        _positive(num_heads=num_heads, key_dim=key_dim)
        _positive(
            **{name: n for name, n in (("value_dim", value_dim), ("sliding_window", sliding_window)) if n is not None}
        )
        if flash_attention and dropout > 0:
            raise ValueError("Dropout is not supported when flash attention is enabled. Set dropout to 0.0 to use it.")
        if isinstance(attention_axes, int):
            attention_axes = (attention_axes,)
        elif attention_axes and not isinstance(attention_axes, (list, tuple)):
            raise ValueError(
                f"`attention_axes` must be an int, list, or tuple. Received: attention_axes={attention_axes}"
            )
        if output_shape and not isinstance(output_shape, (int, list, tuple)):
            raise ValueError(f"Invalid `output_shape`: {output_shape}. It should be of type tuple, list, or int.")
        self.supports_masking = True
        self._num_heads = num_heads
        self._key_dim = key_dim
        self._value_dim = value_dim or key_dim
        self._dropout = dropout
        self._use_bias = use_bias
        self._use_gate = use_gate
        self._output_shape = (output_shape,) if isinstance(output_shape, int) else output_shape and tuple(output_shape)
        self._attention_axes = attention_axes
        self._sliding_window = sliding_window
        self._flash_attention = bool(flash_attention)
        self._kernel_initializer = initializers.get(kernel_initializer)
        self._bias_initializer = initializers.get(bias_initializer)
        self._kernel_regularizer = regularizers.get(kernel_regularizer)
        self._bias_regularizer = regularizers.get(bias_regularizer)
        self._activity_regularizer = regularizers.get(activity_regularizer)
        self._kernel_constraint = constraints.get(kernel_constraint)
        self._bias_constraint = constraints.get(bias_constraint)
        self.seed = seed

    num_heads = property(lambda self: self._num_heads, doc="The number of heads.")
    key_dim = property(lambda self: self._key_dim, doc="The size of each head for query and key.")
    value_dim = property(lambda self: self._value_dim, doc="The size of each head for value.")
    dropout = property(lambda self: self._dropout, doc="The part of the attention weights to drop.")
    use_bias = property(lambda self: self._use_bias, doc="Whether the projections have biases.")
    attention_axes = property(lambda self: self._attention_axes, doc="The axes that are attended over.")
    query_dense = property(lambda self: self._query_dense, doc="The projection of the query.")
    key_dense = property(lambda self: self._key_dense, doc="The projection of the key.")
    value_dense = property(lambda self: self._value_dense, doc="The projection of the value.")
    output_dense = property(lambda self: self._output_dense, doc="The projection of the result.")

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:  # type: ignore[override]  # as Keras
        """Make the projections."""
        key_shape = _checked_key_shape(value_shape, key_shape)
        rank = len(value_shape)
        self._query_dense = self._projection("query", query_shape, (self._num_heads, self._key_dim))
        self._key_dense = self._projection("key", key_shape, (self._num_heads, self._key_dim))
        if self._use_gate:
            self._gate_dense = self._projection("gate", query_shape, (self._num_heads, self._value_dim))
        self._value_dense = self._projection("value", value_shape, (self._num_heads, self._value_dim))
        if self._attention_axes is None:
            self._attention_axes = tuple(range(1, rank - 1))
        else:
            self._attention_axes = tuple(axis if axis >= 0 else rank + axis for axis in self._attention_axes)
        self._dropout_layer = Dropout(self._dropout, dtype=self.dtype_policy, seed=self.seed)
        inner = (*query_shape[:-1], self._num_heads, self._value_dim)
        self._output_dense = self._projection("attention_output", inner, self._output_shape or query_shape[-1:], 2)
        self.built = True

    def _projection(self, name: str, shape: Any, features: Any, bound: int = 1) -> EinsumDense:
        """A layer that makes the last ``bound`` axes of a tensor of ``shape`` the axes ``features``."""
        free = len(shape) - bound
        labels = string.ascii_lowercase
        kept, summed, made = labels[:free], labels[free : free + bound], labels[free + bound :][: len(features)]
        layer = EinsumDense(
            f"{kept}{summed},{summed}{made}->{kept}{made}",
            output_shape=(*(None,) * (free - 1), *features),
            activation="sigmoid" if name == "gate" else None,
            bias_axes=made if self._use_bias else None,
            kernel_initializer=_another(self._kernel_initializer),
            bias_initializer=_another(self._bias_initializer),
            kernel_regularizer=self._kernel_regularizer,
            bias_regularizer=self._bias_regularizer,
            activity_regularizer=self._activity_regularizer,
            kernel_constraint=self._kernel_constraint,
            bias_constraint=self._bias_constraint,
            dtype=self.dtype_policy,
            name=name,
        )
        layer.build(tuple(shape))
        return layer

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """Attend.

        Args:
            query: ``[batch, ..., features]``.
            value: ``[batch, ..., features]``.
            key: As ``value``, which it is if None.
            query_mask: Not used, as in Keras: the mask that the query carries says which of its positions count.
            value_mask: ``[batch, positions]``: which of the value's positions count.
            key_mask: The same for the key.
            attention_mask: ``[batch, query positions, value positions]``: who may attend to what.
            return_attention_scores: Whether the weights are returned after the output.
            training: Whether weights are dropped.
            use_causal_mask: Whether no position attends to a later one.
        """
        if return_attention_scores and self._flash_attention:
            raise ValueError("Returning attention scores is not supported when flash attention is enabled.")
        by_time = []
        if use_causal_mask or self._sliding_window is not None:
            sizes = masks.length(query), masks.length(value)
            by_time += [masks.causal(*sizes)] if use_causal_mask else []
            by_time += [] if self._sliding_window is None else [masks.band(*sizes, self._sliding_window)]
        positions = masks.of_positions(getattr(query, "_keras_mask", None), value_mask, key_mask)
        mask = masks.merged(positions, *by_time, attention_mask)
        gate = self._gate_dense(query) if self._use_gate else None
        q = self._query_dense(query)
        k = self._key_dense(value if key is None else key)
        output, scores = self._compute_attention(
            q, k, self._value_dense(value), mask, training, return_attention_scores
        )
        output = self._output_dense(output if gate is None else output * gate)
        return (output, scores) if return_attention_scores else output

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: Any = None,
        return_attention_scores: bool = False,
    ) -> tuple[Any, Any]:
        """The heads' outputs and weights; a subclass may attend in another way.

        Query, key and value are ``[batch, ..., heads, size]``.
        """
        query = query * tf.cast(self._key_dim**-0.5, query.dtype)
        sequences = query.shape.rank == 4
        if sequences:
            query, key, value = (tf.transpose(x, [0, 2, 1, 3]) for x in (query, key, value))
            scores = tf.matmul(query, key, transpose_b=True)
        else:
            dot, combine = _equations(query.shape.rank, self._attention_axes)
            scores = tf.einsum(dot, key, query)
        blank = not sequences or self._dropout > 0 or return_attention_scores
        scores = self._masked_softmax(scores, attention_mask, blank)
        weights = self._dropout_layer(scores, training=training) if self._dropout > 0 else scores
        if sequences:
            return tf.transpose(tf.matmul(weights, value), [0, 2, 1, 3]), scores
        return tf.einsum(combine, weights, value), scores

    def _masked_softmax(self, attention_scores: Any, attention_mask: Any = None, blank: bool = True) -> Any:
        """Weights from scores; ``blank`` gives zeros where nothing may be attended to, and not equal weights."""
        rank, pairs = attention_scores.shape.rank, 2 * len(self._attention_axes)
        if attention_mask is not None:
            for _ in range(rank - attention_mask.shape.rank):
                attention_mask = tf.expand_dims(attention_mask, -pairs - 1)
            lowest = tf.constant(-3e4 if attention_scores.dtype.name == "float16" else -1e9, attention_scores.dtype)
            attention_scores = tf.where(attention_mask, attention_scores, lowest)
        if pairs == 2:
            weights = tf.nn.softmax(attention_scores)
        else:
            axes = list(range(rank - pairs // 2, rank))
            weights = tf.exp(attention_scores - tf.reduce_logsumexp(attention_scores, axes, keepdims=True))
        if attention_mask is None or not blank:
            return weights
        return tf.where(attention_mask, weights, tf.zeros([], weights.dtype))

    def compute_output_shape(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> Any:
        """The query's shape, with the features of the output."""
        _checked_key_shape(value_shape, key_shape)
        return (*tuple(query_shape)[:-1], *(self._output_shape or tuple(query_shape)[-1:]))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return super().get_config() | {
            "num_heads": self._num_heads,
            "key_dim": self._key_dim,
            "value_dim": self._value_dim,
            "dropout": self._dropout,
            "use_bias": self._use_bias,
            "use_gate": self._use_gate,
            "output_shape": self._output_shape,
            "attention_axes": self._attention_axes,
            "sliding_window": self._sliding_window,
            "kernel_initializer": initializers.serialize(self._kernel_initializer),
            "bias_initializer": initializers.serialize(self._bias_initializer),
            "kernel_regularizer": regularizers.serialize(self._kernel_regularizer),
            "bias_regularizer": regularizers.serialize(self._bias_regularizer),
            "activity_regularizer": regularizers.serialize(self._activity_regularizer),
            "kernel_constraint": constraints.serialize(self._kernel_constraint),
            "bias_constraint": constraints.serialize(self._bias_constraint),
            "seed": self.seed,
        }


def _positive(**numbers: Any) -> None:
    for name, number in numbers.items():
        if not isinstance(number, int) or number <= 0:
            raise ValueError(
                f"Received an invalid value for argument `{name}`, expected a positive integer. Received: {name}={number}"
            )


def _another(initializer: Any) -> Any:
    """An initializer with the same settings: without a seed it starts with other numbers."""
    return type(initializer).from_config(initializer.get_config())


def _checked_key_shape(value_shape: Any, key_shape: Any) -> Any:
    key_shape = value_shape if key_shape is None else key_shape
    if tuple(value_shape)[1:-1] != tuple(key_shape)[1:-1]:
        raise ValueError(
            "All dimensions of `value` and `key`, except the last one, must be equal. Received: "
            f"value_shape={value_shape} and key_shape={key_shape}"
        )
    return key_shape


def _equations(rank: int, axes: tuple[int, ...]) -> tuple[str, str]:
    """From keys and queries to scores, and from scores and values to outputs.

    Scores have the axes that are not attended over and the heads, then the query's axes, then the key's.
    """
    target = string.ascii_lowercase[:rank]
    others = dict(zip(axes, string.ascii_lowercase[rank:], strict=False))
    source = "".join(others.get(axis, label) for axis, label in enumerate(target))
    batch = "".join(target[axis] for axis in range(rank - 1) if axis not in axes)
    product = batch + "".join(target[axis] for axis in axes) + "".join(others[axis] for axis in axes)
    return f"{source},{target}->{product}", f"{product},{source}->{target}"
