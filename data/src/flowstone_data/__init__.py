"""tf.data pipelines, TFRecord files and tf.train.Example parsing of flowstone."""
