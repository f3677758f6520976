"""SavedModels and checkpoints that travel between flowstone and TensorFlow."""
