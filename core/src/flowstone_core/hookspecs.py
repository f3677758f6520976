"""The hooks that core calls: how another distribution adds kernels, ops, services, commands and names.

Write a function with the hook's name, mark it with ``hookimpl``, and name its module in your distribution's
entry points, in the group of the hook. Nothing else is needed to be found::

    # my_package/plugin.py
    from flowstone_core.hookspecs import KernelProvider, hookimpl

    @hookimpl
    def flowstone_kernels() -> KernelProvider:
        return KernelProvider("mine", priority=30, kernels={"Tanh": "my_package.kernels:tanh"})

    # pyproject.toml
    [project.entry-points."flowstone.kernels"]
    mine = "my_package.plugin"

Every hook answers with a table from names to ``"module:attribute"``. Loading a plug-in therefore imports the
small module that holds the table and nothing more; a target is imported when its name is first needed. An
entry point may also name such a table itself (``mine = "my_package.plugin:OPS"``): that is the same as a hook
that returns it. A plug-in module must not run ops while it is imported.

``flowstone plugins`` shows what was found, and why something was not loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

import pluggy

PROJECT = "flowstone"
"""The name under which pluggy joins specifications and implementations."""

KERNEL_CONTRACT = 1
"""The version of the promises between dispatch and a kernel, as written at ``flowstone_kernels``."""

COMPILER_CONTRACT = 1
"""The version of the promises between plans and a compiler, as written at ``flowstone_compilers``."""

F = TypeVar("F", bound=Callable[..., Any])

# The cast keeps the decorated functions' own types: pluggy's markers are typed too loosely for mypy --strict.
hookspec = cast("Callable[[F], F]", pluggy.HookspecMarker(PROJECT))
hookimpl = cast("Callable[[F], F]", pluggy.HookimplMarker(PROJECT))


@dataclass(frozen=True)
class KernelProvider:
    """What one provider of kernels offers.

    Args:
        name: What users call it, as in ``FLOWSTONE_KERNELS=mine,numpy``. One word that no other provider has.
        priority: The highest wins where the user has not said otherwise (numpy 0, simd 10, xla 20).
        kernels: Op name, as in TensorFlow's op list, to ``"module:attribute"``. The attribute is a plain
            function, a ``flowstone_core.kernel.Kernel`` or a ``KernelSet``. One op is enough.
        contract: The version of the kernel contract that the kernels were written for.
        description: One sentence for ``flowstone plugins``.
        own_ops: Whether these are the kernels of ops that the same distribution brings (summary's, data's). They
            are no alternatives to anything, so a selection by the user does not leave them out.
    """

    name: str
    priority: int
    kernels: Mapping[str, str] = field(repr=False)
    contract: int = KERNEL_CONTRACT
    description: str = ""
    own_ops: bool = False


@hookspec
def flowstone_kernels() -> KernelProvider:
    """Offer kernels.

    Group: ``flowstone.kernels``.
    Called: once in a process, before the first op runs.
    Return: a ``KernelProvider``. Nothing that its table names is imported before the op first runs.
    Order: by the user's selection if there is one (``FLOWSTONE_KERNELS`` or
        ``tf.config.set_kernel_providers``), by ``priority`` otherwise. What your kernel does not cover (its
        dtypes) falls to the next provider. Two providers that offer the same op at equal priority, or under
        one name: an error that names both distributions, raised when that op runs; every other op works.
    Kernel: a function of numpy arrays with the op's attributes as keyword arguments (``transpose_a=False``;
        attributes that follow from the inputs, such as ``T``, are not passed). It returns an array, or a
        tuple of arrays for several outputs. It must not change its operands nor keep them, may return a view
        of one, and may be called from several threads at once.
    Checked: the first result of each kernel and dtype is compared with the op's own shape rule and dtypes.
        A result that disagrees is an error that names the provider. ``FLOWSTONE_VERIFY=1`` checks every one.
    Error: an exception here, or while your module is imported, disables the provider. It is remembered, shown
        by ``flowstone plugins`` and quoted by the error of an op for which no other kernel is found.
    Check yourself: ``pip install flowstone-conformance``, then ``flowstone conformance mine``.

    Example::

        # my_package/kernels.py
        def relu(features):
            return numpy.maximum(features, 0)

        # my_package/plugin.py
        from flowstone_core.hookspecs import KernelProvider, hookimpl

        @hookimpl
        def flowstone_kernels():
            return KernelProvider("mine", priority=30, kernels={"Relu": "my_package.kernels:relu"})

        # pyproject.toml
        [project.entry-points."flowstone.kernels"]
        mine = "my_package.plugin"
    """
    raise NotImplementedError


@dataclass(frozen=True)
class CompilerProvider:
    """What one provider of a compiler offers.

    Args:
        name: What users call it. A provider that also offers kernels uses one name for both, so that
            ``FLOWSTONE_KERNELS=mine,numpy`` selects both; one without kernels is on unless a selection is made.
        priority: The highest is asked first where the user has not said otherwise (simd 10, xla 20).
        compiler: ``"module:attribute"`` of an object with the methods ``refuse`` and ``compile``
            (``flowstone_graphfn.compilers.Compiler``).
        contract: The version of the compiler contract that it was written for.
        description: One sentence for ``flowstone plugins``.
    """

    name: str
    priority: int
    compiler: str
    contract: int = COMPILER_CONTRACT
    description: str = ""


@hookspec
def flowstone_compilers() -> CompilerProvider:
    """Offer a compiler: something that executes many nodes of a traced graph at once.

    Group: ``flowstone.compilers``.
    Called: once in a process, when flowstone-graphfn makes the first plan. The compiler is imported then.
    Return: a ``CompilerProvider``. What it names has two methods.
        ``refuse(node)`` is asked for each node of an optimized graph (bodies of branches and loops are graphs of
        their own). None takes the node; a sentence says why not, and appears in the plan's text form.
        ``compile(part)`` gets a ``flowstone_graphfn.compilers.Part``: a largest possible group of taken nodes that
        can run in one piece, with its inputs and outputs. It returns an ``Executable``, or a sentence that says
        why it will not have this part; its nodes are then executed as if they had been refused.
    Order: by the user's selection if there is one, by ``priority`` otherwise. Nodes that a compiler refuses are
        offered to the next one; what is left is executed by kernels.
    Executable: ``run`` takes an array for each input of the part (the state object for a resource) and returns
        an array for each output. It must not change or keep operands, nor return memory that it will use again.
        It may be called from several threads at once, with arrays of any shape that the inputs' specs allow, any
        strides and any alignment. ``reads`` and ``writes`` declare which variables it reads and writes: those of
        the part, or fewer. Writes follow ``VariableState``: in place only through ``mutable()``, under its lock.
        Where the run cannot go on (a shape that it cannot serve, an index out of range) it calls
        ``part.plain(*arrays)``, before it has written anything: the same nodes through kernels, with their errors.
    Error: an exception in ``refuse`` or ``compile`` is logged once, the part falls to kernels, and the reason is
        in the plan's text form (``plan.describe()``). An exception here or while the module is imported disables
        the compiler. ``flowstone plugins`` and ``flowstone doctor`` show it.
    Check yourself: ``pip install flowstone-conformance``, then ``flowstone conformance mine``.

    Example::

        # my_package/compiler.py: chains of tanh in one call
        import numpy
        from flowstone_graphfn.compilers import Executable

        class TanhCompiler:
            def refuse(self, node):
                return None if node.op.name == "Tanh" else f"{node.op.name} is not Tanh"

            def compile(self, part):
                if len(part.nodes) < 2 or len(part.inputs) != 1 or len(part.outputs) != 1:
                    return "not a chain"

                def run(x):
                    for _ in part.nodes:
                        x = numpy.tanh(x)
                    return (x,)

                return Executable(run, memory=0)

        COMPILER = TanhCompiler()

        # my_package/plugin.py
        from flowstone_core.hookspecs import CompilerProvider, hookimpl

        @hookimpl
        def flowstone_compilers():
            return CompilerProvider("mine", priority=30, compiler="my_package.compiler:COMPILER")

        # pyproject.toml
        [project.entry-points."flowstone.compilers"]
        mine = "my_package.plugin"
    """
    raise NotImplementedError


@hookspec
def flowstone_ops() -> Mapping[str, str]:
    """Say where ops are defined, so that a graph that holds one finds its package.

    Group: ``flowstone.ops``.
    Called: once in a process, when an op is first looked up by name (reading a saved graph, ``tf.raw_ops``).
    Return: op name to ``"module:ATTRIBUTE"`` of the ``flowstone_core.op.Op`` object, or to the ``"module"`` that
        defines it.
    Order: none. One op name claimed with two targets: an error that names both distributions, raised when
        that op is looked up.
    Error: an exception here hides this plug-in's ops. It is quoted when an op is not found.

    Example::

        @hookimpl
        def flowstone_ops():
            return {"MyOp": "my_package.ops:MY_OP"}

        [project.entry-points."flowstone.ops"]
        mine = "my_package.plugin"
    """
    raise NotImplementedError


@hookspec
def flowstone_services() -> Mapping[str, str]:
    """Offer what another component needs without importing you: one of the services in ``services.py``.

    Group: ``flowstone.services``.
    Called: once in a process, when a service is first asked for.
    Return: service name (``flowstone_core.services``: ``TRACING.name`` and so on) to ``"module:attribute"``
        of an object that has the methods of the service's protocol.
    Order: none. One service claimed with two targets: an error that names both distributions, raised when
        the service is asked for.
    Error: an exception here makes this plug-in's services missing. It is quoted by the error that says so.

    Example::

        @hookimpl
        def flowstone_services():
            return {"tracing": "my_package.trace:SERVICE"}

        [project.entry-points."flowstone.services"]
        mine = "my_package.plugin"
    """
    raise NotImplementedError


@hookspec
def flowstone_commands() -> Mapping[str, str]:
    """Add sub-commands to the ``flowstone`` command.

    Group: ``flowstone.commands``.
    Called: once in a process, by the launcher; a process that is not the launcher never calls it.
    Return: command name to ``"module:function"``. The function takes the list of arguments behind its name
        and gives an exit status (None means 0). The first sentence of its docstring is the line in
        ``flowstone --help``; its own help is its own affair (``argparse``). Only what is called is imported.
    Order: alphabetical in the help. One name claimed with two targets: an error that names both
        distributions, raised when the command is called. The built-in ``plugins``, ``doctor`` and ``version``
        cannot be replaced.
    Error: an exception here hides this plug-in's commands. It is quoted when a command is not found.

    Example::

        # my_package/commands.py
        def greet(arguments):
            '''Say hello.'''
            print("hello", *arguments)

        @hookimpl
        def flowstone_commands():
            return {"greet": "my_package.commands:greet"}

        [project.entry-points."flowstone.commands"]
        mine = "my_package.plugin"
    """
    raise NotImplementedError


@hookspec
def flowstone_api() -> Mapping[str, str]:
    """Give public names to ``tf``: the facade has no names of its own.

    Group: ``flowstone.api``. For the packages of this project and its add-ons; kernels, compilers and formats
        of others have their own import name.
    Called: once in a process, when an attribute of ``flowstone`` is first touched.
    Return: dotted public name without ``tf.`` to ``"module:attribute"``. Usually the entry point names the
        table itself, in a module that imports nothing.
    Order: none. One name with two targets: an error that names both distributions, raised when it is touched.
    Error: an exception here makes this component's names missing. It is quoted by the error that says so.

    Example::

        # flowstone_audio/_api.py
        PUBLIC = {"audio.decode_wav": "flowstone_audio.wav:decode_wav"}

        # pyproject.toml
        [project.entry-points."flowstone.api"]
        audio = "flowstone_audio._api:PUBLIC"
    """
    raise NotImplementedError
