from __future__ import annotations

import sys

import numpy as np
import pytest
from flowstone_core import plugins, providers, verify
from flowstone_core.dtypes import float32
from flowstone_core.errors import InternalError, KernelNotFoundError
from flowstone_core.kernel import Kernel, KernelSet
from flowstone_core.ops.math import add, multiply
from flowstone_core.plugins import PluginConflictError
from flowstone_core.providers import UnknownProviderError, kernel_providers, set_kernel_providers
from flowstone_core.spec import Spec

KERNELS = """
    import numpy

    CALLS = []

    def add(x, y):
        CALLS.append("add")
        return numpy.add(x, y)

    def wrong_dtype(x, y):
        return numpy.add(x, y).astype("float16")

    def wrong_shape(x, y):
        return numpy.add(x, y)[..., None]
"""


def provider(module: str, name: str, priority: int = 30, **kernels: str) -> dict[str, str]:
    table = {op: f"{module}_kernels:{attribute}" for op, attribute in kernels.items()}
    plugin = f"""
        from flowstone_core.hookspecs import KernelProvider, hookimpl

        @hookimpl
        def flowstone_kernels():
            return KernelProvider({name!r}, priority={priority}, kernels={table!r})
    """
    return {module: plugin, f"{module}_kernels": KERNELS}


def entry(module: str) -> dict[str, dict[str, str]]:
    return {"flowstone.kernels": {module: module}}


def test_hook_flowstone_kernels(install):
    install("outside", entry("p1"), **provider("p1", "mine", AddV2="add"))
    assert add(1.0, 2.0).numpy() == 3.0
    assert multiply(2.0, 2.0).numpy() == 4.0  # numpy serves what the provider does not cover
    assert plugins.resolve("p1_kernels:CALLS") == ["add"]
    in_use = providers.get_kernel_providers()
    assert (in_use[0], in_use[-1]) == ("mine", "numpy")  # others may be installed
    (mine, target), *_, (numpy_provider, _) = providers.kernel_targets("AddV2")
    assert (mine.name, target, numpy_provider.name) == ("mine", "p1_kernels:add", "numpy")
    assert not providers.builtin(mine)
    assert providers.builtin(numpy_provider)


def test_nothing_is_imported_before_the_op_runs(install):
    install("outside", entry("p2"), **provider("p2", "mine", AddV2="add"))
    multiply(2.0, 2.0)
    assert "p2" in sys.modules
    assert "p2_kernels" not in sys.modules
    add(1.0, 1.0)
    assert "p2_kernels" in sys.modules


def test_the_selection_switches_a_provider_off_and_on(install):
    install("outside", entry("p3"), **provider("p3", "mine", AddV2="add"))
    with kernel_providers(["numpy"]):
        add(1.0, 2.0)
        assert providers.get_kernel_providers() == ("numpy",)
    assert "p3_kernels" not in sys.modules
    add(1.0, 2.0)
    assert plugins.resolve("p3_kernels:CALLS") == ["add"]
    set_kernel_providers(["numpy", "mine"])
    add(1.0, 2.0)
    assert plugins.resolve("p3_kernels:CALLS") == ["add"]


def test_the_environment_selects(install, monkeypatch):
    install("outside", entry("p4"), **provider("p4", "mine", AddV2="add"))
    monkeypatch.setenv("FLOWSTONE_KERNELS", " numpy , mine ")
    assert providers.get_kernel_providers() == ("numpy", "mine")
    with kernel_providers(["mine"]):  # the program outranks the environment
        assert providers.get_kernel_providers() == ("mine",)


def test_an_unknown_name_lists_what_is_installed_and_changes_nothing(install, monkeypatch):
    before = providers.get_kernel_providers()
    install("broken", entry("p5"), p5="raise ImportError('no libfast')")
    with pytest.raises(UnknownProviderError, match=r"(?s)called 'p5'\. Installed: .*numpy.*no libfast"):
        set_kernel_providers(["p5"])
    assert providers.get_kernel_providers() == before
    monkeypatch.setenv("FLOWSTONE_KERNELS", "simf")
    with pytest.raises(ValueError, match="FLOWSTONE_KERNELS=simf: no kernel provider is called 'simf'"):
        providers.get_kernel_providers()


def test_a_selection_without_a_kernel_says_who_has_one(install):
    install("outside", entry("p6"), **provider("p6", "mine", AddV2="add"))
    with (
        kernel_providers(["mine"]),
        pytest.raises(KernelNotFoundError, match=r"(?s)in use: mine\..*numpy has one, but FLOWSTONE_KERNELS"),
    ):
        multiply(2.0, 2.0)


def test_a_kernel_that_cannot_be_imported_falls_to_the_next_provider(install):
    files = provider("p7", "mine", AddV2="missing") | {"p7_kernels": "raise OSError('no such library')"}
    install("outside", entry("p7"), **files)
    assert add(1.0, 2.0).numpy() == 3.0
    with (
        kernel_providers(["mine"]),
        pytest.raises(KernelNotFoundError, match=r"mine's kernel for AddV2 .* OSError: no such library"),
    ):
        add(1.0, 2.0)


def test_equal_priority_is_an_error_of_that_op_until_the_user_orders(install):
    install("first", entry("p8"), **provider("p8", "one", AddV2="add"))
    install("second", entry("p9"), **provider("p9", "two", AddV2="add"))
    with pytest.raises(PluginConflictError, match=r"AddV2 at priority 30 \(one, two\).*first 1\.0.*second 1\.0"):
        add(1.0, 2.0)
    assert multiply(2.0, 2.0).numpy() == 4.0
    with kernel_providers(["two", "one"]):
        add(1.0, 2.0)
        assert plugins.resolve("p9_kernels:CALLS") == ["add"]


def test_one_name_from_two_distributions(install):
    install("first", entry("p10"), **provider("p10", "mine", 30, AddV2="add"))
    install("second", entry("p11"), **provider("p11", "mine", 40, AddV2="add"))
    with pytest.raises(PluginConflictError, match=r"provider name 'mine'.*second 1\.0.*first 1\.0"):
        add(1.0, 2.0)
    with kernel_providers(["numpy"]):
        assert add(1.0, 2.0).numpy() == 3.0


@pytest.mark.parametrize("kernel", ["wrong_dtype", "wrong_shape"])
def test_a_wrong_result_names_its_provider(install, kernel):
    module = f"p12_{kernel}"
    install("outside", entry(module), **provider(module, "mine", AddV2=kernel))
    with pytest.raises(
        InternalError, match=r"'mine' \(outside 1\.0\) computed AddV2 wrongly: expected float32 of shape"
    ):
        add(np.float32([1.0, 2.0]), np.float32([1.0, 2.0]))
    assert multiply(2.0, 2.0).numpy() == 4.0


@pytest.mark.parametrize(("setting", "checks"), [("", 1), ("1", 3)])
def test_the_first_result_is_checked_or_all_of_them(install, monkeypatch, setting, checks):
    checked = []
    monkeypatch.setenv("FLOWSTONE_VERIFY", setting)
    monkeypatch.setattr(verify, "_problem", lambda expected, found: checked.append(expected) or "")
    install("outside", entry("p14"), **provider("p14", "mine", AddV2="add"))
    x = np.float32([1.0])
    for _ in range(3):
        add(x, x)
    assert len(checked) == checks


def test_several_outputs_are_checked():
    specs = [Spec((2,), float32), Spec((), float32)]
    good = [np.float32([1, 2]), np.float32(3)]
    assert verify._problem(specs, good) == ""
    assert verify._problem(specs, good[:1]) == "expected 2 outputs, got 1"
    assert verify._problem(specs, good[::-1]) == "expected float32 of shape (2,), got float32 of shape ()"
    assert verify._problem([Spec((None, 3), float32)], [np.zeros((2, 3), "float32")]) == ""


def test_what_a_table_may_name():
    def double(x):
        return 2 * x

    kernels = KernelSet()
    kernels.by_op["Twice"] = [Kernel(double)]
    assert providers.as_kernels(double, "Twice") == [Kernel(double)]
    assert providers.as_kernels(Kernel(double, out=True), "Twice") == [Kernel(double, out=True)]
    assert providers.as_kernels(kernels, "Twice") == [Kernel(double)]
    with pytest.raises(TypeError, match="expected a function, a Kernel or a KernelSet, got 3"):
        providers.as_kernels(3, "Twice")


def test_a_selection_does_not_leave_out_the_kernels_of_a_component_s_own_ops(install):
    files = provider("p13", "own", 0, MyOp="add")
    files["p13"] = files["p13"].replace("priority=0", "priority=0, own_ops=True")
    install("outside", entry("p13"), **files)
    with kernel_providers(["numpy"]):
        assert "own" not in providers.get_kernel_providers()
        assert [p.name for p, _ in providers.kernel_targets("MyOp")] == ["own"]


def test_subscribers_hear_of_a_change():
    heard = []
    providers.subscribe(lambda: heard.append(1))
    try:
        with kernel_providers(["numpy"]):
            assert heard == [1]
        assert heard == [1, 1]
    finally:
        providers._subscribers.pop()


def test_no_hook_is_on_an_ops_path():
    """Hooks fill tables once: a warm op calls nothing of pluggy, plugins or providers."""
    x = add(1.0, 2.0)
    files = set()
    sys.setprofile(lambda frame, event, argument: files.add(frame.f_code.co_filename))
    try:
        add(x, x)
    finally:
        sys.setprofile(None)
    assert not [name for name in files if any(part in name for part in ("pluggy", "core/plugins", "core/providers"))]
