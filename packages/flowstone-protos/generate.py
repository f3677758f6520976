"""Write the generated modules of flowstone-protos from its ``.proto`` files.

``python generate.py`` writes ``src/flowstone_protos/*_pb2.py`` and their stubs; ``--check`` writes nothing
and fails if what is checked in differs. The compiler is pinned: code of protoc 26.1 (protobuf 5.26) loads
under every later runtime, code of a newer compiler only under runtimes at least as new. It comes with
``grpcio-tools==1.63.2`` (the dependency group ``generate``).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROTOS = HERE / "proto"
TARGET = HERE / "src" / "flowstone_protos"
COMPILER = "libprotoc 26.1"


def protoc(*arguments: str) -> str:
    """The standard output of the pinned compiler, which grpcio-tools carries."""
    command = [sys.executable, "-m", "grpc_tools.protoc", *arguments]
    done = subprocess.run(command, cwd=PROTOS, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"protoc failed: {' '.join(command)}\n{done.stderr}")
    return done.stdout


def typed(stub: str) -> str:
    """protoc's stub, fit for ``mypy --strict`` and taking a plain int for an enum, as the runtime does."""
    stub = stub.replace(", _Mapping]", ", _Mapping[str, _Any]]")
    stub = stub.replace("from typing import ClassVar", "from typing import Any as _Any, ClassVar")
    return re.sub(r"(_Union\[[\w.]+, str)\]", r"\1, int]", stub)


def compiled() -> dict[str, str]:
    """File name -> text of every generated module and stub."""
    if (version := protoc("--version").strip()) != COMPILER:
        sys.exit(f"this is {version}; the checked-in modules are made by {COMPILER} (grpcio-tools 1.63.2)")
    sources = sorted(path.relative_to(PROTOS).as_posix() for path in PROTOS.rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        protoc("-I.", f"--python_out={folder}", f"--pyi_out={folder}", *sources)
        texts = {path.name: path.read_text() for path in sorted(Path(folder).rglob("*_pb2.py*"))}
    return {name: typed(text) if name.endswith(".pyi") else text for name, text in texts.items()}


def main() -> int:
    """Write or check; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    check = parser.parse_args().check
    wanted = compiled()
    present = {path.name: path.read_text() for path in sorted(TARGET.glob("*_pb2.py*"))}
    stale = [name for name in sorted(wanted | present) if wanted.get(name) != present.get(name)]
    if check:
        print("\n".join(f"differs: {name}" for name in stale) or f"{len(wanted)} files are up to date")
        return 1 if stale else 0
    for name in stale:
        if name in wanted:
            (TARGET / name).write_text(wanted[name])
        else:
            (TARGET / name).unlink()
    print(f"{len(stale)} of {len(wanted)} files written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
