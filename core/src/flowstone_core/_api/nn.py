"""Neural network functions: activations, cross-entropies, biases, normalization."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public(
        "flowstone_core.ops.activations",
        {
            "crelu": "nn.crelu",
            "elu": "nn.elu",
            "gelu": "nn.gelu",
            "leaky_relu": "nn.leaky_relu",
            "relu": "nn.relu",
            "relu6": "nn.relu6",
            "selu": "nn.selu",
            "silu": "nn.silu nn.swish",
            "softplus": "math.softplus nn.softplus",
            "softsign": "math.softsign nn.softsign",
        },
    )
    | public(
        "flowstone_core.ops.softmax",
        {
            "log_softmax": "math.log_softmax nn.log_softmax",
            "sigmoid_cross_entropy_with_logits": "nn.sigmoid_cross_entropy_with_logits",
            "softmax": "math.softmax nn.softmax",
            "softmax_cross_entropy_with_logits": "nn.softmax_cross_entropy_with_logits",
            "sparse_softmax_cross_entropy_with_logits": "nn.sparse_softmax_cross_entropy_with_logits",
            "weighted_cross_entropy_with_logits": "nn.weighted_cross_entropy_with_logits",
        },
    )
    | public(
        "flowstone_core.ops.nn",
        {
            "bias_add": "nn.bias_add",
            "in_top_k": "math.in_top_k nn.in_top_k",
            "l2_loss": "nn.l2_loss",
            "l2_normalize": "linalg.l2_normalize math.l2_normalize nn.l2_normalize",
            "log_poisson_loss": "nn.log_poisson_loss",
            "top_k": "math.top_k nn.top_k",
            "zero_fraction": "math.zero_fraction nn.zero_fraction",
        },
    )
    | public(
        "flowstone_core.ops.convolution",
        {
            name: f"nn.{name}"
            for name in """
                atrous_conv2d atrous_conv2d_transpose conv1d conv1d_transpose conv2d conv2d_transpose conv3d
                conv3d_transpose conv_transpose convolution depthwise_conv2d depthwise_conv2d_backprop_filter
                depthwise_conv2d_backprop_input separable_conv2d
            """.split()
        },
    )
    | public(
        "flowstone_core.ops.pool",
        {
            name: f"nn.{name}"
            for name in """
                avg_pool avg_pool1d avg_pool2d avg_pool3d dilation2d erosion2d max_pool max_pool1d max_pool2d max_pool3d
                max_pool_with_argmax
            """.split()
        },
    )
    | public(
        "flowstone_core.ops.fractional",
        {name: f"nn.{name}" for name in "fractional_avg_pool fractional_max_pool".split()},
    )
    | public(
        "flowstone_core.ops.approximate",
        {name: f"nn.{name} math.{name}" for name in "approx_max_k approx_min_k".split()},
    )
    | public(
        "flowstone_core.ops.dropout",
        {
            "dropout": "nn.dropout",
            "general_dropout": "nn.experimental.general_dropout",
            "stateless_dropout": "nn.experimental.stateless_dropout",
        },
    )
    | public(
        "flowstone_core.ops.ctc",
        {
            name: f"nn.{name}"
            for name in """
                collapse_repeated ctc_beam_search_decoder ctc_greedy_decoder ctc_loss ctc_unique_labels
            """.split()
        },
    )
    | public("flowstone_core.ops.dilated", {name: f"nn.{name}" for name in "pool with_space_to_batch".split()})
    | public(
        "flowstone_core.ops.scaled_loss",
        {name: f"nn.{name}" for name in "compute_average_loss scale_regularization_loss".split()},
    )
    | public("flowstone_core.ops.embedding", {"embedding_lookup": "nn.embedding_lookup"})
    | public(
        "flowstone_core.ops.embedding_sparse",
        {
            "embedding_lookup_sparse": "nn.embedding_lookup_sparse",
            "safe_embedding_lookup_sparse": "nn.safe_embedding_lookup_sparse",
        },
    )
    | public(
        "flowstone_core.ops.normalization",
        {
            "batch_norm_with_global_normalization": "nn.batch_norm_with_global_normalization",
            "batch_normalization": "nn.batch_normalization",
            "local_response_normalization": "nn.local_response_normalization nn.lrn",
            "moments": "nn.moments",
            "normalize_moments": "nn.normalize_moments",
            "sufficient_statistics": "nn.sufficient_statistics",
            "weighted_moments": "nn.weighted_moments",
        },
    )
)
