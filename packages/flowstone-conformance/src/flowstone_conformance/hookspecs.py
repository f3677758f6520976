"""The hook that flowstone-conformance calls: how another distribution brings cases for its ops.

See ``flowstone_core.hookspecs`` for how a hook is written, found and loaded.
"""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import hookimpl as hookimpl
from flowstone_core.hookspecs import hookspec


@hookspec
def flowstone_conformance() -> Mapping[str, str]:
    """Say where the conformance cases of your ops are, so that every provider of kernels for them is tested.

    Group: ``flowstone.conformance``.
    Called: once in a process, when a suite collects its tests.
    Return: the name of a family of ops, one that no other distribution uses, to ``"module:attribute"`` of a list
        of ``flowstone_conformance.case.Case``.
    Order: none. One family claimed with two targets: an error that names both distributions.
    Error: an exception here is raised when a suite collects its tests: cases that are missing would go unnoticed.

    Example::

        # my_package/cases.py
        from flowstone_conformance.case import Case
        from flowstone_conformance.reference import elementwise
        from flowstone_conformance.samples import sample
        from my_package.ops import DOUBLE

        CASES = [Case(DOUBLE, (sample((2, 3), "float32"),), elementwise(lambda x: 2 * x))]

        # my_package/plugin.py
        @hookimpl
        def flowstone_conformance():
            return {"my_doubling": "my_package.cases:CASES"}

        # pyproject.toml
        [project.entry-points."flowstone.conformance"]
        mine = "my_package.plugin"
    """
    raise NotImplementedError
