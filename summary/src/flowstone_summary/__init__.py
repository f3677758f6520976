"""tf.summary: event files that TensorBoard reads."""
