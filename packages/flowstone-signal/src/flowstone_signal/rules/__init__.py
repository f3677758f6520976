"""The gradients of flowstone-signal's ops; only flowstone-autodiff loads them."""
