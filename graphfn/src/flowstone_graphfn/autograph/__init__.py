"""AutoGraph: Python functions whose ``if``, ``while``, ``for``, ... also work on symbolic tensors.

A function's source is found and parsed (``source``), analysed (``analysis``), rewritten (``conversions``, one file
each), and compiled at the user's own file and lines (``convert``). The rewritten function calls ``operators``, which
look at the values: plain Python values take Python's own path, symbolic tensors become graph control flow through
the interface in ``backend``.

The bodies of statements stay where they are, in the user's frame. ``if test: a`` becomes::

    with ag__.if_stmt(test, get_state, set_state, names) as if_1:
        for arm in if_1:
            if arm == 0: a

so that the operator can run a body once, never, or under a graph that is being built, while tracebacks, debuggers,
``locals()`` and ``super()`` see what they would see in the function as written.
"""
