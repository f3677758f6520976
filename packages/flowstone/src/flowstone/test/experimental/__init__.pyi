"""``tf.test.experimental``; written by ``nox -s api``."""

from flowstone_core.testing.environment import sync_devices as sync_devices
