"""The protocol buffers of TensorFlow's file formats, under their own package names."""
