"""The public names that flowstone-savedmodel gives to ``tf.*``, as ``module:attribute``; nothing is imported here."""

PUBLIC: dict[str, str] = {}
