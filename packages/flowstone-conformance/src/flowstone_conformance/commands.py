"""The ``flowstone conformance`` command."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys

from flowstone_core import plugins, providers


def conformance(arguments: list[str]) -> int:
    """Test a provider's kernels and compiler: values, dtypes, shapes, aliasing, threads, programs.

    Everything behind the name goes to pytest: ``flowstone conformance mine -k MatMul -x``.
    """
    parser = argparse.ArgumentParser(prog="flowstone conformance", description=conformance.__doc__)
    parser.add_argument("provider", help="its name, as flowstone plugins shows it")
    options, rest = parser.parse_known_args(arguments)
    if all(provider.name != options.provider for provider, _ in providers.installed_providers()):
        raise providers.unknown(options.provider, "flowstone conformance")
    pytest = [
        sys.executable,
        "-m",
        "pytest",
        "-o",
        "addopts=",
        "-q",
        "-rsfE",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
    ]
    suites = ["flowstone_conformance.suite"]
    if _brings_compiler(options.provider):
        suites.append("flowstone_conformance.compiler_suite")
    which = ["--pyargs", *suites, "--flowstone-provider", options.provider]
    return subprocess.run([*pytest, *which, *rest], check=False).returncode


def _brings_compiler(name: str) -> bool:
    """Whether a provider has a compiler, and traced functions are installed to test it with."""
    found = plugins.load_group(plugins.COMPILERS)
    return importlib.util.find_spec("flowstone_graphfn") is not None and any(
        plugin.result is not None and plugin.result.name == name for plugin in found
    )
