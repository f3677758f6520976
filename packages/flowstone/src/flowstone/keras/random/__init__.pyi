"""``tf.keras.random``; written by ``nox -s api``."""

from flowstone_layers.random_seed import SeedGenerator as SeedGenerator
