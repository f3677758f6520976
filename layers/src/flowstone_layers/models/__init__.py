"""Models: functional, sequential, subclassed; training and evaluation.

Whatever is imported from here, ``Model(inputs, outputs)`` makes a ``Functional``, so that module is always there.
"""

import flowstone_layers.models.functional  # noqa: F401 - registers itself with Model
