"""Which functions are converted when converted code calls them, and tf.autograph's public functions."""

from __future__ import annotations

import ast
import collections
import enum
import functools
import logging
import statistics

import numpy as np
import pytest
from flowstone_core.api import tf
from flowstone_core.errors import OperatorNotAllowedInGraphError
from flowstone_graphfn.autograph import api, backend, context, log, options
from flowstone_graphfn.autograph.allowlist import is_allowed
from flowstone_graphfn.autograph.context import Status
from flowstone_graphfn.autograph.options import Feature, Options
from flowstone_graphfn.function import function


def branching(x):
    """Works on a tensor only if it is converted."""
    if x > 0:
        return x * 2
    return -x


def run(target, x=-3):
    return function(target)(tf.constant(x)).numpy()


class Model:
    def __init__(self):
        self.k = 2

    def __call__(self, x):
        return self.step(x) if x < 0 else x

    def step(self, x):
        if x > self.k:
            return x
        return -x

    @classmethod
    def of_class(cls, x):
        if x > 0:
            return x
        return -x

    @staticmethod
    def static(x):
        if x > 0:
            return x
        return -x

    @property
    def bound(self):
        return self.step


class Child(Model):
    def step(self, x):
        if x < 0:
            return super().step(x) + 1
        return super().step(x)


def keeps(target):
    @functools.wraps(target)
    def wrapper(*args, **kwargs):
        return target(*args, **kwargs)

    return wrapper


@keeps
def decorated(x):
    return branching(x)


@pytest.mark.parametrize(
    "target",
    [
        branching,
        lambda x: branching(x),
        decorated,
        Model(),
        Model().step,
        Model.of_class,
        Model.static,
        Child(),
        functools.partial(branching),
        functools.partial(Model().step),
        functools.partial(functools.partial(lambda k, x: branching(x), 1)),
        keeps(keeps(branching)),
        function(branching),
    ],
)
def test_what_is_converted(target):
    assert run(target) in (3, 4)
    assert run(lambda x: target(x)) in (3, 4)
    assert run(lambda x: [f(x) for f in [target, target]][1]) in (3, 4)


def test_methods_inside():
    def f(x):
        model = Child()
        return model.step(x) + model.bound(x) + model(x) + Model.step(model, x)

    assert run(f) == f(-3)


def test_callbacks_of_python_functions():
    def f(x):
        total = functools.reduce(lambda a, b: a + branching(b) if b < 0 else a, [x, x + 1], 0)
        return total + sum(map(branching, [x, x + 1])) + sum([branching(v) for v in [x]]), list(filter(None, [0, 1]))

    total, kept = function(f)(tf.constant(-3))
    assert (total.numpy(), [each.numpy() for each in kept]) == f(-3)


def test_libraries_are_called_as_they_are():
    def f(x):
        return np.maximum(2, 3) + collections.Counter("aab")["a"] + statistics.mean([1, 3]) + int(x is not None)

    assert api.to_graph(f)(1) == f(1)
    for name in ("os.path", "numpy", "flowstone_core.ops.math", "flowstone", "builtins", "functools", "importlib"):
        assert is_allowed(name), name
    for name in ("__main__", "my_model", "flow", "test_numpy", "", None, "flowstonelike"):
        assert not is_allowed(name), name


def test_classes_are_called_as_they_are():
    Point = collections.namedtuple("Point", "x y")

    class Color(enum.Enum):
        RED = 1

    def f(x):
        p = Point(x, y=2)
        d = dict(a=x)  # noqa: C408
        if x > 0:
            p = Point(x + 1, 3)
            d = {"a": p.y}
        return p.x + p.y + d["a"], Color(1) is Color.RED

    result = function(f)(tf.constant(4))
    assert [part.numpy() for part in result] == [11, True]


def test_generators_are_called_as_they_are(caplog):
    def count(n):
        for i in range(n):
            if i % 2:
                yield i

    def f(x):
        for i in count(5):
            if x > i:
                x += i
        return x, list(count(4))

    with caplog.at_level(logging.WARNING, log.logger.name):
        x, odd = function(f)(tf.constant(2))
    assert x.numpy() == f(2)[0]
    assert [each.numpy() for each in odd] == [1, 3]
    assert not caplog.records


def test_mutual_recursion_on_python_values():
    def even(n):
        if n == 0:
            return True
        return odd(n - 1)

    def odd(n):
        if n == 0:
            return False
        return even(n - 1)

    assert function(lambda x: x if even(10) else -x)(tf.constant(1)).numpy() == 1


# -- do_not_convert ----------------------------------------------------------------------------------------------


def test_do_not_convert():
    def inner(x):
        return branching(x)

    plain = api.do_not_convert(inner)
    with pytest.raises(OperatorNotAllowedInGraphError):
        run(lambda x: plain(x))
    with pytest.raises(OperatorNotAllowedInGraphError):
        run(plain)
    assert plain(3) == 6
    assert plain.__name__ == "inner"


def test_do_not_convert_as_a_decorator_with_parentheses_and_nested():
    @api.do_not_convert()
    def plain(x):
        return [x is None or type(x).__name__]

    def f(x):
        @api.do_not_convert
        def inner(y):
            return context.status()

        names = plain(x)
        return x if names == ["SymbolicTensor"] and inner(x) is Status.DISABLED else -x

    assert run(f) == -3


def test_a_function_inside_do_not_convert_may_trace_again():
    @api.do_not_convert
    def plain(x):
        return function(branching)(x)

    assert run(lambda x: plain(x)) == 3


def test_status_while_tracing():
    seen = []

    def note(x):
        seen.append(context.status())
        return x

    run(note)
    function(note, autograph=False)(tf.constant(1))
    assert seen == [Status.ENABLED, Status.UNSPECIFIED]
    assert context.status() is Status.UNSPECIFIED


def test_callbacks_of_our_own_functions():
    assert api.convert_callback(branching) is branching
    with api.enabled():
        assert api.convert_callback(branching) is not branching
    with context.control_status(Status.DISABLED):
        assert api.convert_callback(branching) is branching
        assert api.convert(branching) is branching


def test_convert_leaves_alone_what_needs_no_conversion():
    converted = api.convert(branching)
    assert api.convert(converted) is converted
    assert api.convert(np.sum) is np.sum
    assert api.convert(tf.add) is tf.add
    traced = function(branching)
    assert api.convert(traced) is traced


def test_converted_call():
    assert api.converted_call(branching, (3,)) == 6
    assert api.converted_call(branching, (), {"x": -3}) == 3
    assert api.converted_call(len, ([1, 2],)) == 2


# -- public functions --------------------------------------------------------------------------------------------


def test_to_code():
    code = api.to_code(branching)
    assert code.startswith("def branching(x):")
    assert "ag__.if_stmt(x > 0" in code
    assert api.to_code(Model().step) == api.to_code(Model.step)
    ast.parse(api.to_code(lambda x: x + 1))


def test_to_graph_of_methods_and_partials():
    model = Model()
    assert api.to_graph(model.step)(5) == 5
    assert api.to_graph(model.step).__self__ is model
    assert api.to_graph(functools.partial(branching, 4))() == 8


def test_not_recursive():
    def f(x):
        return branching(x)

    with pytest.raises(OperatorNotAllowedInGraphError):
        run(api.to_graph(f, recursive=False))
    assert run(api.to_graph(f)) == 3


def test_features():
    assert Options.of(True, Feature.ALL).uses(Feature.LISTS)
    assert not options.DEFAULT.uses(Feature.BUILTIN_FUNCTIONS)
    assert Feature.LISTS not in Feature.all_but(Feature.LISTS)
    assert len(Feature.all_but((Feature.LISTS, Feature.NAME_SCOPES))) == len(Feature) - 3
    with pytest.raises(TypeError, match="Feature"):
        api.to_graph(branching, experimental_optional_features="ALL")
    for feature in Feature:
        assert api.to_graph(branching, experimental_optional_features=feature)(3) == 6


def test_name_scopes():
    def scoped(x):
        """A docstring."""
        global branching

        def inner(y):
            return y + 1

        if x > 0:
            return inner(x)
        return x

    plain = function(scoped).get_concrete_function(tf.constant(1))
    inside = function(scoped, experimental_autograph_options=Feature.NAME_SCOPES).get_concrete_function(tf.constant(1))
    names = [[node.name for node in each.graph.nodes if node.op.name == "Greater"] for each in (plain, inside)]
    assert names == [["Greater"], ["scoped/Greater"]]


def test_print_is_converted_on_demand(capfd):
    def f(x):
        print("value", x, sep=":")
        return x

    plain = function(f)
    for _ in range(2):
        plain(tf.constant(3))
    out = capfd.readouterr().out
    assert out.count("value:") == 1
    assert "Tensor(" in out
    converted = function(f, experimental_autograph_options=Feature.BUILTIN_FUNCTIONS)
    for _ in range(2):
        converted(tf.constant(3))
    captured = capfd.readouterr()
    assert (captured.out + captured.err).count("value:3") == 2


def test_trace_prints_while_tracing(capsys):
    @function
    def f(x):
        log.trace("tracing", 1)
        return x

    f(tf.constant(1))
    f(tf.constant(2))
    assert capsys.readouterr().out == "tracing 1\n"


def test_verbosity(capsys, caplog):
    def fresh(x):
        return x if x else 1

    def fresher(x):
        return x if x else 2

    log.set_verbosity(1, alsologtostdout=True)
    try:
        with caplog.at_level(logging.WARNING, log.logger.name):
            api.to_graph(fresh)
        assert "Converting" in capsys.readouterr().out
        assert "ag__" not in caplog.text
        log.set_verbosity(3)
        with caplog.at_level(logging.WARNING, log.logger.name):
            api.to_graph(fresher)
        assert "ag__.if_exp" in caplog.text
        assert not capsys.readouterr().out
    finally:
        log.set_verbosity(0)


def test_set_loop_options_outside_of_loops_does_nothing():
    assert api.set_loop_options(maximum_iterations=1) is None


def test_without_a_graph_side_everything_is_python():
    previous = backend.register(backend.NOTHING)
    try:
        converted = api.to_graph(branching)
        assert converted(3) == 6
        assert [i for i in api.to_graph(lambda: [i for i in range(3) if i])()] == [1, 2]  # noqa: C416
    finally:
        backend.register(previous)
