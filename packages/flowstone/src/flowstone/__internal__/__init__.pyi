"""``tf.__internal__``; written by ``nox -s api``."""

from . import tracking as tracking
