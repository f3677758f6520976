"""Finding the source of functions: files, notebooks, lambdas that share a line, what has no source."""

from __future__ import annotations

import functools
import gc
import importlib.util
import inspect
import linecache
import logging
import sys
import textwrap
import types

import pytest
from flowstone_core.api import tf
from flowstone_graphfn.autograph import api, convert, log, source
from flowstone_graphfn.autograph.errors import ConversionError, SourceError, UnsupportedError
from flowstone_graphfn.function import function


def load(path, text):
    path.write_text(textwrap.dedent(text))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_cell(text, name="<ipython-input-7-abcdef>", namespace=None):
    """Run code as a notebook does: the source is only in linecache."""
    text = textwrap.dedent(text)
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    namespace = {"__name__": "__main__"} if namespace is None else namespace
    exec(compile(text, name, "exec"), namespace)
    return namespace


first, second = lambda x: x if x > 0 else -x, lambda x: x and x + 1
same = [lambda x: x or 7, lambda x: x or 8, lambda x: x or 9]
nested = lambda x: lambda y: y if y > x else x
split = (
    lambda x:
        x + 1
        if x
        else 0
)  # fmt: skip


def test_lambdas_on_one_line():
    assert [api.to_graph(f)(-3) for f in (first, second)] == [3, -2]
    assert [api.to_graph(f)(0) for f in same] == [7, 8, 9]
    assert api.to_graph(nested)(4)(2) == 4
    assert api.to_graph(nested(4))(5) == 5
    assert api.to_graph(split)(1) == 2


def test_constant_lambdas_on_one_line():
    fs = [lambda: 1, lambda: 2, lambda: None]
    assert [api.to_graph(f)() for f in fs] == [1, 2, None]


def test_lambda_as_an_argument():
    assert api.to_graph(lambda x: x if x else 5)(0) == 5
    doubled = functools.partial(lambda k, x: k * x if x else k, 2)
    assert api.to_graph(doubled)(3) == 6


def test_multiline_strings_and_comments_keep_their_shape(tmp_path):
    module = load(
        tmp_path / "strings.py",
        '''
        if True:
            class Outer:
                class Inner:
                    def method(self, x):
                        text = """
        less indented
            more"""
        # a comment that is not indented
                        if x:
                            return text
                        return ""
        ''',
    )
    inner = module.Outer.Inner()
    assert api.to_graph(inner.method)(1) == inner.method(1)


def test_decorators_belong_to_the_first_line(tmp_path):
    module = load(
        tmp_path / "decorated.py",
        """
        def mark(function):
            function.marked = True
            return function

        @mark
        @mark
        def f(x):
            if x:
                return 1
            return 2
        """,
    )
    converted = api.to_graph(module.f)
    assert (converted(0), converted.marked) == (2, True)
    assert converted.__code__.co_firstlineno == module.f.__code__.co_firstlineno


def test_encoded_source(tmp_path):
    path = tmp_path / "encoded.py"
    path.write_bytes(
        "# -*- coding: latin-1 -*-\ndef f(x):\n    return 'é' if x else 'ü', lambda: x\n".encode("latin-1")
    )
    spec = importlib.util.spec_from_file_location("encoded", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert api.to_graph(module.f)(1)[0] == "é"


def test_notebook_cells():
    cell = in_cell(
        """
        def f(x):
            if x > 0:
                return x
            return -x
        """
    )
    assert function(cell["f"])(tf.constant(-2)).numpy() == 2
    redefined = in_cell("def f(x):\n    if x > 0:\n        x = x * 10\n    return x\n", "<ipython-input-8-abcdef>")
    assert function(redefined["f"])(tf.constant(2)).numpy() == 20


def test_a_cell_run_again_under_the_same_name():
    text = "def f(x):\n    return {value} if x > 0 else 0\n"
    one = in_cell(text.format(value=1), "<cell>")["f"]
    assert api.to_graph(one)(1) == 1
    two = in_cell(text.format(value=2), "<cell>")["f"]
    assert api.to_graph(two)(1) == 2


@pytest.mark.skipif(
    not hasattr(linecache, "_getlines_from_code"), reason="the interactive shell keeps its source from 3.13.1 on"
)
def test_interactive_shell():
    text = "def f(x):\n    return x if x > 0 else -x\n"
    code = compile(text, "<python-input-3>", "exec")
    linecache._register_code(code, text, "<python-input-3>")
    namespace = {"__name__": "__main__"}
    exec(code, namespace)
    assert api.to_graph(namespace["f"])(-3) == 3


def typed(monkeypatch, *statements):
    """Statements as the prompt of Python 3.11 and 3.12 executes them: only the history of readline has them."""
    lines = [line for text in statements for line in text.splitlines()]
    history = types.ModuleType("readline")
    history.get_current_history_length = lambda: len(lines)
    history.get_history_item = lambda index: lines[index - 1]
    monkeypatch.setitem(sys.modules, "readline", history)
    namespace = {"__name__": "__main__"}
    for text in statements:
        exec(compile(text + "\n", "<stdin>", "single", dont_inherit=True), namespace)
    return namespace


def test_typed_at_the_prompt(monkeypatch):
    shell = typed(
        monkeypatch,
        "def f(x):\n    if x > 0:\n        return x\n    return -x\n",
        "g = lambda x: x if x > 1 else 1",
        "class A:\n    def f(self, x):\n        if x > 0:\n            x = x * 3\n        return x\n",
        "f2 = f",
        "def f(x):\n    if x > 0:\n        return x * 2\n    return missing\n",
    )
    assert function(shell["f2"])(tf.constant(-3)).numpy() == 3
    assert function(shell["g"])(tf.constant(-3)).numpy() == 1
    assert function(shell["A"]().f)(tf.constant(2)).numpy() == 6
    with pytest.raises(NameError, match="missing") as raised:
        function(shell["f"])(tf.constant(1))
    assert linecache.getline(raised.traceback[-1].frame.code.raw.co_filename, 4) == "    return missing\n"


def test_what_was_typed_must_be_what_was_compiled(monkeypatch):
    shell = typed(monkeypatch, "def f(x):\n    return x if x > 0 else 1\n")
    monkeypatch.setattr(sys.modules["readline"], "get_history_item", lambda index: "def f(x): return x")
    with pytest.raises(SourceError, match="not available"):
        api.to_graph(shell["f"])


def test_no_source():
    namespace = {}
    exec("def f(x):\n    return x", namespace)
    with pytest.raises(SourceError, match="not available"):
        api.to_graph(namespace["f"])
    with pytest.raises(ConversionError, match="do_not_convert"):
        api.to_code(namespace["f"])


def test_no_source_warns_once(caplog):
    namespace = {}
    exec("def f(x):\n    return x + 1", namespace)
    f = namespace["f"]

    @function
    def g(x):
        return f(x) + f(x)

    with caplog.at_level(logging.WARNING, log.logger.name):
        assert g(tf.constant(1)).numpy() == 4
        assert g(tf.constant(1.0)).numpy() == 4.0
    assert [record.name for record in caplog.records] == ["flowstone.autograph"]
    assert "could not transform" in caplog.text
    assert "do_not_convert" in caplog.text


def test_file_that_changed(tmp_path):
    path = tmp_path / "changing.py"
    module = load(path, "def f(x):\n    return x if x else 1\n")
    path.write_text("\n\n\ndef g(y):\n    return y\n")
    linecache.checkcache(str(path))
    with pytest.raises(SourceError, match="changed since"):
        api.to_graph(module.f)


def test_file_that_does_not_parse_any_more(tmp_path):
    path = tmp_path / "broken.py"
    module = load(path, "def f(x):\n    return x if x else 1\n")
    path.write_text("def f(x:\n")
    linecache.checkcache(str(path))
    with pytest.raises(SourceError, match="does not parse"):
        api.to_graph(module.f)


@pytest.mark.parametrize("value", [len, 3, dict, "text", object()])
def test_not_a_function(value):
    with pytest.raises(ConversionError, match="functions and methods"):
        api.to_graph(value)
    with pytest.raises(ConversionError, match="functions and methods"):
        api.to_code(value)


def test_generators_and_coroutines_are_refused():
    def generator():
        yield 1

    async def coroutine():
        return 1

    for each in (generator, coroutine):
        with pytest.raises(UnsupportedError, match="generators and coroutines"):
            api.to_graph(each)
        assert issubclass(UnsupportedError, NotImplementedError)


def test_jump_in_finally_is_refused(tmp_path):
    module = load(
        tmp_path / "jumps.py",
        """
        import warnings

        def f(x):
            try:
                return 1
            finally:
                if x:
                    return 2
        """,
    )
    with pytest.raises(UnsupportedError, match=r"line 8.*finally"):
        api.to_graph(module.f)


def test_source_of_the_converted_function_is_the_users():
    def f(x):
        return x if x else 1

    assert inspect.getsource(api.to_graph(f)) == inspect.getsource(f)


def test_conversion_is_cached_by_code():
    def make(k):
        def f(x):
            return k if x else -k

        return f

    before = source.find(make(1)).node
    assert api.to_graph(make(1)).__code__ is api.to_graph(make(2)).__code__
    assert (api.to_graph(make(1))(1), api.to_graph(make(2))(0)) == (1, -2)
    assert source.find(make(3)).node is before  # and the file is parsed once


def test_converted_code_goes_with_the_code():

    name = "<cell to forget>"
    cell = in_cell("def f(x):\n    return x if x else 1\n", name)
    api.to_graph(cell["f"])
    key = next(key for key, (code, _) in convert._cache._known.items() if code() is cell["f"].__code__)
    del cell
    gc.collect()
    assert key not in convert._cache._known
