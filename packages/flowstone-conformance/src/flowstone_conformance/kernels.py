"""The conformance class of kernel providers: subclass it, name your provider, run pytest."""

from __future__ import annotations

import functools
import pkgutil
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import numpy as np
import pytest
from flowstone_core import plugins, providers
from flowstone_core.hookspecs import KERNEL_CONTRACT, KernelProvider
from flowstone_core.kernel import Kernel
from flowstone_core.op import REGISTRY, Op
from numpy.typing import NDArray

from flowstone_conformance import cases, hookspecs
from flowstone_conformance.case import Case, as_list
from flowstone_conformance.guard import overridden
from flowstone_conformance.operands import arrays, copies, read_only, strided, tensors

CONFORMANCE = plugins.Group("flowstone.conformance", hookspecs, plugins.as_table)


@functools.cache
def all_cases() -> dict[str, list[Case]]:
    """Every case, by op: those of ``flowstone_conformance.cases``, and those that other distributions bring.

    Raises:
        PluginError: A distribution names cases that cannot be loaded.
    """
    found: dict[str, list[Case]] = {}
    modules = [module.name for module in pkgutil.iter_modules(cases.__path__, f"{cases.__name__}.")]
    if broken := plugins.why_unavailable(CONFORMANCE):
        raise plugins.PluginError(broken)
    targets = [plugins.find(CONFORMANCE, family) for family in plugins.table(CONFORMANCE)]
    for target in [*(f"{module}:CASES" for module in modules), *targets]:
        for case in plugins.resolve(str(target)):
            found.setdefault(case.op.name, []).append(case)
    return found


class KernelConformance:
    """Whether a provider's kernels are right::

        from flowstone_conformance import KernelConformance

        class TestMine(KernelConformance):
            provider = "mine"

    Each kernel is called as dispatch would call it, with read-only arrays, and compared with references that use no
    kernel. Tested are values, dtypes and shapes, for empty, 0-d and broadcast operands, infinities and NaN; that
    operands are left alone and results not kept; operands that are not contiguous; ``out=`` where it is declared;
    two threads; and the op itself, run by flowstone with this provider in front.

    A test may be marked ``xfail`` with a reason in a subclass; it may not be deleted or rewritten.
    """

    provider: ClassVar[str | KernelProvider]
    """The provider's name as ``flowstone plugins`` shows it, or the ``KernelProvider`` itself."""

    @classmethod
    def offered(cls) -> KernelProvider:
        """The provider under test."""
        if isinstance(cls.provider, KernelProvider):
            return cls.provider
        for provider, _ in providers.installed_providers():
            if provider.name == cls.provider:
                return provider
        raise providers.unknown(cls.provider, f"{cls.__name__}.provider")

    @classmethod
    def kernels(cls, op_name: str) -> list[Kernel]:
        """The provider's kernels for one op."""
        return providers.as_kernels(plugins.resolve(cls.offered().kernels[op_name]), op_name)

    @classmethod
    def kernel(cls, case: Case) -> Kernel | None:
        """The provider's kernel for a case, or None if it has none for the case's dtype."""
        try:
            kernels = cls.kernels(case.op.name)
        except Exception:  # noqa: BLE001 - test_an_offer_is_kept reports it, and the other kernels are tested
            return None
        return next((kernel for kernel in kernels if kernel.serves(case.dtype)), None)

    @classmethod
    def served(cls) -> dict[str, list[tuple[Case, Kernel]]]:
        """The cases that the provider's kernels serve, by op."""
        found = {}
        for name in sorted(cls.offered().kernels.keys() & all_cases().keys()):
            pairs = [(case, cls.kernel(case)) for case in all_cases()[name]]
            found[name] = [(case, kernel) for case, kernel in pairs if kernel is not None]
        return found

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """One test for each case that the provider serves, or each op that it offers."""
        if "op_name" in metafunc.fixturenames:
            metafunc.parametrize("op_name", sorted(cls.offered().kernels))
        elif "kernel" in metafunc.fixturenames:
            pairs = [pair for served in cls.served().values() for pair in served]
            if metafunc.function.__name__ == "test_out_is_written":
                pairs = [(case, kernel) for case, kernel in pairs if kernel.out]
            metafunc.parametrize(("case", "kernel"), pairs, ids=[str(case) for case, _ in pairs])
        elif "pairs" in metafunc.fixturenames:
            first = {name: served[:3] for name, served in cls.served().items() if served}
            metafunc.parametrize("pairs", first.values(), ids=first.keys())

    # -- what is tested --------------------------------------------------------------------------------------------

    def test_the_contract_is_this_one(self) -> None:
        """The provider was written for the kernel contract that this flowstone-core speaks."""
        assert self.offered().contract == KERNEL_CONTRACT

    def test_an_offer_is_kept(self, op_name: str) -> None:
        """Each name in the table is an op, and its target can be imported and is a kernel."""
        assert isinstance(find_op(op_name), Op)
        assert self.kernels(op_name), f"{self.offered().kernels[op_name]} holds no kernel for {op_name}"

    def test_the_suite_knows_every_op(self) -> None:
        """The suite has cases for each op offered; the skip says for which it has none yet."""
        if unknown := sorted(self.offered().kernels.keys() - all_cases().keys()):
            pytest.skip(f"the suite has no cases yet, test them yourself: {', '.join(unknown)}")

    def test_matches_the_reference(self, case: Case, kernel: Kernel) -> None:
        """Number, dtype, shape and values of the outputs."""
        case.matches(case.run(kernel, read_only(case.inputs)))

    def test_operands_are_left_alone(self, case: Case, kernel: Kernel) -> None:
        """A kernel changes no operand."""
        operands = copies(case.inputs)
        case.run(kernel, operands)
        for mine, theirs in zip(as_list(operands), as_list(case.inputs), strict=True):
            assert mine.tolist() == theirs.tolist() or mine.tobytes() == theirs.tobytes()

    def test_results_are_not_kept(self, case: Case, kernel: Kernel) -> None:
        """What a second call returns can be written to without changing what the first returned."""
        first = case.run(kernel, read_only(case.inputs))
        before = [result.copy() for result in first]
        again = case.run(kernel, copies(case.inputs))
        case.check(again, before)
        for result in again:
            if result.flags.writeable:
                result[...] = b"" if result.dtype == object else 0
        case.check(first, before)

    def test_operands_need_not_be_contiguous(self, case: Case, kernel: Kernel) -> None:
        """Views with strides, as transposing and slicing give."""
        case.matches(case.run(kernel, strided(case.inputs)))

    def test_out_is_written(self, case: Case, kernel: Kernel) -> None:
        """A kernel that declares ``out`` writes its result there, also over an operand if it is elementwise."""
        (expected,) = case.expected
        out = np.empty_like(expected)
        (result,) = case.run(kernel, read_only(case.inputs), out=out)
        assert result is out
        case.check([out], [expected])
        operands = copies(case.inputs)
        first = operands[0] if operands else None
        if kernel.elementwise and isinstance(first, np.ndarray) and fits(first, expected):
            case.check(case.run(kernel, operands, out=first), [expected])

    def test_threads(self, pairs: list[tuple[Case, Kernel]]) -> None:
        """Several threads may run a kernel at once, unless it says otherwise."""
        with ThreadPoolExecutor(4) as pool:
            for case, kernel in pairs:
                if kernel.thread_safe:
                    runs = [pool.submit(case.run, kernel, read_only(case.inputs)) for _ in range(8)]
                    for run in runs:
                        case.matches(run.result())

    def test_the_op_runs_with_it(self, pairs: list[tuple[Case, Kernel]]) -> None:
        """Flowstone itself runs the op with this provider's kernels, which pass its check of first results."""
        if isinstance(self.provider, KernelProvider):
            pytest.skip("only an installed provider can be selected")
        with providers.kernel_providers([self.provider]):
            for case, _ in pairs:
                result = case.op(*tensors(case.inputs), **case.attrs)
                case.matches(list(arrays(result))[: case.outputs])

    def test_the_suite_is_whole(self) -> None:
        """No test of the suite is missing or rewritten without an ``xfail`` that gives a reason."""
        problems = overridden(type(self), KernelConformance)
        assert not problems, "\n".join(problems)


def find_op(name: str) -> Op:
    """The op of a name."""
    target = plugins.find_op(name)
    if target is None:
        raise LookupError(f"there is no op called {name!r}")
    plugins.resolve(target.partition(":")[0])
    return REGISTRY[name]


def fits(operand: NDArray[Any], result: NDArray[Any]) -> bool:
    """Whether a result can be written over an operand."""
    return operand.shape == result.shape and operand.dtype == result.dtype
