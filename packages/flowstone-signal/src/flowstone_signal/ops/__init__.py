"""The ops of flowstone-signal: schemas, shape rules, public functions."""
