"""examples/third_party_kernels as an outsider's wheel in an environment of its own; and providers that are broken."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "third_party_kernels"
WHEELS = os.environ.get("FLOWSTONE_WHEELS", "")

if not WHEELS:
    pytest.skip("needs built wheels: nox -s integration", allow_module_level=True)

PROGRAM = """
from flowstone_core.ops.activations import relu
from flowstone_core.ops.linalg import matmul
print(matmul([[1.0, 2.0]], [[3.0], [4.0]]).numpy().tolist(), relu([-1.0, 2.0]).numpy().tolist())
print(matmul([[1, 2]], [[3], [4]]).numpy().tolist())
import sys
kernels = sys.modules.get("acme_kernels.kernels")
print(dict(kernels.CALLS) if kernels else "not used")
"""
RESULTS = "[[11.0]] [0.0, 2.0]\n[[11]]\n"


class Environment:
    """A virtual environment with flowstone-core and the conformance suite, from wheels."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "site"
        self.site.mkdir()
        self.uv("venv", "--quiet", "--python", sys.executable, str(folder / "venv"))
        self.bin = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
        self.install("flowstone-core", "flowstone-conformance")

    def uv(self, *arguments: str) -> None:
        """Run uv, which makes environments in a second."""
        done = subprocess.run(["uv", *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def install(self, *requirements: str) -> None:
        """Install by name from the wheels."""
        constraints = ["-c", f"{WHEELS}/constraints.txt", "--find-links", WHEELS]
        self.uv("pip", "install", "--quiet", "--python", str(self.bin / "python"), *constraints, *requirements)

    def uninstall(self, name: str) -> None:
        """Uninstall a distribution."""
        self.uv("pip", "uninstall", "--quiet", "--python", str(self.bin / "python"), name)

    def run(self, program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FLOWSTONE_")}
        return subprocess.run(
            [self.bin / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=clean | {"PYTHONPATH": str(self.site), "PYTHONSAFEPATH": "1"} | environment,
        )

    def python(self, source: str, **environment: str) -> str:
        """What a program prints."""
        done = self.run("python", "-c", source, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def pretend(self, name: str, plugin: str) -> None:
        """Lay out a distribution with one kernel provider, as if it were installed."""
        module = name.replace("-", "_")
        info = self.site / f"{module}-2.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
        (info / "entry_points.txt").write_text(f"[flowstone.kernels]\n{module} = {module}\n")
        (self.site / f"{module}.py").write_text(plugin)

    def clear(self) -> None:
        """Remove what was pretended."""
        shutil.rmtree(self.site)
        self.site.mkdir()


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    return Environment(tmp_path_factory.mktemp("third-party"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=EXAMPLE, check=True, capture_output=True)
    (found,) = folder.glob("*.whl")
    return found


def test_the_life_of_a_provider(environment, wheel):
    assert environment.python(PROGRAM) == RESULTS + "not used\n"

    environment.install(str(wheel))
    listed = environment.run("flowstone", "plugins").stdout
    (row,) = [line.split() for line in listed.splitlines() if line.startswith("acme ")]
    assert row == ["acme", "acme-kernels", "1.4", "30", "2", "in", "use"]
    assert environment.python(PROGRAM) == RESULTS + "{'MatMul': 1, 'Relu': 1}\n"

    assert environment.python(PROGRAM, FLOWSTONE_KERNELS="numpy") == RESULTS + "not used\n"
    listed = environment.run("flowstone", "plugins", FLOWSTONE_KERNELS="numpy").stdout
    assert "not selected" in next(line for line in listed.splitlines() if line.startswith("acme "))

    tests = environment.run("python", "-m", "pytest", "-p", "no:cacheprovider", str(EXAMPLE / "tests"))
    assert tests.returncode == 0, tests.stdout
    assert " passed" in tests.stdout
    suite = environment.run("flowstone", "conformance", "acme", "-k", "MatMul-float64")
    assert suite.returncode == 0, suite.stdout

    environment.uninstall("acme-kernels")
    assert environment.python(PROGRAM) == RESULTS + "not used\n"
    assert "acme" not in environment.run("flowstone", "plugins").stdout
    assert environment.run("flowstone", "conformance", "acme").returncode == 2


def test_the_example_imports_nothing_private():
    sources = "".join(path.read_text() for path in EXAMPLE.rglob("*.py"))
    assert "._" not in sources
    assert "import _" not in sources


# -- providers that are broken: each a clear message, and the rest works -----------------------------------------------

PROVIDER = """
import numpy
from flowstone_core.hookspecs import KernelProvider, hookimpl

def kernel(features): return {result}

@hookimpl
def flowstone_kernels():
    return KernelProvider({name!r}, priority=30, kernels={{"Relu": __name__ + ":kernel"}})
"""

ATTEMPT = """
from flowstone_core.ops.activations import relu
from flowstone_core.ops.linalg import matmul
try:
    print(relu([-1.0, 2.0]).numpy().tolist())
except Exception as error:
    print(type(error).__name__, error)
print(matmul([[1.0, 2.0]], [[3.0], [4.0]]).numpy().tolist())
"""


@pytest.fixture
def pretend(environment):
    yield environment.pretend
    environment.clear()


def test_a_provider_that_raises_on_import(environment, pretend):
    pretend("broken-kernels", "raise ImportError('libfast.so is not here')")
    assert environment.python(ATTEMPT) == "[0.0, 2.0]\n[[11.0]]\n"
    listed = environment.run("flowstone", "plugins").stdout
    (row,) = [line for line in listed.splitlines() if line.startswith("broken_kernels")]
    assert row.split()[1:4] == ["broken-kernels", "2.0", "failed"]
    assert row.endswith("ImportError: libfast.so is not here")
    doctor = environment.run("flowstone", "doctor")
    assert doctor.returncode == 1
    assert "libfast.so is not here" in doctor.stdout
    chosen = environment.run("python", "-c", ATTEMPT, FLOWSTONE_KERNELS="broken_kernels")
    assert "no kernel provider is called 'broken_kernels'. Installed: numpy" in chosen.stdout + chosen.stderr
    assert "libfast.so is not here" in chosen.stdout + chosen.stderr


def test_two_providers_that_claim_one_op(environment, pretend):
    pretend("first-kernels", PROVIDER.format(name="first", result="numpy.maximum(features, 0)"))
    pretend("second-kernels", PROVIDER.format(name="second", result="numpy.maximum(features, 0)"))
    said, rest = environment.python(ATTEMPT).splitlines()
    assert said.startswith("PluginConflictError Relu at priority 30 (first, second) is claimed by first-kernels 2.0")
    assert "second-kernels 2.0" in said
    assert 'FLOWSTONE_KERNELS="first,second,numpy"' in said
    assert rest == "[[11.0]]"
    assert environment.python(ATTEMPT, FLOWSTONE_KERNELS="first,second,numpy") == "[0.0, 2.0]\n[[11.0]]\n"


def test_two_distributions_that_claim_one_provider_name(environment, pretend):
    pretend("first-kernels", PROVIDER.format(name="same", result="numpy.maximum(features, 0)"))
    pretend("second-kernels", PROVIDER.format(name="same", result="numpy.maximum(features, 0)"))
    said, rest = environment.python(ATTEMPT).splitlines()
    assert "The kernel provider name 'same', wanted for Relu, is claimed by first-kernels 2.0" in said
    assert "second-kernels 2.0" in said
    assert rest == "[[11.0]]"


@pytest.mark.parametrize(
    ("result", "got"),
    [
        ("features.astype('float64')", "got float64 of shape (2,)"),
        ("features[None]", "got float32 of shape (1, 2)"),
        ("None", "expected 1 output, got 0"),
    ],
)
def test_a_provider_that_returns_something_wrong(environment, pretend, result, got):
    pretend("wrong-kernels", PROVIDER.format(name="wrong", result=result))
    said, rest = environment.python(ATTEMPT).splitlines()
    assert said.startswith(
        "InternalError The kernel provider 'wrong' (wrong-kernels 2.0) computed Relu wrongly: expected "
    )
    assert got in said
    assert rest == "[[11.0]]"


def test_an_unknown_provider_name(environment):
    done = environment.run("python", "-c", ATTEMPT, FLOWSTONE_KERNELS="numpi")
    assert (
        "FLOWSTONE_KERNELS=numpi: no kernel provider is called 'numpi'. Installed: numpy." in done.stdout + done.stderr
    )
