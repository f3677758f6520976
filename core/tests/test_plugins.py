from __future__ import annotations

import threading
import types
from collections.abc import Mapping
from pathlib import Path

import pytest
from flowstone_core import hookspecs, plugins, providers
from flowstone_core.plugins import COMMANDS, OPS, Group, PluginConflictError, PluginError

TABLE = """
    from flowstone_core.hookspecs import hookimpl

    @hookimpl
    def flowstone_ops():
        return {NAMES!r}
"""


def table(**names: str) -> str:
    return TABLE.replace("{NAMES!r}", repr(names))


def loaded(group: Group[Mapping[str, str]], name: str) -> plugins.Plugin[Mapping[str, str]]:
    return next(plugin for plugin in plugins.load_group(group) if plugin.name == name)


def test_hook_flowstone_ops(install):
    install("outside", {"flowstone.ops": {"mine": "outside_ops"}}, outside_ops=table(MyOp="outside:MY_OP"))
    assert plugins.find_op("MyOp") == "outside:MY_OP"
    plugin = loaded(OPS, "mine")
    assert (plugin.distribution, plugin.version, plugin.state) == ("outside", "1.0", "loaded")
    assert plugins.find_op("NoSuchOp") is None


def test_hook_flowstone_services(install):
    source = """
        from flowstone_core.hookspecs import hookimpl

        @hookimpl
        def flowstone_services():
            return {"telling_time": "time:monotonic"}
    """
    install("outside", {"flowstone.services": {"mine": "outside_services"}}, outside_services=source)
    assert plugins.find_service("telling_time") == "time:monotonic"


def test_hook_flowstone_api(install):
    install("outside", {"flowstone.api": {"mine": "outside_api:PUBLIC"}}, outside_api="PUBLIC = {'a.b': 'math:pi'}")
    assert plugins.find(plugins.API, "a.b") == "math:pi"


def test_a_table_named_by_the_entry_point_is_the_same_as_a_hook(install):
    install("outside", {"flowstone.commands": {"mine": "outside_it:T"}}, outside_it="T = {'greet': 'builtins:print'}")
    assert plugins.find(COMMANDS, "greet") == "builtins:print"


def test_a_plugin_that_raises_is_kept_with_its_reason_and_the_others_load(install):
    install("broken", {"flowstone.ops": {"broken": "broken_ops"}}, broken_ops="raise ImportError('no libfast')")
    install("whole", {"flowstone.ops": {"whole": "whole_ops"}}, whole_ops=table(MyOp="outside:MY_OP"))
    assert loaded(OPS, "broken").reason == "ImportError: no libfast"
    assert loaded(OPS, "broken").result is None
    assert plugins.find_op("MyOp") == "outside:MY_OP"
    assert plugins.why_unavailable(OPS) == "broken (broken 1.0) failed to load: ImportError: no libfast"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("", "has no function flowstone_ops"),
        ("def flowstone_ops(): return {}", "not marked with hookimpl"),
        (table().replace("return {}", "return None"), "returned None"),
        (table().replace("return {}", "return ['MyOp']"), "expected a mapping"),
        (table().replace("return {}", "return {'MyOp': 3}"), "the item 'MyOp': 3"),
        (table().replace("return {}", "raise OSError('disk')"), "OSError: disk"),
        (table().replace("flowstone_ops()", "flowstone_ops(surplus)"), "PluginValidationError"),
    ],
)
def test_wrong_answers_are_reasons(install, source, reason):
    install("outside", {"flowstone.ops": {"mine": "outside_wrong"}}, outside_wrong=source)
    assert reason in loaded(OPS, "mine").reason
    assert loaded(OPS, "mine").state == "failed"


def test_two_claims_to_one_name_name_both_distributions(install):
    install("first", {"flowstone.ops": {"one": "first_ops"}}, first_ops=table(MyOp="first:OP", Other="first:O"))
    install("second", {"flowstone.ops": {"two": "second_ops"}}, "2.0", second_ops=table(MyOp="second:OP"))
    with pytest.raises(PluginConflictError, match=r"'MyOp'.*first 1\.0 \(first:OP\) and second 2\.0 \(second:OP\)"):
        plugins.find_op("MyOp")
    assert plugins.find_op("Other") == "first:O"


def test_loading_happens_once_in_all_threads(install):
    source = "import time\nCOUNT = []\n" + "\n".join(
        line[4:]
        for line in table(MyOp="m:O").replace("return", "time.sleep(0.01); COUNT.append(1); return").splitlines()
    )
    install("outside", {"flowstone.ops": {"mine": "outside_once"}}, outside_once=source)
    threads = [threading.Thread(target=plugins.find_op, args=("MyOp",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(plugins.resolve("outside_once:COUNT")) == 1


def test_a_module_that_looks_something_up_while_it_is_imported_is_told_so(install):
    source = "from flowstone_core import plugins\nplugins.find_op('MatMul')"
    install("outside", {"flowstone.ops": {"mine": "outside_early"}}, outside_early=source)
    assert "must not run ops" in loaded(OPS, "mine").reason


def test_a_group_of_another_host(install):
    specs = types.ModuleType("specs")

    def flowstone_fruits():
        """A hook."""

    specs.flowstone_fruits = hookspecs.hookspec(flowstone_fruits)
    fruits = Group("flowstone.fruits", specs, plugins.as_table)
    install("outside", {"flowstone.fruits": {"mine": "outside_fruits:T"}}, outside_fruits="T = {'apple': 'a:b'}")
    assert plugins.find(fruits, "apple") == "a:b"


def test_resolve():
    assert plugins.resolve("os.path:join.__name__") == "join"
    assert plugins.resolve("math").pi == plugins.resolve("math:pi")
    with pytest.raises(PluginError, match="math:nothing does not exist: math has no nothing"):
        plugins.resolve("math:nothing")


def test_a_provider_for_another_contract_is_refused():
    provider = hookspecs.KernelProvider("mine", 1, {}, contract=hookspecs.KERNEL_CONTRACT + 1)
    with pytest.raises(TypeError, match="written for kernel contract 2"):
        plugins.as_provider(provider)


HOOKS = [name for name in vars(hookspecs) if name.startswith("flowstone_")]


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented(hook):
    text = getattr(hookspecs, hook).__doc__
    for part in ("Group:", "Called:", "Return:", "Order:", "Error:", "Example::"):
        assert part in text, f"{hook} does not say {part}"


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_tested_by_name(hook):
    assert any(f"def test_hook_{hook}(" in path.read_text() for path in Path(__file__).parent.glob("test_*.py"))


def test_hook_flowstone_compilers(install):
    source = """
        from flowstone_core.hookspecs import CompilerProvider, hookimpl

        @hookimpl
        def flowstone_compilers():
            return CompilerProvider("mine", 30, "outside_compilers:COMPILER", contract={contract})
    """
    install(
        "outside", {"flowstone.compilers": {"mine": "outside_compilers"}}, outside_compilers=source.format(contract=1)
    )
    assert loaded(plugins.COMPILERS, "mine").result.compiler == "outside_compilers:COMPILER"
    assert providers.selected("mine") == 0
    providers.set_kernel_providers(["numpy"])
    assert providers.selected("mine") is None
    install("old", {"flowstone.compilers": {"old": "old_compilers"}}, old_compilers=source.format(contract=99))
    assert "written for compiler contract 99" in loaded(plugins.COMPILERS, "old").reason
