"""tf.function, AutoGraph, graphs, passes and executors of flowstone."""
