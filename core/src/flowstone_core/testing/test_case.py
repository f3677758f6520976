# ruff: noqa: PT009 - these are the methods that unittest's assertions make up
"""``tf.test.TestCase``: absl's test case with assertions about tensors."""

from __future__ import annotations

import functools
import os
import random
import re
import tempfile
import threading
import unittest
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

import numpy as np

from flowstone_core import errors, nest
from flowstone_core.interpreter import building_graph
from flowstone_core.ops.script import py_function
from flowstone_core.random_seed import set_seed
from flowstone_core.tensor import Tensor
from flowstone_core.testing import comparisons
from flowstone_core.testing.absl import absltest
from flowstone_core.testing.evaluate import as_array, as_list, evaluated, is_ragged
from flowstone_core.testing.protos import proto_difference

F = TypeVar("F", bound=Callable[..., None])

SEED = 87654321
"""The seed of every test."""


def _when_it_runs(method: F) -> F:
    """Have an assertion inside a function that is being traced wait until the function runs."""

    @functools.wraps(method)
    def assertion(self: Any, *args: Any, **kwargs: Any) -> None:
        if not building_graph():
            method(self, *args, **kwargs)
            return
        flat = nest.flatten((args, kwargs))
        places = [place for place, item in enumerate(flat) if isinstance(item, Tensor)]

        def check(*values: Any) -> None:
            filled = list(flat)
            for place, value in zip(places, values, strict=True):
                filled[place] = value
            args_now, kwargs_now = nest.pack_sequence_as((args, kwargs), filled)
            method(self, *args_now, **kwargs_now)

        py_function(check, [flat[place] for place in places], [])

    return assertion  # type: ignore[return-value]


class _Captured:
    """What was written to a stream."""

    def __init__(self, path: str) -> None:
        self._path = path

    def contents(self) -> str:
        """The text."""
        with open(self._path, encoding="utf-8") as file:
            return file.read()


class _CheckedThread(threading.Thread):
    """A thread whose exception becomes the test's."""

    def __init__(self, target: Callable[..., Any], args: Any, kwargs: Any) -> None:
        super().__init__()
        self._call = functools.partial(target, *(args or ()), **(kwargs or {}))
        self._error: BaseException | None = None

    def run(self) -> None:
        """Call the target."""
        try:
            self._call()
        except BaseException as error:  # noqa: BLE001 - it is raised again by join
            self._error = error

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end; raise what the target raised."""
        super().join(timeout)
        if self._error is not None:
            raise AssertionError(f"Error in a checked thread: {self._error!r}") from self._error


class TestCase(absltest.TestCase):
    """A test case with assertions about tensors; each test begins with the same seeds.

    ::

        class SquareTest(tf.test.TestCase):
            def test_square(self):
                self.assertAllClose(tf.square([2.0, 3.0]), [4.0, 9.0])

        if __name__ == "__main__":
            tf.test.main()
    """

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._threads: list[_CheckedThread] = []
        self._temporary: str | None = None

    def setUp(self) -> None:
        """Set the seeds of Python, numpy and tensors."""
        super().setUp()
        if self._testMethodName == "test_session":
            self.skipTest("Not a test.")
        random.seed(SEED)
        np.random.seed(SEED)
        set_seed(SEED)

    def tearDown(self) -> None:
        """Check that threads of ``checkedThread`` were joined."""
        for thread in self._threads:
            self.assertFalse(thread.is_alive(), "A checked thread was not joined.")
        super().tearDown()

    # -- what tests use ----------------------------------------------------------------------------------------------

    def evaluate(self, tensors: Any) -> Any:
        """A nest of tensors as a nest of numpy values."""
        return evaluated(tensors)

    def evaluate_if_both_tensors(self, a: Any, b: Any) -> tuple[Any, Any]:
        """The two values: in TensorFlow 2 tensors have theirs."""
        return a, b

    def get_temp_dir(self) -> str:
        """A folder of this test's own, the same at each call."""
        if self._temporary is None:
            self._temporary = self.create_tempdir().full_path
        return self._temporary

    @contextmanager
    def captureWritesToStream(self, stream: Any) -> Iterator[_Captured]:
        """A context that captures what is written to a stream with a file descriptor, such as ``sys.stdout``."""
        stream.flush()
        number = stream.fileno()
        handle, path = tempfile.mkstemp(dir=self.get_temp_dir())
        saved = os.dup(number)
        os.dup2(handle, number)
        try:
            yield _Captured(path)
        finally:
            stream.flush()
            os.dup2(saved, number)
            os.close(handle)
            os.close(saved)

    def checkedThread(
        self, target: Callable[..., Any], args: tuple[Any, ...] | None = None, kwargs: dict[str, Any] | None = None
    ) -> _CheckedThread:
        """A thread whose ``join`` raises what ``target`` raised."""
        thread = _CheckedThread(target, args, kwargs)
        self._threads.append(thread)
        return thread

    @contextmanager
    def session(self, graph: Any = None, config: Any = None, use_gpu: bool = True, force_gpu: bool = False) -> Any:
        """A context for old tests: operations run eagerly in it."""
        yield _EagerSession()

    @contextmanager
    def cached_session(
        self, graph: Any = None, config: Any = None, use_gpu: bool = True, force_gpu: bool = False
    ) -> Any:
        """A context for old tests: operations run eagerly in it."""
        yield _EagerSession()

    @contextmanager
    def test_session(self, graph: Any = None, config: Any = None, use_gpu: bool = True, force_gpu: bool = False) -> Any:
        """A context for old tests: operations run eagerly in it."""
        yield None

    # -- values ------------------------------------------------------------------------------------------------------

    @_when_it_runs
    def assertAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Fail unless two tensors (arrays, nested lists) have the same shape and elements; NaN equals NaN."""
        if is_ragged(a) or is_ragged(b):
            self.assertEqual(as_list(a), as_list(b), msg)
            return
        a, b = as_array(a), as_array(b)
        self._report(comparisons.shape_problem(a, b) or comparisons.difference(a, b), msg)

    @_when_it_runs
    def assertNotAllEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Fail if two tensors are equal."""
        self._fails(lambda: self.assertAllEqual(a, b), "The two values are equal at all elements.", msg)

    @_when_it_runs
    def assertAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None) -> None:
        """Fail unless ``|a - b| <= atol + rtol * |b|`` in two structures of tensors of the same shapes.

        Raises:
            ValueError: If the structures differ.
        """
        self._close(a, b, rtol, atol, "", msg)

    @_when_it_runs
    def assertNotAllClose(self, a: Any, b: Any, rtol: float = 1e-6, atol: float = 1e-6, msg: str | None = None) -> None:
        """Fail if two structures of tensors are close."""
        close = functools.partial(self.assertAllClose, a, b, rtol=rtol, atol=atol)
        self._fails(close, "The two values are close at all elements.", msg)

    @_when_it_runs
    def assertAllCloseAccordingToType(
        self,
        a: Any,
        b: Any,
        rtol: float = 1e-6,
        atol: float = 1e-6,
        float_rtol: float = 1e-6,
        float_atol: float = 1e-6,
        half_rtol: float = 1e-3,
        half_atol: float = 1e-3,
        bfloat16_rtol: float = 1e-2,
        bfloat16_atol: float = 1e-2,
        msg: str | None = None,
    ) -> None:
        """``assertAllClose`` with the tolerance of the coarsest type among the two."""
        a, b = as_array(a), as_array(b)
        for names, (type_rtol, type_atol) in (
            (("float32", "complex64"), (float_rtol, float_atol)),
            (("float16",), (half_rtol, half_atol)),
            (("bfloat16",), (bfloat16_rtol, bfloat16_atol)),
        ):
            if a.dtype.name in names or b.dtype.name in names:
                rtol, atol = max(rtol, type_rtol), max(atol, type_atol)
        self.assertAllClose(a, b, rtol=rtol, atol=atol, msg=msg)

    def _close(self, a: Any, b: Any, rtol: float, atol: float, path: str, msg: str | None) -> None:
        if is_ragged(a) or is_ragged(b):
            a, b = as_list(a), as_list(b)
        a, b = (value._asdict() if hasattr(value, "_asdict") else value for value in (a, b))
        if isinstance(a, Mapping) or isinstance(b, Mapping):
            if not (isinstance(a, Mapping) and isinstance(b, Mapping)):
                raise ValueError(f"Can't compare dict to non-dict, a{path} vs b{path}. {msg or ''}")
            self.assertCountEqual(a.keys(), b.keys(), f"a{path} and b{path} have different keys. {msg or ''}")
            for key in a:
                self._close(a[key], b[key], rtol, atol, f"{path}[{key!r}]", msg)
            return
        try:
            x, y = as_array(a), as_array(b)
            problem = comparisons.shape_problem(x, y) or comparisons.distance(x, y, rtol, atol)
        except (ValueError, TypeError, NotImplementedError):
            if not isinstance(a, (list, tuple)):
                raise
            if len(a) != len(b):
                raise ValueError(
                    f"Mismatched length: a{path} has {len(a)} items, but b{path} has {len(b)} items. {msg or ''}"
                ) from None
            for index, (left, right) in enumerate(zip(a, b, strict=True)):
                self._close(left, right, rtol, atol, f"{path}[{index}]", msg)
            return
        self._report(problem, f"Mismatched value: a{path} is different from b{path}. {msg or ''}")

    def _report(self, problem: str | None, msg: str | None) -> None:
        if problem is not None:
            raise AssertionError(f"{msg}\n{problem}" if msg else problem)

    def _fails(self, check: Callable[[], None], otherwise: str, msg: str | None) -> None:
        try:
            check()
        except AssertionError:
            return
        raise AssertionError(f"{otherwise} {msg or ''}")

    @_when_it_runs
    def assertAllGreater(self, a: Any, comparison_target: Any) -> None:
        """Fail unless all elements are greater than a number."""
        self.assertGreater(np.min(as_array(a)), comparison_target)

    @_when_it_runs
    def assertAllLess(self, a: Any, comparison_target: Any) -> None:
        """Fail unless all elements are less than a number."""
        self.assertLess(np.max(as_array(a)), comparison_target)

    @_when_it_runs
    def assertAllGreaterEqual(self, a: Any, comparison_target: Any) -> None:
        """Fail unless all elements are a number or greater."""
        self.assertGreaterEqual(np.min(as_array(a)), comparison_target)

    @_when_it_runs
    def assertAllLessEqual(self, a: Any, comparison_target: Any) -> None:
        """Fail unless all elements are a number or less."""
        self.assertLessEqual(np.max(as_array(a)), comparison_target)

    @_when_it_runs
    def assertAllInRange(
        self,
        target: Any,
        lower_bound: Any,
        upper_bound: Any,
        open_lower_bound: bool = False,
        open_upper_bound: bool = False,
    ) -> None:
        """Fail unless all elements are between two bounds.

        Raises:
            AssertionError: If one is not, or is NaN.
        """
        values = as_array(target)
        if not np.issubdtype(values.dtype, np.number):
            raise AssertionError(f"The value of {target} does not have an ordered numeric type, it has {values.dtype}.")
        above = values > lower_bound if open_lower_bound else values >= lower_bound
        below = values < upper_bound if open_upper_bound else values <= upper_bound
        where = np.nonzero(np.atleast_1d(~(above & below)))
        if where[0].size:
            bounds = f"{'(' if open_lower_bound else '['}{lower_bound}, {upper_bound}{')' if open_upper_bound else ']'}"
            shown = comparisons.subscripts(where, np.atleast_1d(values))
            raise AssertionError(f"{where[0].size} of the {values.size} element(s) are outside {bounds}:\n{shown}")

    @_when_it_runs
    def assertAllInSet(self, target: Any, expected_set: Any) -> None:
        """Fail unless all elements are among those of a set."""
        strange = np.setdiff1d(as_array(target).reshape(-1), list(expected_set))
        if strange.size:
            raise AssertionError(f"{strange.size} unique element(s) are not in the set {expected_set}: {strange}")

    @_when_it_runs
    def assertNear(self, f1: Any, f2: Any, err: float, msg: str | None = None) -> None:
        """Fail unless two numbers differ by ``err`` at most."""
        self.assertTrue(f1 == f2 or abs(f1 - f2) <= err, f"{f1} != {f2} +/- {err}{f': {msg}' if msg else ''}")

    @_when_it_runs
    def assertArrayNear(self, farray1: Any, farray2: Any, err: float, msg: str | None = None) -> None:
        """Fail unless the numbers in two lists differ by ``err`` at most, pair by pair."""
        self.assertEqual(len(farray1), len(farray2), msg=msg)
        for first, second in zip(farray1, farray2, strict=True):
            self.assertNear(float(first), float(second), err, msg=msg)

    @_when_it_runs
    def assertNDArrayNear(self, ndarray1: Any, ndarray2: Any, err: float, msg: str | None = None) -> None:
        """Fail unless the norm of the difference of two arrays is less than ``err``."""
        self.assertLess(np.linalg.norm(as_array(ndarray1) - as_array(ndarray2)), err, msg)

    @_when_it_runs
    def assertDictEqual(self, a: Any, b: Any, msg: str | None = None) -> None:
        """Fail unless two dictionaries are equal; their tensors are compared by value."""
        try:
            super().assertDictEqual(a, b, msg)  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001 - tensors have no truth value
            self.assertCountEqual(a.keys(), b.keys())
            for key, value in a.items():
                floating = np.issubdtype(as_array(value).dtype, np.floating)
                (self.assertAllClose if floating else self.assertAllEqual)(value, b[key], msg=str(key))

    # -- types, shapes, devices ----------------------------------------------------------------------------------------

    @_when_it_runs
    def assertDTypeEqual(self, target: Any, expected_dtype: Any) -> None:
        """Fail unless the elements have a type."""
        wanted = expected_dtype
        if hasattr(wanted, "as_numpy_dtype"):
            wanted = wanted.as_numpy_dtype
        self.assertEqual(as_array(target).dtype, wanted)

    def assertShapeEqual(self, input_a: Any, input_b: Any, msg: str | None = None) -> None:
        """Fail unless two tensors or arrays have the same static shape.

        Raises:
            TypeError: If one is neither.
        """
        shapes = []
        for name, value in (("input_a", input_a), ("input_b", input_b)):
            if not isinstance(value, (np.ndarray, np.generic, Tensor)):
                raise TypeError(f"{name} must be a Numpy ndarray, Numpy scalar, or a Tensor. Received {type(value)}")
            shapes.append(list(value.shape.as_list() if isinstance(value, Tensor) else value.shape))
        self.assertAllEqual(shapes[0], shapes[1], msg=msg)

    def assertDeviceEqual(self, device1: Any, device2: Any, msg: str | None = None) -> None:
        """Fail unless two names (or specs) of devices mean the same."""
        names = [device.to_string() if hasattr(device, "to_string") else device or "" for device in (device1, device2)]
        first, second = (re.sub(r"/(cpu|gpu):", lambda m: f"/device:{m[1].upper()}:", name) for name in names)
        self.assertEqual(first, second, f"Devices {device1} and {device2} are not equal. {msg or ''}")

    # -- text and messages -----------------------------------------------------------------------------------------------

    def assertStartsWith(self, actual: Any, expected_start: Any, msg: str | None = None) -> None:
        """Fail unless a text begins with another."""
        if not actual.startswith(expected_start):
            self.fail(f"{actual!r} does not start with {expected_start!r}{f' : {msg!r}' if msg else ''}")

    def assertProtoEquals(
        self,
        expected_message_maybe_ascii: Any,
        validate_message: Any,
        msg: str | None = None,
        relative_tolerance: float | None = None,
    ) -> None:
        """Fail unless a protobuf message equals another, which may be given as text."""
        self._report(proto_difference(expected_message_maybe_ascii, validate_message, relative_tolerance), msg)

    def assertProtoEqualsVersion(
        self, expected: str, actual: Any, producer: int = 2474, min_consumer: int = 0, msg: str | None = None
    ) -> None:
        """``assertProtoEquals`` for a graph whose versions are given apart."""
        versions = f"versions {{ producer: {producer} min_consumer: {min_consumer} }};\n{expected}"
        self.assertProtoEquals(versions, actual, msg=msg)

    # -- errors ----------------------------------------------------------------------------------------------------------

    @contextmanager
    def assertRaisesWithPredicateMatch(  # type: ignore[override]
        self, exception_type: Any, expected_err_re_or_predicate: Any
    ) -> Iterator[None]:
        """A context that must raise an error whose text has a match, or of which a function says True."""
        fits = expected_err_re_or_predicate
        if not callable(fits):
            pattern = fits
            fits = lambda error: re.search(pattern, getattr(error, "message", str(error)))  # noqa: E731
        try:
            yield
        except Exception as error:
            if not isinstance(error, exception_type) or not fits(error):
                raise AssertionError(f"Exception of type {type(error)}: {error}") from error
        else:
            self.fail(f"{exception_type.__name__} not raised")

    def assertRaisesOpError(self, expected_err_re_or_predicate: Any) -> AbstractContextManager[None]:
        """A context that must raise a ``tf.errors.OpError`` that fits."""
        return self.assertRaisesWithPredicateMatch(errors.OpError, expected_err_re_or_predicate)

    def assertRaisesIncompatibleShapesError(
        self, exception_type: Any = errors.InvalidArgumentError
    ) -> AbstractContextManager[None]:
        """A context that must raise an error about shapes that do not fit."""
        pattern = "Incompatible shapes|Dimensions must be equal|required broadcastable shapes"
        return self.assertRaisesWithPredicateMatch(exception_type, pattern)

    assertRaisesRegexp = unittest.TestCase.assertRaisesRegex
    assertItemsEqual = unittest.TestCase.assertCountEqual

    def _GetNdArray(self, a: Any) -> Any:
        return as_array(a)


class _EagerSession:
    """Stands for a session of TensorFlow 1: ``run`` gives the values that eager tensors have."""

    def run(self, fetches: Any, *args: Any, **kwargs: Any) -> Any:
        """The values."""
        if args or kwargs:
            raise NotImplementedError("There are no sessions to feed in TensorFlow 2; call a function instead.")
        return evaluated(fetches)
