"""The public names that flowstone-savedmodel gives to ``tf.*``, as ``module:attribute``."""

PUBLIC: dict[str, str] = {}
