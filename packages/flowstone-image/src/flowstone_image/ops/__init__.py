"""The ops of flowstone-image: schemas, shape rules, public functions."""
