"""flowstone beside TensorFlow, PyTorch and JAX: a fixed list of rows, one small function for each row and framework.

``rows.py`` is the list. ``operands.py`` has the arrays and the weights that all frameworks start from, so that their
results can be compared. ``in_tensorflow.py`` (for TensorFlow and flowstone), ``in_pytorch.py`` and ``in_jax.py`` have
the functions. Each contestant runs in a process of its own (``worker.py``); ``measure.py`` lets them take turns;
``limits.py`` measures what the machine can do at most; ``report.py`` writes tables and plots.
"""
