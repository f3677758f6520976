"""The hook that flowstone-autodiff calls: how another distribution brings the gradients of its ops.

See ``flowstone_core.hookspecs`` for how a hook is written, found and loaded.
"""

from __future__ import annotations

from collections.abc import Mapping

from flowstone_core.hookspecs import hookimpl, hookspec

__all__ = ["flowstone_gradients", "hookimpl"]


@hookspec
def flowstone_gradients() -> Mapping[str, str]:
    """Say where gradient rules are, so that differentiating an op finds its rule.

    Group: ``flowstone.gradients``.
    Called: once in a process, when a rule is first looked up; never while ops run.
    Return: op name to ``"module"``, whose import registers the rule (with ``@gradient`` or
        ``not_differentiable`` of ``flowstone_autodiff``), or to ``"module:function"``, the rule itself.
    Order: none. One op claimed with two targets: an error that names both distributions, raised when that op
        is differentiated.
    Error: an exception here hides this plug-in's rules. It is quoted by the error for a missing rule.

    Example::

        # my_package/gradients.py
        from flowstone_autodiff import gradient
        from my_package.ops import MY_OP

        @gradient(MY_OP)
        def my_op(call, dy):
            return dy * 2.0

        # my_package/plugin.py
        from flowstone_autodiff.hookspecs import hookimpl

        @hookimpl
        def flowstone_gradients():
            return {"MyOp": "my_package.gradients"}

        # pyproject.toml
        [project.entry-points."flowstone.gradients"]
        mine = "my_package.plugin"
    """
    raise NotImplementedError
