"""``tf.compat.v1.saved_model.tag_constants``; written by ``nox -s api``."""

