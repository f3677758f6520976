"""What converted code calls: ``ag__``.

Each operator looks at its values. Plain Python values take Python's own path, with nothing changed; symbolic tensors
go to the graph through ``backend``.
"""
