"""The cases, one module a family of ops, under the name that the family has everywhere."""
