"""``tf.experimental.numpy``: numpy's functions on tensors, with numpy's promotion of types.

A module for each family, written on the public ops of ``tf``, so that all of it traces and differentiates.
"""
