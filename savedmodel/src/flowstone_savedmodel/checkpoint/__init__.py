"""Checkpoints: the table and bundle formats on disk, the object graph, and ``tf.train.Checkpoint``."""
