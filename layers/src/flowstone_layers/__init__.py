"""tf.keras for flowstone: layers, models, optimizers, losses, metrics, callbacks."""
