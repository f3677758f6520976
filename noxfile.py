"""Every check this repository has. ``nox -l`` lists them; ``nox`` runs the ones that CI runs."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # whoever has only one Python can still run everything on it

ROOT = Path(__file__).parent
WORKSPACE = nox.project.load_toml("pyproject.toml")["tool"]["hatch"]["envs"]["default"]["workspace"]["members"]
MEMBERS = [folder.relative_to(ROOT) for pattern in WORKSPACE for folder in sorted(ROOT.glob(pattern))]
PROJECTS = {folder: nox.project.load_toml(folder / "pyproject.toml") for folder in MEMBERS}
NAMES = {folder: project["project"]["name"] for folder, project in PROJECTS.items()}
COMPONENTS = ["autodiff", "graphfn", "layers", "data", "summary", "savedmodel", "image", "signal"]
"""The packages that the facade can do without."""

PYTHONS = ["3.11", "3.12", "3.13"]
CURRENT = "{}.{}".format(*sys.version_info)
ONE = CURRENT if CURRENT in PYTHONS else PYTHONS[-1]
"""The Python for checks that need to run on one only."""

NEWEST = PYTHONS[-1] if PYTHONS[-1] != ONE else PYTHONS[0]
"""Another Python, for the run of everything together."""

WHEELS = ROOT / "dist"
CONSTRAINTS = WHEELS / "constraints.txt"
# Root folders are called core/, data/, ...: without this ``import data`` would find the folder.
SAFE = {"PYTHONSAFEPATH": "1", "PYTHONWARNINGS": "", "TF_CPP_MIN_LOG_LEVEL": "3"}

nox.options.sessions = [
    "lint",
    "types",
    "shape",
    *(f"tests-{ONE}({NAMES[folder]})" for folder in MEMBERS),
    f"together-{NEWEST}",
    "integration",
    *(f"partial({component})" for component in COMPONENTS),
    "conformance",
    "docs",
]


def install_wheels(session: nox.Session, *requirements: str) -> None:
    """Install by name from the wheels that the session ``wheels`` built; nothing of ours from an index."""
    session.install("-c", str(CONSTRAINTS), "--find-links", str(WHEELS), *requirements)


def test_dependencies(folder: Path) -> list[str]:
    """The ``test`` dependency group of a package."""
    return list(nox.project.dependency_groups(PROJECTS[folder], "test"))


def install_everything(session: nox.Session) -> None:
    """Install the wheels of all packages with what their tests need."""
    extras = {
        NAMES[folder]: ",".join(PROJECTS[folder]["project"].get("optional-dependencies", {})) for folder in MEMBERS
    }
    extras["flowstone"] = "all"  # its other extra, demo, brings data sets
    wanted = [f"{name}[{extra}]" if extra else name for name, extra in extras.items()]
    groups = {requirement for folder in MEMBERS for requirement in test_dependencies(folder)}
    install_wheels(session, *wanted, *sorted(groups))


@nox.session
def demo(session: nox.Session) -> None:
    """Train on handwritten digits, log, checkpoint, export and serve: the main job, in under a minute."""
    editable = [argument for folder in MEMBERS for argument in ("-e", str(folder))]
    session.install(*editable, "scikit-learn>=1.4", "rich>=13")
    session.run("flowstone", "demo", *session.posargs, env=SAFE)


@nox.session
def dev(session: nox.Session) -> None:
    """Make .venv: every package editable, with all tools. The one command after cloning."""
    venv = ROOT / ".venv"
    if not venv.exists():
        session.run(sys.executable, "-m", "venv", str(venv), external=True)
    python = str(venv / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    editable = [argument for folder in MEMBERS for argument in ("-e", str(folder))]
    tools = ["nox[uv]", "ruff", "mypy", "types-protobuf", "rich", "h5py", "pillow", "scikit-learn", "tensorboard"]
    groups = {requirement for folder in MEMBERS for requirement in test_dependencies(folder)}
    session.run(python, "-m", "pip", "install", "-q", *editable, *tools, *sorted(groups), external=True)
    session.log(f"Activate it with: source {venv.relative_to(ROOT)}/bin/activate")


@nox.session
def lint(session: nox.Session) -> None:
    """Style and formatting, with ruff; ``nox -s lint -- --fix`` repairs what can be."""
    session.install("ruff>=0.12")
    fix = "--fix" in session.posargs
    session.run("ruff", "check", *(["--fix"] if fix else []), ".")
    session.run("ruff", "format", *([] if fix else ["--check"]), ".")


@nox.session(python=ONE)
def types(session: nox.Session) -> None:
    """mypy --strict on every package."""
    editable = [argument for folder in MEMBERS for argument in ("-e", str(folder))]
    session.install(*editable, "mypy>=1.15", "types-protobuf", "rich", "h5py", "absl-py", "pytest", "hypothesis")
    session.run("mypy", *(str(folder / "src") for folder in MEMBERS), "tests/typing", env=SAFE)


@nox.session
def shape(session: nox.Session) -> None:
    """Who imports whom, cycles, mirrors, versions, hooks; and the table of sizes."""
    session.install("pytest>=8")
    session.run("pytest", "tests/arrows", *session.posargs, env=SAFE)
    session.run("python", "tests/arrows/sizes.py", env=SAFE)


@nox.session
def wheels(session: nox.Session) -> None:
    """Build every package's wheel into dist."""
    session.install("hatchling>=1.26")
    shutil.rmtree(WHEELS, ignore_errors=True)  # a stale wheel of an equal version would hide a change
    WHEELS.mkdir(parents=True)
    for folder in MEMBERS:
        with session.chdir(folder):
            session.run("python", "-m", "hatchling", "build", "-t", "wheel", "-d", str(WHEELS), silent=True)
    lines = [
        f"{path.name.split('-')[0].replace('_', '-')} @ {path.as_uri()}\n" for path in sorted(WHEELS.glob("*.whl"))
    ]
    CONSTRAINTS.write_text("".join(lines))


@nox.session(python=PYTHONS, requires=["wheels"])
@nox.parametrize("folder", [nox.param(folder, id=name) for folder, name in NAMES.items()])
def tests(session: nox.Session, folder: Path) -> None:
    """One package's tests, against its wheel and only what it declares."""
    install_wheels(session, NAMES[folder], *test_dependencies(folder))
    session.run("pytest", str(folder / "tests"), *session.posargs, env=SAFE)


@nox.session(python=PYTHONS, requires=["wheels"])
def together(session: nox.Session) -> None:
    """All packages' tests, with everything installed in one environment."""
    install_everything(session)
    session.run("pytest", *(str(folder / "tests") for folder in MEMBERS), *session.posargs, env=SAFE)


@nox.session(python=ONE, requires=["wheels"])
def integration(session: nox.Session) -> None:
    """Programs that use all packages, the budgets, the outside kernel provider, and the public API's golden files."""
    install_everything(session)
    session.install("scikit-learn>=1.4", "tensorboard>=2.16", "hatchling>=1.26", "uv")
    session.run(
        "pytest", "tests/integration", "tests/budgets", *session.posargs, env=SAFE | {"FLOWSTONE_WHEELS": str(WHEELS)}
    )


@nox.session(python=ONE, requires=["wheels"])
@nox.parametrize("component", COMPONENTS, ids=COMPONENTS)
def partial(session: nox.Session, component: str) -> None:
    """The facade without one component (and what needs it): the rest works, the missing one is a sentence."""
    needs = {
        name: project["project"]["dependencies"]
        for name, project in zip(NAMES.values(), PROJECTS.values(), strict=True)
    }

    def reaches(name: str) -> bool:
        direct = {requirement.split(">")[0].split("[")[0] for requirement in needs[name]}
        return name == f"flowstone-{component}" or any(reaches(other) for other in direct & needs.keys())

    installed = [f"flowstone-{other}" for other in COMPONENTS if not reaches(f"flowstone-{other}")]
    install_wheels(session, "flowstone", *installed, "pytest>=8", "absl-py")
    session.run("pytest", "tests/partial", *session.posargs, env=SAFE | {"FLOWSTONE_MISSING": component})


@nox.session(python=ONE, requires=["wheels"])
def conformance(session: nox.Session) -> None:
    """The published conformance suite on every kernel provider of this repository."""
    install_everything(session)
    for provider in session.posargs or ["numpy", "simd"]:
        session.run("flowstone", "conformance", provider, env=SAFE | {"FLOWSTONE_SIMD_COMPILE": "always"})


@nox.session(python=ONE, requires=["wheels"])
def parity(session: nox.Session) -> None:
    """Against real TensorFlow, in both directions. Installs it: about 1.6 GB."""
    install_everything(session)
    session.install("tensorflow-cpu>=2.21,<2.22", "scikit-learn>=1.4")
    session.run("pytest", "tests/parity", *session.posargs, env=SAFE)


@nox.session(python=ONE, requires=["wheels"])
def docs(session: nox.Session) -> None:
    """Every example in docstrings, README files and docs/ runs and gives what it says."""
    install_everything(session)
    modules = [name.replace("-", "_") for name in NAMES.values()]
    arguments = ["-c", "pyproject.toml", "-p", "doctest_names", "--doctest-modules", "--pyargs", *modules]
    session.run("pytest", *arguments, *session.posargs, env=SAFE | {"PYTHONPATH": "docs"})
    session.run("pytest", "docs", env=SAFE)


@nox.session(python=ONE, requires=["wheels"])
def bench(session: nox.Session) -> None:
    """The benchmarks; ``-- tensorflow`` compares with TensorFlow, ``-- peers`` with PyTorch and JAX too."""
    install_everything(session)
    session.install("rich>=13")
    if session.posargs[:1] == ["peers"]:
        session.install("tensorflow-cpu==2.21.0", "torch==2.13.0", "jax>=0.10", "matplotlib>=3.9")
    elif "tensorflow" in session.posargs:
        session.install("tensorflow-cpu>=2.21,<2.22")
    session.run("python", "benchmarks/run.py", *session.posargs, env=SAFE | {"PYTHONPATH": "benchmarks"})


@nox.session(python=ONE)
def api(session: nox.Session) -> None:
    """Write the facade's catalogue, namespaces and stubs, and docs/plugins.md, from the packages' tables."""
    editable = [argument for folder in MEMBERS for argument in ("-e", str(folder))]
    session.install(*editable)
    session.run("python", "packages/flowstone/write_api.py", env=SAFE)
    session.run("python", "docs/write_plugins.py", env=SAFE)


@nox.session(requires=["wheels"])
def minimums(session: nox.Session) -> None:
    """All tests with the oldest dependencies that the packages say they take."""
    if session.venv_backend != "uv":
        session.skip("only uv resolves to the lowest versions")
    session.env["UV_RESOLUTION"] = "lowest-direct"
    install_everything(session)
    session.run("pytest", *(str(folder / "tests") for folder in MEMBERS), *session.posargs, env=SAFE)
