"""Write what follows from the components' tables of public names; ``nox -s api`` runs it.

    python packages/flowstone/write_api.py           write
    python packages/flowstone/write_api.py --check   say what would change, and fail if anything would

Written are, below ``src/flowstone``: a folder for each namespace with its ``__init__.py`` (always the same) and its
``__init__.pyi`` (for editors and type checkers), and ``catalogue.txt``, the list of all public names with the
component that each comes with. The catalogue is the golden file of the public API: a removal shows in its diff.
All components must be installed.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from flowstone._compose import RAW_OPS, table
from flowstone._namespaces import ALIASES, NAMESPACES
from flowstone_core.plugins import resolve

ROOT = Path(__file__).parent / "src" / "flowstone"

INIT = '''"""``{name}``."""

from flowstone._compose import namespace

__getattr__, __dir__ = namespace(__name__)
'''


def parent(public: str) -> str:
    """The namespace of a dotted name."""
    return public.rpartition(".")[0]


def stub(space: str, targets: dict[str, str]) -> str:
    """The ``.pyi`` of one namespace: each name imported from where it is defined."""
    lines = [f'"""``{title(space)}``; written by ``nox -s api``."""', ""]
    if space in ALIASES:
        lines.append(f"from flowstone{'.' * bool(ALIASES[space])}{ALIASES[space]} import *")
    own = set(children(space)) - set(children(ALIASES[space]) if space in ALIASES else [])
    lines += [f"from . import {name} as {name}" for name in sorted(own)]
    if space == RAW_OPS:
        lines += ["from typing import Any", "", "def __getattr__(name: str) -> Any: ..."]
    aliases = []
    for name, target in sorted(targets.items()):
        module, _, attribute = home(target).partition(":")
        head, _, rest = attribute.partition(".")
        if attribute == name:
            lines.append(f"from {module} import {name} as {name}")
        elif not attribute:
            lines.append(f"import {module} as _{name}")
            aliases.append(f"{name} = _{name}")
        else:
            lines.append(f"from {module} import {head} as _{head}_{name}")
            aliases.append(f"{name} = _{head}_{name}{'.' * bool(rest)}{rest}")
    return "\n".join([*lines, *([""] if aliases else []), *aliases]) + "\n"


def home(target: str) -> str:
    """Where a target is defined, if that is not where its component's table says: type checkers ask for it."""
    value = resolve(target)
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not (isinstance(module, str) and isinstance(name, str)) or "." in name:
        return target
    return f"{module}:{name}" if getattr(import_module(module), name, None) is value else target


def children(space: str) -> list[str]:
    """The names of the namespaces directly below one."""
    return [name.rpartition(".")[2] for name in NAMESPACES if parent(name) == space]


def title(space: str) -> str:
    """How users write a namespace."""
    return f"tf.{space}" if space else "import flowstone as tf"


def files() -> dict[Path, str]:
    """Every file that follows from the tables, with its text."""
    targets: dict[str, dict[str, str]] = {space: {} for space in ["", *NAMESPACES]}
    names = []
    for public, claims in sorted(table().items()):
        if len(claims) > 1:
            sys.exit(f"tf.{public} is claimed twice: {', '.join(target for target, _ in claims)}")
        if parent(public) not in targets:
            sys.exit(f"tf.{public}: add {parent(public)!r} to _namespaces.py")
        (target, plugin), *_ = claims
        targets[parent(public)][public.rpartition(".")[2]] = target
        names.append(f"{public} {plugin.name}\n")
    wanted = {ROOT / "catalogue.txt": "".join(names)}
    for space, found in targets.items():
        if space in ALIASES:
            shared = targets[ALIASES[space]].items()
            found = dict(found.items() - shared)
        folder = ROOT.joinpath(*space.split(".")) if space else ROOT
        wanted[folder / "__init__.py"] = INIT.format(name=title(space))
        wanted[folder / "__init__.pyi"] = stub(space, found)
    return wanted


def main() -> int:
    """Write or check the files; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something would change")
    check = parser.parse_args().check
    wanted = files()
    found = {*ROOT.rglob("__init__.py"), *ROOT.rglob("__init__.pyi"), ROOT / "catalogue.txt"} - {
        *(ROOT / "_private").iterdir()
    }
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text() != text]
    surplus = sorted(found - wanted.keys())
    for path in [*changed, *surplus]:
        print(f"{'differs' if check else 'written' if path in wanted else 'removed'}: {path.relative_to(ROOT)}")
    if check:
        return 1 if changed or surplus else 0
    for path in surplus:
        path.unlink(missing_ok=True)
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
