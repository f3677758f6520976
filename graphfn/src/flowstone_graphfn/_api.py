"""The public names that flowstone-graphfn gives to ``tf.*``, as ``module:attribute``; nothing is imported here."""

PUBLIC: dict[str, str] = {}
