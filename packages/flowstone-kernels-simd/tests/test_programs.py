"""What surrounds compiled code: when it is compiled, what happens when something is not as expected, the cache."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from flowstone_core import providers
from flowstone_core.cli import main
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.ops import elementary, math, reduce
from flowstone_core.ops.softmax import sparse_softmax_cross_entropy_with_logits as losses
from flowstone_core.variable import Variable
from flowstone_graphfn.function import function
from flowstone_kernels_simd import background, cache, compiler, cpu, eager, native, strict, threads
from flowstone_kernels_simd.lowering import Lowering


def normal(*shape):
    return constant(np.random.default_rng(0).standard_normal(shape).astype(np.float32))


def runner_of(traced, *arguments):
    (compiled,) = traced.get_concrete_function(*arguments).graph_function.plan.compiled
    return compiled.executable.run.__self__


def test_the_second_call_is_compiled(monkeypatch):
    monkeypatch.setenv(compiler.WHEN_VARIABLE, "auto")
    f = function(lambda x: elementary.tanh(x) * 2 + x)
    x = normal(100)
    first = f(x).numpy()
    assert not runner_of(f, x).programs
    second = f(x).numpy()
    assert all(runner_of(f, x).programs.values())
    np.testing.assert_allclose(first, second, rtol=1e-6)


def test_with_determinism_the_first_call_is_compiled_too(monkeypatch):
    monkeypatch.delenv(compiler.WHEN_VARIABLE)
    monkeypatch.setattr(compiler, "is_op_determinism_enabled", lambda: True)
    f = function(lambda x: elementary.tanh(x) * 2 + x)
    x = normal(100)
    first = f(x).numpy()
    assert all(runner_of(f, x).programs.values())
    np.testing.assert_array_equal(f(x).numpy(), first)


def test_the_text_of_a_plan_says_what_became_of_its_parts(monkeypatch):
    monkeypatch.setenv(compiler.WHEN_VARIABLE, "auto")
    f = function(lambda x: elementary.tanh(x) * 2 + x)
    x = normal(100)
    plan = f.get_concrete_function(x).graph_function.plan
    assert "waiting for a second call" in plan.describe()
    f(x), f(x)
    assert "in use for 1 combination of shapes" in plan.describe()
    runner_of(f, x).failure = "too strange"
    assert "kernels execute it: too strange" in plan.describe()


def test_it_can_be_turned_off(monkeypatch):
    monkeypatch.setenv(compiler.WHEN_VARIABLE, "never")
    f = function(lambda x: elementary.tanh(x) * 2)
    plan = f.get_concrete_function(normal(3)).graph_function.plan
    assert not plan.compiled
    assert "FLOWSTONE_SIMD_COMPILE=never" in plan.describe()


def test_a_selection_without_it_leaves_it_out():
    f = function(lambda x: elementary.tanh(x) * 2)
    with providers.kernel_providers(["numpy"]):
        assert not f.get_concrete_function(normal(3)).graph_function.plan.compiled


def test_an_internal_failure_falls_back_and_is_logged(monkeypatch, caplog):
    monkeypatch.setenv(compiler.WHEN_VARIABLE, "auto")

    def broken(self):
        raise RuntimeError("not today")

    monkeypatch.setattr(Lowering, "program", broken)
    f = function(lambda x: elementary.tanh(x) * 2)
    x = normal(100)
    with caplog.at_level(logging.WARNING, "flowstone.compilers"):
        for _ in range(4):
            np.testing.assert_allclose(f(x).numpy(), np.tanh(x.numpy()) * 2, rtol=1e-6)
    assert [record.message for record in caplog.records if "not today" in record.message]
    assert "not today" in runner_of(f, x).failure


def test_a_failing_check_leaves_variables_alone():
    v = Variable(np.zeros(4, np.float32))
    from_logits = normal(3, 4)

    @function
    def f(labels):
        v.assign_add(reduce.reduce_sum(from_logits, 0))
        return losses(labels=labels, logits=from_logits)

    f(constant(np.array([0, 1, 2])))
    before = v.numpy()
    with pytest.raises(Exception, match="outside the valid range"):
        f(constant(np.array([0, 9, 2])))
    after_kernels = before + from_logits.numpy().sum(0)  # kernels ran: in the order of the program
    np.testing.assert_allclose(v.numpy(), after_kernels, rtol=1e-5)


def test_sums_are_at_least_as_accurate_as_pairwise_ones():
    rng = np.random.default_rng(1)
    f = function(lambda x: (reduce.reduce_sum(x, 1), reduce.reduce_sum(x, 0)))
    x = (rng.standard_normal((7, 100_000)) + 5).astype(np.float32)
    exact = x.astype(np.longdouble)
    rows, _ = f(constant(x))
    assert np.abs(rows.numpy() - exact.sum(1)).max() <= np.abs(x.sum(1) - exact.sum(1)).max()
    _, columns = f(constant(np.ascontiguousarray(x.T)))
    assert np.abs(columns.numpy() - exact.sum(1)).max() <= np.abs(x.sum(1) - exact.sum(1)).max()
    y = rng.standard_normal((3, 50_000)) * np.exp(rng.uniform(-20, 20, (3, 50_000)))
    exact = y.astype(np.longdouble).sum(1)
    rows, _ = f(constant(y))
    assert (np.abs(rows.numpy() - exact) <= 4 * np.finfo(float).eps * np.abs(y).sum(1)).all()


def test_any_number_of_threads_gives_the_same(monkeypatch):
    f = function(lambda x: (reduce.reduce_sum(elementary.exp(x), 1), elementary.tanh(x), reduce.reduce_sum(x)))
    x = normal(500, 700)
    results = []
    for count in (1, 2, 4):
        monkeypatch.setattr(threads, "wanted", lambda count=count: count)
        results.append([tensor.numpy().tobytes() for tensor in f(x)])
    assert results[0] == results[1] == results[2]


def test_the_configuration_says_how_many_threads(monkeypatch):
    monkeypatch.setattr(threads.config, "get_intra_op_parallelism_threads", lambda: 3)
    assert threads.pool(threads.wanted()).threads in (1, 3)


def test_large_operands_of_single_ops_are_computed_natively(monkeypatch):
    monkeypatch.setenv(compiler.WHEN_VARIABLE, "auto")
    x = normal(200, 300)
    (kernel,) = (kernel.function for kernel in eager.KERNELS.kernels("Sigmoid"))
    before = len(kernel._programs)
    for _ in range(3):
        np.testing.assert_allclose(elementary.sigmoid(x).numpy(), 1 / (1 + np.exp(-x.numpy())), rtol=1e-6)
    assert len(kernel._programs) == before + 1
    elementary.sigmoid(normal(20))
    elementary.sigmoid(normal(20))
    assert len(kernel._programs) == before + 1


@pytest.mark.parametrize(("name", "large"), [("Erf", 100), ("Erfc", 100), ("Sigmoid", 20_000), ("Exp", 300_000)])
def test_how_large_operands_of_single_ops_must_be(monkeypatch, name, large):
    monkeypatch.setenv(compiler.WHEN_VARIABLE, "auto")
    kernel = eager.EagerKernel(name)
    for size, programs in ((large // 2, 0), (large, 1)):
        for _ in range(3):
            kernel(np.linspace(0.1, 2.0, size, dtype=np.float32))
        assert len(kernel._programs) == programs


@pytest.mark.skipif(os.name != "posix", reason="POSIX threads")
def test_workers_that_sleep_on_a_condition_variable():
    program = (
        "import time\n"
        "import numpy as np\n"
        "from flowstone_kernels_simd import threads\n"
        "threads.parking = lambda: 'posix'\n"
        "threads.wanted = lambda: 3\n"
        "from flowstone_core.conversion import convert_to_tensor as constant\n"
        "from flowstone_core.ops import elementary\n"
        "from flowstone_graphfn.function import function\n"
        "x = constant(np.linspace(-3, 3, 300_000, dtype=np.float32))\n"
        "f = function(lambda x: elementary.tanh(x) * x)\n"
        "expected = f(x).numpy()\n"
        "for number in range(300):\n"
        "    assert np.array_equal(f(x).numpy(), expected)\n"
        "    if number % 50 == 0:\n"
        "        time.sleep(0.02)\n"
        "assert threads.pool(3).threads == 3\n"
    )
    assert subprocess.run([sys.executable, "-c", program], timeout=120, check=False).returncode == 0


@pytest.mark.parametrize("how", ["", "futex", "posix"])
def test_how_workers_sleep_depends_on_the_system(how, monkeypatch):
    system, name = {"": ("win32", "nt"), "futex": ("linux", "posix"), "posix": ("darwin", "posix")}[how]
    monkeypatch.setattr(threads.sys, "platform", system)
    monkeypatch.setattr(threads.os, "name", name)
    monkeypatch.setattr(threads.platform, "machine", lambda: "x86_64")
    assert threads.parking() == how


def test_many_python_threads_share_the_pool():
    f = function(lambda x: elementary.tanh(x) * x + elementary.exp(x))
    x = normal(300, 1000)
    expected = f(x).numpy().tobytes()
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda _: f(x).numpy().tobytes(), range(60))) == {expected}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_process_computes():
    f = function(lambda x: elementary.tanh(x) * x)
    x = normal(300, 1000)
    expected = f(x).numpy()
    child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(f(x).numpy(), expected) else 1)
    assert os.waitpid(child, 0)[1] == 0


# -- the cache -------------------------------------------------------------------------------------------------------

IR = "define i64 @answer() {\n  ret i64 42\n}\n"


def test_objects_are_kept_and_read_again(monkeypatch):
    name = native.object_name(IR)
    first = cache.get(name, lambda: native.compile_ir(IR))
    monkeypatch.setattr(native, "compile_ir", lambda text: pytest.fail("it is there already"))
    assert cache.get(name, lambda: native.compile_ir(IR)) == first
    assert cache.has(name)


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_object_is_made_anew(damage):
    name = cache.name_of("damaged", repr(damage))
    cache.get(name, lambda: b"code")
    path = cache.folder() / f"{name}.o"
    data = path.read_bytes()
    path.write_bytes(data[:-1] + b"?" if damage is None else damage)
    assert cache.get(name, lambda: b"other code") == b"other code"
    assert cache.get(name, lambda: b"never") == b"other code"


def test_the_folder_keeps_its_size(monkeypatch):
    monkeypatch.setattr(cache, "LIMIT", 3000)
    names = [cache.name_of("size", str(number)) for number in range(8)]
    for number, name in enumerate(names):
        cache.get(name, lambda: b"x" * 1000)
        os.utime(cache.folder() / f"{name}.o", (number, number))
    assert sum(status.st_size for _, status in cache.entries(cache.folder())) <= 3000 + 1100
    assert cache.has(names[-1])


def test_a_folder_that_cannot_be_written_is_no_obstacle(monkeypatch, tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv(cache.FOLDER_VARIABLE, str(file))
    assert cache.get("name", lambda: b"code") == b"code"


def test_several_processes_share_it():
    program = (
        "import numpy as np\n"
        "from flowstone_core.conversion import convert_to_tensor as constant\n"
        "from flowstone_core.ops import elementary\n"
        "from flowstone_graphfn.function import function\n"
        "x = constant(np.ones((50, 60), np.float32))\n"
        "print(float(function(lambda x: elementary.tanh(x) * 2 + 1)(x).numpy().sum()))\n"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(3)
    ]
    results = {process.communicate()[0] for process in running}
    assert len(results) == 1
    assert all(process.returncode == 0 for process in running)


def test_the_commands(capsys):
    function(lambda x: math.square(x) + 1)(normal(3))
    assert main(["cache", "ls"]) == 0
    shown = capsys.readouterr().out
    assert " objects, " in shown
    assert "2 nodes" in shown
    assert main(["cache", "clear"]) == 0
    assert "removed" in capsys.readouterr().out
    assert main(["cache", "ls"]) == 0
    assert "there is no compiled code" in capsys.readouterr().out
    assert main(["plugins"]) == 0
    assert "Compilers of traced functions" in capsys.readouterr().out
    main(["doctor"])
    assert f"compiler simd: {cpu.cpu().isa}" in capsys.readouterr().out


# -- instruction sets ------------------------------------------------------------------------------------------------


EACH = """
import numpy as np
from flowstone_core.conversion import convert_to_tensor as constant
from flowstone_core.ops import cast, conv, elementary, linalg, reduce, softmax
from flowstone_graphfn.function import function

r = np.random.default_rng(0)
x, w, v = (constant(r.standard_normal(s).astype(np.float32)) for s in ((33, 47), (47, 29), (47, 1)))
image, filter_, single = (
    constant(r.standard_normal(s).astype(np.float32)) for s in ((2, 7, 9, 5), (3, 3, 5, 20), (3, 3, 5, 1))
)

def f(x, w, v):
    y = softmax.softmax(elementary.tanh(linalg.matmul(x, w)))
    sums = reduce.reduce_sum(y * y, 0) + linalg.matmul(y, y, transpose_a=True)[0]
    return sums, linalg.matmul(x, v), elementary.atan(x), cast.cast(cast.cast(x, "float16") * 3, "float32")

def g(image, filter_, single):
    attrs = {"strides": (1, 1, 1, 1), "padding": "SAME"}
    return conv.CONV_2D(image, filter_, **attrs), conv.DEPTHWISE_CONV(image, single, **attrs)

sums, column, angles, half = (t.numpy() for t in function(f, autograph=False)(x, w, v))
X = x.numpy().astype(float)
y = np.tanh(X @ w.numpy()); y = np.exp(y); y /= y.sum(1, keepdims=True)
assert np.allclose(sums, (y * y).sum(0) + (y.T @ y)[0], rtol=1e-5, atol=1e-6)
assert np.allclose(column, X @ v.numpy(), rtol=1e-5, atol=1e-5)
assert np.allclose(angles, np.arctan(X), rtol=3e-7, atol=0)
assert np.array_equal(half, (x.numpy().astype(np.float16) * np.float16(3)).astype(np.float32))
dense, apart = (t.numpy() for t in function(g, autograph=False)(image, filter_, single))
wide = np.pad(image.numpy().astype(float), ((0, 0), (1, 1), (1, 1), (0, 0)))
taps = [(i, j, wide[:, i : i + 7, j : j + 9]) for i in range(3) for j in range(3)]
assert np.allclose(dense, sum(part @ filter_.numpy()[i, j] for i, j, part in taps), rtol=1e-4, atol=1e-4)
assert np.allclose(apart, sum(part * single.numpy()[i, j, :, 0] for i, j, part in taps), rtol=1e-4, atol=1e-4)
"""


@pytest.mark.parametrize("isa", cpu.available())
def test_each_instruction_set_computes_the_same(isa):
    environment = dict(os.environ) | {cpu.ISA_VARIABLE: isa}
    assert subprocess.run([sys.executable, "-c", EACH], env=environment, check=False).returncode == 0


def test_an_instruction_set_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setenv(cpu.ISA_VARIABLE, "mmx")
    with pytest.raises(ValueError, match="FLOWSTONE_SIMD_ISA=mmx: this machine has"):
        cpu.cpu.__wrapped__()


# -- strict mode -----------------------------------------------------------------------------------------------------


@pytest.fixture
def strictly():
    strict.set_strict(True)
    yield
    strict.set_strict(None)


def in_order(x, start, combine):
    total = np.float64(start)
    for element in x.ravel().tolist():
        total = combine(total, element)
    return total


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(7,), (1003,), (300, 100)])
def test_strict_sums_add_one_after_another(dtype, shape, natively, strictly):
    x = (np.random.default_rng(3).standard_normal(shape) * np.exp(np.arange(shape[-1]) % 37)).astype(dtype)
    got = natively(function(lambda x: reduce.reduce_sum(x) * 1), constant(x)).numpy()
    assert got == dtype(in_order(x, 0, lambda a, b: a + b))


def test_strict_products_and_columns(natively, strictly):
    x = np.random.default_rng(3).uniform(0.5, 1.8, (40, 35))
    products = natively(function(lambda x: reduce.reduce_prod(x, 1) * 1), constant(x)).numpy()
    assert products.tolist() == [in_order(row, 1, lambda a, b: a * b) for row in x]
    columns = natively(function(lambda x: reduce.reduce_sum(x, 0) * 1), constant(x.astype(np.float32))).numpy()
    expected = [np.float32(in_order(column, 0, lambda a, b: a + b)) for column in x.astype(np.float32).T]
    assert columns.tolist() == expected


def test_the_environment_turns_strict_mode_on(monkeypatch):
    assert not strict.strict()
    monkeypatch.setenv(strict.VARIABLE, "1")
    assert strict.strict()


# -- compilation beside the program ----------------------------------------------------------------------------------


def test_kernels_serve_while_a_part_is_compiled(monkeypatch):
    monkeypatch.setenv(compiler.WHEN_VARIABLE, "auto")
    monkeypatch.setenv(compiler.STALL_VARIABLE, "0")
    go_on = threading.Event()
    lower = Lowering.program

    def slow(self):
        assert go_on.wait(60)
        return lower(self)

    monkeypatch.setattr(Lowering, "program", slow)
    f = function(lambda x: elementary.tanh(x) * 2 + x)
    x = normal(100)
    for _ in range(5):
        np.testing.assert_allclose(f(x).numpy(), np.tanh(x.numpy()) * 2 + x.numpy(), rtol=1e-6)
    assert not runner_of(f, x).programs
    go_on.set()
    background.wait()
    assert all(runner_of(f, x).programs.values())
    np.testing.assert_allclose(f(x).numpy(), np.tanh(x.numpy()) * 2 + x.numpy(), rtol=1e-6)


def test_a_process_ends_while_something_is_compiled():
    program = (
        "import numpy as np\n"
        "from flowstone_core.conversion import convert_to_tensor as constant\n"
        "from flowstone_core.ops import elementary\n"
        "from flowstone_graphfn.function import function\n"
        "x = constant(np.ones((50, 60), np.float32))\n"
        "f = function(lambda x: elementary.tanh(x) * 2.5 + 1.25)\n"
        "f(x), f(x)\n"
    )
    environment = dict(os.environ) | {
        compiler.WHEN_VARIABLE: "auto",
        compiler.STALL_VARIABLE: "0",
        "FLOWSTONE_CACHE": "",
    }
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0


def test_parts_that_are_too_large_are_left_to_kernels(monkeypatch):
    monkeypatch.setattr(compiler, "MOST_NODES", 2)
    f = function(lambda x: elementary.tanh(x) * 2 + x)
    plan = f.get_concrete_function(normal(4)).graph_function.plan
    assert not plan.compiled
    assert "more than 2 nodes" in plan.describe()


def test_a_few_operations_on_a_few_numbers_stay_with_kernels(monkeypatch):
    monkeypatch.delenv(compiler.WHEN_VARIABLE)

    def plan_of(f, *arguments):
        traced = function(f)
        traced(*arguments)
        return traced.get_concrete_function(*arguments).graph_function.plan

    few, many, variable = constant([1.0, 2.0]), normal(100), Variable([1.0, 2.0])
    small = plan_of(lambda x: x * variable + x, few)
    assert not small.compiled
    assert any("faster than a call" in reason for reason in small.reasons.values())
    assert plan_of(lambda x: x * 2.0 + x, many).compiled
    assert plan_of(lambda x: elementary.tanh(reduce.reduce_sum(x * x) * x + x) * x * x * x * x, few).compiled
