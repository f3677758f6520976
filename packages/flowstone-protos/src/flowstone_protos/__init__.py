"""The protocol buffers of TensorFlow's file formats, under their own package names.

One module a file: ``from flowstone_protos import event_pb2``. The messages are byte for byte those of
TensorFlow and TensorBoard, but belong to the proto packages ``flowstone.tensorflow`` and
``flowstone.tensorboard``, so that all three can live in one process. Importing this package imports nothing.
"""
