from __future__ import annotations

import numpy as np
import pytest
from flowstone_conformance import KernelConformance
from flowstone_conformance.kernels import all_cases
from flowstone_core.hookspecs import KernelProvider

SUITE = """
from flowstone_conformance import KernelConformance
from flowstone_core.hookspecs import KernelProvider

class TestMine(KernelConformance):
    provider = KernelProvider("mine", 1, {"Relu": "mine:KERNEL"})
"""

KERNEL = """
import numpy
from flowstone_core.dtypes import float32
from flowstone_core.kernel import Kernel

LAST = numpy.zeros(0, "float32")

def relu(features, out=None):
    {body}

KERNEL = Kernel(relu, dtypes=frozenset({{float32}}), out={out}, elementwise={out})
"""


@pytest.fixture
def run(pytester, monkeypatch):
    def run(body, *arguments, out=False, suite=SUITE):
        pytester.makepyfile(mine=KERNEL.format(body=body, out=out), test_mine=suite)
        monkeypatch.setenv("PYTHONPATH", str(pytester.path))
        return pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", *arguments)

    return run


def failed(result):
    """The names of the failed tests of the suite."""
    return {line.partition("::test_")[2].partition("[")[0] for line in result.outlines if line.startswith("FAILED")}


def test_a_right_kernel_passes(run):
    result = run("return numpy.maximum(features, 0, out=out)", out=True)
    outcomes = result.parseoutcomes()
    assert "failed" not in outcomes
    assert outcomes["passed"] > 20
    assert outcomes["skipped"] == 1  # the op itself needs an installed provider


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("return numpy.abs(features)", "matches_the_reference"),
        ("return numpy.where(features > 0, features, 0)", "matches_the_reference"),  # NaN becomes 0
        ("return numpy.maximum(features, 0).astype('float64')", "matches_the_reference"),
        ("return numpy.maximum(features, 0).reshape(-1)", "matches_the_reference"),
        (
            "return numpy.maximum(features, 0, out=features if features.flags.writeable else None)",
            "operands_are_left_alone",
        ),
        (
            "global LAST\n    if LAST.shape != features.shape: LAST = numpy.empty_like(features)\n"
            "    return numpy.maximum(features, 0, out=LAST)",
            "results_are_not_kept",
        ),
        (
            "return numpy.frombuffer(numpy.maximum(features, 0).tobytes('A'), 'float32').reshape(features.shape)",
            "operands_need_not_be_contiguous",
        ),
        ("raise RuntimeError('no')", "matches_the_reference"),
    ],
)
def test_a_wrong_kernel_is_found(run, body, found):
    assert found in failed(run(body))


def test_an_out_that_is_not_written_is_found(run):
    assert failed(run("return numpy.maximum(features, 0)", out=True)) == {"out_is_written"}


def test_an_offer_that_is_not_kept_is_found(run):
    suite = SUITE.replace("mine:KERNEL", "mine:NOTHING").replace('{"Relu"', '{"Tanhh": "mine:relu", "Relu"')
    result = run("return features", suite=suite)
    text = result.stdout.str()
    assert "an_offer_is_kept[Relu]" in text
    assert "there is no op called 'Tanhh'" in text


def test_the_guard(run):
    suite = SUITE + "\n    def test_threads(self): pass\n"
    result = run("return numpy.maximum(features, 0)", "-k", "whole", suite=suite)
    assert "TestMine.test_threads replaces a test of the suite" in result.stdout.str()
    suite = SUITE + "\n    test_threads = None\n"
    assert "whole" in result.stdout.str()
    assert run("return numpy.maximum(features, 0)", "-k", "whole", suite=suite).ret == 1


def test_an_xfail_with_a_reason_is_allowed(run):
    suite = SUITE.replace("from flowstone_core.hookspecs", "import pytest\nfrom flowstone_core.hookspecs") + (
        "\n    @pytest.mark.xfail(reason='my library is not thread-safe')"
        "\n    def test_threads(self, pairs): raise AssertionError\n"
    )
    result = run("return numpy.maximum(features, 0)", suite=suite)
    assert result.ret == 0
    assert result.parseoutcomes()["xfailed"] == 1


def test_every_case_has_another_name_and_an_expectation():
    for name, cases in all_cases().items():
        names = [str(case) for case in cases]
        assert len(set(names)) >= len(names) * 0.25, f"most cases of {name} have the same name"
        for case in cases:
            assert all(isinstance(array, np.ndarray) for array in case.expected), str(case)


class TestNumpy(KernelConformance):
    """One numpy kernel passes the suite here; ``nox -s conformance`` runs all of them."""

    provider = KernelProvider("numpy", 0, {"Tanh": "flowstone_core.kernels.elementary:KERNELS"})
