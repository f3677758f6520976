"""tf.distribute for one device: strategies, replica contexts, distributed data sets."""
