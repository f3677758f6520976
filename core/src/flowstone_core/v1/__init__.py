"""Names of ``tf.compat.v1`` that mean something without graphs and sessions of the old kind."""
