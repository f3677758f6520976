"""``tf.train.experimental``; written by ``nox -s api``."""

from flowstone_savedmodel.checkpoint.python_state import PythonState as PythonState
