"""The conformance class of compilers: subclass it, name your provider, run pytest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar

import numpy as np
import pytest
from flowstone_core import plugins, providers
from flowstone_core.dtypes import from_numpy
from flowstone_core.hookspecs import COMPILER_CONTRACT, CompilerProvider
from flowstone_core.op import REGISTRY
from flowstone_core.plugins import COMPILERS
from flowstone_core.tensor import EagerTensor
from flowstone_core.variable import Variable
from flowstone_graphfn.compilers import Compiler
from flowstone_graphfn.function import function

from flowstone_conformance.case import Case, as_list
from flowstone_conformance.guard import overridden
from flowstone_conformance.kernels import all_cases
from flowstone_conformance.operands import copies, read_only, strided
from flowstone_conformance.programs import PROGRAMS, Program

CALLS = 3
"""How often each traced function is called: some compilers wait for a second call."""


class CompilerConformance:
    """Whether what a compiler makes of graphs is right::

        from flowstone_conformance import CompilerConformance

        class TestMine(CompilerConformance):
            provider = "mine"

    Each conformance case whose op the compiler takes is traced and run, and compared with its reference; programs
    with variables, branches, loops and gradients are compared with the same run by numpy's kernels alone. Tested are
    also shapes that are unknown while tracing, operands that are not contiguous, threads, errors, and that neither
    operands nor results that were given away change.

    A test may be marked ``xfail`` with a reason in a subclass; it may not be deleted or rewritten.
    """

    provider: ClassVar[str]
    """The provider's name as ``flowstone plugins`` shows it."""

    @classmethod
    def offered(cls) -> CompilerProvider | None:
        """The compiler under test; None if the provider brings none."""
        for plugin in plugins.load_group(COMPILERS):
            if plugin.result is not None and plugin.result.name == cls.provider:
                return plugin.result
        return None

    @classmethod
    def compiler(cls) -> Compiler:
        """The compiler under test."""
        offered = cls.offered()
        if offered is None:
            pytest.skip(f"{cls.provider} brings no compiler")
        made: Compiler = plugins.resolve(offered.compiler)
        return made

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """One test for each op that has cases, and for each program."""
        if "op_name" in metafunc.fixturenames:
            metafunc.parametrize("op_name", sorted(all_cases()))
        elif "program" in metafunc.fixturenames:
            metafunc.parametrize("program", PROGRAMS, ids=[program.__name__ for program in PROGRAMS])

    @pytest.fixture(autouse=True)
    def _selected(self) -> Iterator[None]:
        if self.offered() is None:
            pytest.skip(f"{self.provider} brings no compiler")
        with providers.kernel_providers(list(dict.fromkeys([self.provider, "numpy"]))):
            yield

    # -- what is tested --------------------------------------------------------------------------------------------

    def test_the_contract_is_this_one(self) -> None:
        """The compiler was written for the contract that this flowstone-core speaks."""
        offered = self.offered()
        assert offered is not None
        assert offered.contract == COMPILER_CONTRACT

    def test_ops_in_graphs(self, op_name: str) -> None:
        """Every case of an op that it takes: number, dtype, shape and values of the outputs; operands left alone."""
        taken = 0
        for case in all_cases()[op_name]:
            traced, operands = traced_case(case)
            if traced is None:
                continue
            for form in (read_only, strided):
                arrays = form(tuple(operands))
                before = copies(arrays)
                concrete = traced.get_concrete_function(*wrapped(arrays))
                for _ in range(CALLS):
                    case.matches(as_list(numpy_of(concrete.call_flat(wrapped(arrays))))[: case.outputs])
                for array, kept in zip(arrays, before, strict=True):
                    assert array.tobytes() == kept.tobytes()
                taken += bool(concrete.graph_function.plan.compiled)
        if not taken:
            pytest.skip(f"{self.provider} leaves {op_name} to kernels")

    def test_programs(self, program: Program) -> None:
        """Programs give what they give when numpy's kernels execute them."""
        with providers.kernel_providers(["numpy"]):
            expected = [outcome(step) for step in program(function)]
        got = [outcome(step) for step in program(function)]
        assert len(got) == len(expected)
        assert not isinstance(got[0], str), f"the program fails: {got[0]}"
        for mine, theirs in zip(got, expected, strict=True):
            assert type(mine) is type(theirs), (mine, theirs)
            if isinstance(mine, str):
                assert mine == theirs
                continue
            for one, other in zip(mine, theirs, strict=True):
                assert one.dtype == other.dtype
                np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-5 * scale(other))

    def test_results_are_kept(self) -> None:
        """What one call returned does not change with the next; nor does what was read from a variable."""
        v = Variable(np.arange(64, dtype=np.float32))

        @function
        def step(x: Any) -> Any:
            v.assign_add(x * x + x)
            return v.read_value(), x * 2 + 1

        results = []
        for number in range(CALLS + 2):
            before: Any = v.read_value()
            kept = before.numpy()
            results.append(step(wrapped((np.full(64, number, np.float32),))[0]))
            np.testing.assert_array_equal(before.numpy(), kept)
        expected = np.arange(64, dtype=np.float32)
        for number, (state, double) in enumerate(results):
            expected = expected + (number * number + number)
            np.testing.assert_allclose(state.numpy(), expected)
            np.testing.assert_allclose(double.numpy(), np.full(64, 2 * number + 1))

    def test_threads(self) -> None:
        """Several threads may run one traced function at once."""

        @function
        def f(x: Any) -> Any:
            y = x * x - 3
            return y * y + x

        def run(number: int) -> bool:
            rng = np.random.default_rng(number)
            for _ in range(20):
                x = rng.standard_normal((40, 64)).astype(np.float32)
                got = f(wrapped((x,))[0]).numpy()
                if not np.allclose(got, (x * x - 3) ** 2 + x, rtol=1e-4, atol=1e-5):
                    return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(run, range(8)))

    def test_the_suite_is_whole(self) -> None:
        """No test of the suite is missing or rewritten without an ``xfail`` that gives a reason."""
        problems = overridden(type(self), CompilerConformance)
        assert not problems, "\n".join(problems)


def traced_case(case: Case) -> tuple[Any, list[Any]]:
    """A traced function of a case's op, and its operands: what is a shape or an axis is a constant of the graph.

    The function is None where the op cannot be called so.
    """
    if case.op.name not in REGISTRY or any(
        operand.dtype.kind == "O"
        for value in case.inputs
        for operand in (value if isinstance(value, list) else [value])
    ):
        return None, []
    try:
        case.op.check_types(tuple(_nested(value) for value in case.inputs))
    except Exception:  # noqa: BLE001 - some cases call kernels with types that the op itself does not allow
        return None, []
    fixed = [
        index > 0 and not isinstance(value, list) and _is_setting(value) for index, value in enumerate(case.inputs)
    ]
    operands: list[Any] = []
    for value, constant in zip(case.inputs, fixed, strict=True):
        if not constant:
            operands += value if isinstance(value, list) else [value]

    def call(*tensors: Any) -> Any:
        given = iter(tensors)
        inputs = [
            _nested(value) if constant else [next(given) for _ in value] if isinstance(value, list) else next(given)
            for value, constant in zip(case.inputs, fixed, strict=True)
        ]
        return case.op(*inputs, **case.attrs)

    return function(call, autograph=False), operands


def _is_setting(array: Any) -> bool:
    return array.dtype.name in ("int32", "int64") and array.ndim <= 1 and array.size <= 8


def _nested(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_nested(item) for item in value)
    return EagerTensor(value, from_numpy(value.dtype))


def wrapped(arrays: Any) -> list[Any]:
    """Arrays as tensors."""
    return [EagerTensor(array, from_numpy(array.dtype)) for array in arrays]


def numpy_of(result: Any) -> list[Any]:
    """A structured result as a flat list of arrays."""
    if result is None:
        return []
    if isinstance(result, (list, tuple)):
        return [array for item in result for array in numpy_of(item)]
    return [np.asarray(result.numpy())]


def scale(array: Any) -> float:
    """The size of the usual numbers in an array, at least 1: sums of many that cancel are off by a part of it."""
    finite = np.abs(array[np.isfinite(array)].astype(np.float64))
    return max(1.0, float(np.sqrt(np.mean(np.square(finite[finite < 1e30]))))) if finite.size else 1.0


def outcome(step: Callable[[], Any]) -> Any:
    """What a step of a program gives: arrays, or the type of its error."""
    try:
        return numpy_of(step())
    except Exception as error:  # noqa: BLE001 - the same error is expected from everybody
        return type(error).__name__
