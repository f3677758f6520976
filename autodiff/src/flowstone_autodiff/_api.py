"""The public names that flowstone-autodiff gives to ``tf.*``, as ``module:attribute``; nothing is imported here."""

PUBLIC: dict[str, str] = {
    "GradientTape": "flowstone_autodiff.tape:GradientTape",
    "UnconnectedGradients": "flowstone_autodiff.unconnected:UnconnectedGradients",
}
