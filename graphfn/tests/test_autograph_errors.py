"""What cannot be a graph: errors that name the variable, the user's line and the fix; their types are TensorFlow's."""

# ruff: noqa: B007, C416, F821, F841, RET503
from __future__ import annotations

import inspect
import re

import pytest
from flowstone_core.api import tf
from flowstone_core.errors import InvalidArgumentError, OperatorNotAllowedInGraphError
from flowstone_graphfn.autograph import api
from flowstone_graphfn.function import function


def line_of(target, text):
    lines, first = inspect.getsourcelines(target)
    return first + next(index for index, line in enumerate(lines) if text in line)


def failure(target, *args):
    with pytest.raises(Exception) as caught:
        function(target)(*(tf.constant(arg) for arg in args))
    return caught


def check(target, kind, *words, args=(1,), at=None):
    caught = failure(target, *args)
    assert type(caught.value) is kind, caught.value
    message = str(caught.value)
    for word in words:
        assert word in message, message
    if at is not None:
        assert f"{__file__}, line {line_of(target, at)}" in message
    frames = [entry for entry in caught.traceback if str(entry.path) == __file__]
    assert any(entry.frame.code.raw.co_name == target.__name__ for entry in frames)


# -- branches ----------------------------------------------------------------------------------------------------


def test_types_differ_between_branches():
    def f(x):
        if x > 0:
            y = 1
        else:
            y = 2.0
        return y

    check(
        f, TypeError, "'y' has dtype int32 in the main branch, but dtype float32 in the else", "tf.cast", at="if x > 0"
    )


def test_none_in_one_branch():
    def f(x):
        y = None
        if x > 0:
            y = x
        return y

    check(f, ValueError, "'y' is None at the end of the else branch", at="if x > 0")


def test_return_missing_in_one_branch():
    def f(x):
        if x > 0:
            return x

    check(f, ValueError, "the else branch", "must also have a return statement", at="if x > 0")


def test_return_after_a_loop_missing():
    def f(x):
        for i in tf.range(x):
            if i > 2:
                return i

    check(f, ValueError, "must also have a return statement")


def test_structures_differ_between_branches():
    def f(x):
        if x > 0:
            y = [x]
        else:
            y = (x, x)
        return y

    check(f, TypeError, "'y' does not have the same nested structure", "list", "tuple", at="if x > 0")


def test_tuples_of_different_lengths():
    def f(x):
        y = (x,)
        if x > 0:
            y = (x, x)
        return y

    check(f, ValueError, "'y' has 2 elements in the main branch, but 1", at="if x > 0")


def test_keys_differ_between_branches():
    def f(x):
        y = {"a": x}
        if x > 0:
            y["a"] = x + 1
        else:
            y["b"] = x
        return y

    check(f, ValueError, "'y['b']' must also be initialized in the main branch", at="if x > 0")


def test_objects_differ_between_branches():
    def f(x):
        if x > 0:
            y = object()
        else:
            y = object()
        return y

    check(f, TypeError, "'y' is of type object", "same Python object in both", at="if x > 0")


def test_objects_that_are_not_used_afterwards_may_differ():
    def f(x):
        if x > 0:
            y = object()
        else:
            y = object()
        return x

    assert function(f)(tf.constant(3)).numpy() == 3


def test_attribute_set_in_one_branch_only():
    class Box:
        pass

    def f(x):
        box = Box()
        if x > 0:
            box.value = x
        return box.value

    check(f, ValueError, "'box.value' must also be set in the else branch", at="if x > 0")


def test_conditional_expression_with_two_types():
    def f(x):
        return x if x > 0 else 2.5

    check(f, TypeError, "the value of the conditional expression", "int32", "float32", at="return x if")


# -- loops -------------------------------------------------------------------------------------------------------


def test_shape_changes():
    def f(n):
        y = tf.zeros([1])
        for i in tf.range(n):
            y = tf.concat([y, y], 0)
        return y

    check(
        f, ValueError, "'y' has shape (1,) before the loop, but shape (2,) after one iteration",
        "tf.autograph.experimental.set_loop_options", "shape_invariants=[(y, ", at="for i in",
    )  # fmt: skip


def test_type_changes():
    def f(n):
        y = tf.constant(0)
        while n > 0:
            y = tf.constant(1.5)
            n -= 1
        return y

    check(f, TypeError, "'y' has dtype int32 before the loop, but dtype float32 after", "tf.cast", at="while n")


def test_python_number_takes_the_type_of_what_follows():
    def f(n):
        y = 0
        for i in tf.range(n):
            y = tf.cast(i, tf.float32)
        return y

    assert function(f)(tf.constant(3)).numpy() == 2.0


def test_errors_in_a_loop_tell_what_was_a_python_number():
    def f(n):
        y = 0
        for _ in tf.range(n):
            y = y + 1.5
        return y

    caught = failure(f, 3)
    assert type(caught.value) is TypeError
    assert "'y' was the number 0 and is a tensor of type int32" in caught.value.__notes__[0]


def test_none_becomes_a_tensor():
    def f(n):
        y = None
        for i in tf.range(n):
            y = i
        return y

    check(f, ValueError, "'y' is None before the loop", at="for i in")


def test_tensor_becomes_none():
    def f(n):
        y = n
        for i in tf.range(n):
            y = None
        return y

    check(f, ValueError, "'y' is None after one iteration", at="for i in")


def test_structure_changes():
    def f(n):
        y = (n,)
        for i in tf.range(n):
            y = (n, y)
        return y

    check(f, ValueError, "'y' does not have the same nested structure", "tf.TensorArray", at="for i in")


def test_object_changes():
    def f(n):
        y = object()
        for i in tf.range(n):
            y = object()
        return y is None

    check(f, TypeError, "'y' is of type object before the loop", at="for i in")


def test_list_of_different_types_grows():
    def f(n):
        y = []
        for i in tf.range(n):
            y.append(i)
            y.append(tf.constant(1.5))
        return y

    check(f, ValueError, "The list 'y' changes its length", "int32 and float32", at="for i in")


def test_used_before_any_iteration_sets_it():
    def f(n):
        total = 0
        for i in tf.range(n):
            if i > 0:
                total += previous
            previous = i
        return total

    with pytest.raises(UnboundLocalError, match="previous"):
        function(f)(tf.constant(3))


# -- variables without a value -----------------------------------------------------------------------------------


def test_unset_variable_fails_only_when_it_is_used_unset():
    def f(x):
        if x > 0:
            y = x
        return y

    g = function(f)
    assert g(tf.constant(3)).numpy() == 3
    with pytest.raises(InvalidArgumentError, match="'y' is used, but it was not set"):
        g(tf.constant(-3))


def test_unset_variable_of_a_loop():
    @function
    def f(n):
        for i in tf.range(n):
            last = i
        return last

    assert f(tf.constant(3)).numpy() == 2
    with pytest.raises(InvalidArgumentError, match="'last' is used, but it was not set") as caught:
        f(tf.constant(0))
    assert f"{__file__}" in str(caught.value)


def test_never_set_variable():
    def f(x):
        if x > 0:
            return nowhere
            nowhere = 1
        return x

    check(f, UnboundLocalError, "nowhere")


def test_undefined_global_name():
    def f(x):
        if x > 0:
            x = not_a_name_at_all
        return x

    check(f, NameError, "not_a_name_at_all")


# -- conditions and iterables ------------------------------------------------------------------------------------


@pytest.mark.parametrize("use", ["if", "while", "ternary", "and", "not", "assert"])
def test_condition_that_is_no_scalar(use):
    def f(x):
        if use == "if":
            if x > 0:
                x = -x
        elif use == "while":
            while x > 0:
                x -= 1
        elif use == "ternary":
            x = x if x > 0 else -x
        elif use == "and":
            x = x > 0 and x < 5
        elif use == "not":
            x = not x
        else:
            assert x > 0
        return x

    check(f, ValueError, "expected to be `tf.bool` scalar", args=([1, 2],))


def test_scalar_iterable():
    def f(x):
        for i in x:
            pass
        return x

    check(f, ValueError, "Cannot iterate over a scalar tensor")


def test_comprehension_over_an_unknown_length():
    def f(n):
        return [i for i in tf.range(n)]

    check(f, OperatorNotAllowedInGraphError, "tf.map_fn")
    assert issubclass(OperatorNotAllowedInGraphError, TypeError)


def test_comprehension_with_a_tensor_condition():
    def f(x):
        return [i for i in x if i > 0]

    check(f, OperatorNotAllowedInGraphError, "bool", args=([1, 2],))


def test_without_autograph():
    def f(x):
        if x > 0:
            return x
        return -x

    with pytest.raises(OperatorNotAllowedInGraphError, match="AutoGraph"):
        function(f, autograph=False)(tf.constant(1))
    with pytest.raises(OperatorNotAllowedInGraphError):
        function(api.do_not_convert(f))(tf.constant(1))


def test_assertions_of_tensors():
    @function
    def f(x):
        assert x > 3, f"too small: {x is None}"
        return x

    assert f(tf.constant(5)).numpy() == 5
    with pytest.raises(InvalidArgumentError, match="too small: False"):
        f(tf.constant(1))


def test_item_of_a_tensor_around():
    held = tf.constant([1, 2])

    def f(x):
        held[0] = x
        return x

    check(f, TypeError, "'held' is a tensor that belongs to the code around")


# -- exceptions of the user's ------------------------------------------------------------------------------------


class OwnError(Exception):
    pass


def test_exceptions_keep_their_type_and_lines():
    def helper(x):
        for _ in range(2):
            if x > 0:
                raise OwnError("from the helper")
        return x

    def f(x):
        while x > 0:
            x = helper(x)
        return x

    caught = failure(f, 3)
    assert type(caught.value) is OwnError
    mine = [(entry.name, entry.lineno + 1) for entry in caught.traceback if str(entry.path) == __file__]
    assert mine[-2:] == [("f", line_of(f, "x = helper(x)")), ("helper", line_of(helper, "raise OwnError"))]


def test_errors_of_ops_show_the_users_lines():
    def f(x):
        if x > 0:
            x = tf.reshape(x, [2, 3])
        return x

    caught = failure(f, 3)
    assert type(caught.value) is ValueError
    mine = [entry.lineno + 1 for entry in caught.traceback if str(entry.path) == __file__]
    assert mine[-1] == line_of(f, "tf.reshape")


def test_errors_at_run_time_show_the_users_lines():
    @function
    def f(x):
        for _ in tf.range(x):
            x = 10 // (x - 1)
        return x

    with pytest.raises(InvalidArgumentError) as caught:
        f(tf.constant(1))
    assert re.search(rf"{re.escape(__file__)}\D+{line_of(f.python_function, '10 //')}", str(caught.value))
