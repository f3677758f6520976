"""import flowstone as tf: the TensorFlow 2 way of programming, small and fast."""
