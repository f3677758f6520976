"""Models: functional, sequential, subclassed; training and evaluation."""
