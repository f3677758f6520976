"""``tf.test``: each assertion passes where it should and fails where it should."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from flowstone_core import errors
from flowstone_core.api import tf
from flowstone_core.testing import environment, test_case
from flowstone_core.testing.benchmark import Benchmark
from google.protobuf import struct_pb2


@pytest.fixture
def case():
    class Test(test_case.TestCase):
        def runTest(self):
            pass

    return Test()


GOOD = [
    ("assertAllEqual", tf.constant([1, 2]), [1, 2]),
    ("assertAllEqual", tf.constant(["a", "b"]), ["a", "b"]),
    ("assertAllEqual", [np.nan, 1.0], tf.constant([np.nan, 1.0])),
    ("assertAllEqual", tf.constant([1.0], tf.bfloat16), [1.0]),
    ("assertNotAllEqual", tf.constant([1, 2]), [1, 3]),
    ("assertAllClose", {"a": [tf.constant(1.0), [2.0, 3.0]]}, {"a": [1.0000001, [2.0, 3.0]]}),
    ("assertAllClose", [tf.constant([1.0, 2.0]), tf.constant([3.0])], [[1.0, 2.0], [3.0]]),
    ("assertNotAllClose", 1.0, 1.1),
    ("assertAllCloseAccordingToType", tf.constant([1.0], tf.float16), [1.0005]),
    ("assertAllGreater", tf.constant([1, 2]), 0),
    ("assertAllLess", tf.constant([1, 2]), 3),
    ("assertAllGreaterEqual", tf.constant([1, 2]), 1),
    ("assertAllLessEqual", tf.constant([1, 2]), 2),
    ("assertAllInRange", tf.constant([1.0, 2.0]), 1.0, 2.0),
    ("assertAllInSet", tf.constant([1, 2, 1]), {1, 2, 3}),
    ("assertNear", 1.0, 1.01, 0.02),
    ("assertArrayNear", [1.0, 2.0], [1.01, 2.0], 0.02),
    ("assertNDArrayNear", np.array([1.0]), np.array([1.01]), 0.02),
    ("assertDictEqual", {"a": tf.constant([1, 2])}, {"a": [1, 2]}),
    ("assertDTypeEqual", tf.constant(1.0), np.float32),
    ("assertShapeEqual", tf.ones([2, 3]), np.ones((2, 3))),
    ("assertDeviceEqual", "/cpu:0", "/device:CPU:0"),
    ("assertStartsWith", "abc", "ab"),
    ("assertItemsEqual", [1, 2], [2, 1]),
]
BAD = [
    ("assertAllEqual", tf.constant([1, 2]), [1, 3]),
    ("assertAllEqual", tf.constant([1, 2]), [[1, 2]]),
    ("assertAllEqual", tf.constant(["a"]), ["b"]),
    ("assertNotAllEqual", tf.constant([1, 2]), [1, 2]),
    ("assertAllClose", tf.constant([1.0]), [1.1]),
    ("assertAllClose", tf.constant([1.0]), [[1.0]]),
    ("assertAllClose", {"a": 1.0}, {"b": 1.0}),
    ("assertAllClose", [np.inf], [1.0]),
    ("assertNotAllClose", 1.0, 1.0),
    ("assertAllGreater", tf.constant([1, 2]), 1),
    ("assertAllLess", tf.constant([1, 2]), 2),
    ("assertAllGreaterEqual", tf.constant([1, 2]), 2),
    ("assertAllLessEqual", tf.constant([1, 2]), 1),
    ("assertAllInRange", tf.constant([1.0, 2.0]), 1.0, 2.0, False, True),
    ("assertAllInRange", [np.nan], 1.0, 2.0),
    ("assertAllInRange", ["a"], 1.0, 2.0),
    ("assertAllInSet", tf.constant([1, 4]), {1, 2, 3}),
    ("assertNear", 1.0, 1.1, 0.02),
    ("assertArrayNear", [1.0, 2.0], [1.0], 0.02),
    ("assertNDArrayNear", np.array([1.0]), np.array([1.1]), 0.02),
    ("assertDictEqual", {"a": tf.constant([1, 2])}, {"a": [1, 3]}),
    ("assertDTypeEqual", tf.constant(1.0), np.float64),
    ("assertShapeEqual", tf.ones([2, 3]), np.ones((3, 2))),
    ("assertDeviceEqual", "/cpu:0", "/device:GPU:0"),
    ("assertStartsWith", "abc", "bc"),
]


@pytest.mark.parametrize(("method", "arguments"), [(name, rest) for name, *rest in GOOD])
def test_passes(case, method, arguments):
    getattr(case, method)(*arguments)


@pytest.mark.parametrize(("method", "arguments"), [(name, rest) for name, *rest in BAD])
def test_fails(case, method, arguments):
    with pytest.raises(AssertionError):
        getattr(case, method)(*arguments)


def test_structures_that_differ_are_a_value_error(case):
    with pytest.raises(ValueError, match="dict to non-dict"):
        case.assertAllClose({"a": 1.0}, [1.0])


def test_errors(case):
    with case.assertRaisesOpError("must be"):
        raise errors.InvalidArgumentError(None, None, "it must be so")
    with case.assertRaisesIncompatibleShapesError():
        tf.add([1, 2], [1, 2, 3])
    with case.assertRaisesWithPredicateMatch(ValueError, lambda error: "x" in str(error)):
        raise ValueError("x")
    with pytest.raises(AssertionError), case.assertRaisesOpError("another"):
        raise errors.InvalidArgumentError(None, None, "it must be so")
    with pytest.raises(AssertionError, match="not raised"), case.assertRaisesOpError("nothing"):
        pass


def test_evaluate(case):
    found = case.evaluate({"a": tf.constant([1, 2]), "b": [lambda: tf.constant(3.0)]})
    assert found["a"].tolist() == [1, 2]
    assert found["b"] == [3.0]
    sparse = case.evaluate(tf.SparseTensor([[0, 1]], [5], [2, 2]))
    assert sparse.values.tolist() == [5]
    with case.session() as session:
        assert session.run(tf.constant(2)) == 2
    with pytest.raises(ValueError, match="Unsupported type"):
        case.evaluate(3)


def test_seeds_are_set(case):
    case.setUp()
    first = tf.random.uniform([2]).numpy().tolist()
    case.setUp()
    assert tf.random.uniform([2]).numpy().tolist() == first


def test_checked_threads(case):
    thread = case.checkedThread(lambda: 1 / 0)
    thread.start()
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        thread.join()
    case.tearDown()


def test_captured_writes(case, capfd, tmp_path):
    case._temporary = str(tmp_path)
    with capfd.disabled(), case.captureWritesToStream(sys.__stdout__) as captured:
        print("written", file=sys.__stdout__)
    assert captured.contents() == "written\n"


def test_protos(case):
    message = struct_pb2.Value(number_value=1.5)
    case.assertProtoEquals("number_value: 1.5", message)
    case.assertProtoEquals(struct_pb2.Value(number_value=1.5000001), message, relative_tolerance=1e-3)
    with pytest.raises(AssertionError, match="messages differ"):
        case.assertProtoEquals("number_value: 2.5", message)
    with pytest.raises(AssertionError, match="Can't compare"):
        case.assertProtoEquals(3, message)


def test_benchmarks_report(capsys):
    class Adds(Benchmark):
        def benchmark_add(self):
            self.run_op_benchmark(None, lambda: tf.add(1, 1), min_iters=3, extras={"n": 1})

    Adds().benchmark_add()
    assert '"name": "Adds.benchmark_add"' in capsys.readouterr().out
    assert Benchmark.is_abstract()
    assert not Adds.is_abstract()


def test_environment():
    assert environment.gpu_device_name() == ""
    with pytest.raises(errors.UnimplementedError, match="one process"):
        environment.create_local_cluster(1, 1)
