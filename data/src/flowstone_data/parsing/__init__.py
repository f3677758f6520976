"""From serialized ``tf.train.Example`` messages to tensors."""
