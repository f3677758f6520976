"""The ``flowstone conformance`` command."""

from __future__ import annotations

import argparse
import subprocess
import sys

from flowstone_core import providers


def conformance(arguments: list[str]) -> int:
    """Test a kernel provider: values, dtypes, shapes, aliasing, threads.

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
    which = ["--pyargs", "flowstone_conformance.suite", "--flowstone-provider", options.provider]
    return subprocess.run([*pytest, *which, *rest], check=False).returncode
