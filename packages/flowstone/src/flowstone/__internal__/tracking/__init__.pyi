"""``tf.__internal__.tracking``; written by ``nox -s api``."""

from flowstone_core.trackable import Trackable as Trackable
