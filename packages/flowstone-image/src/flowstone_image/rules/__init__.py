"""The gradients of flowstone-image's ops; only flowstone-autodiff loads them."""
