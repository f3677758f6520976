"""Write docs/plugins.md from the hook specifications, whose docstrings are the manual; ``nox -s api`` runs it."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]

HEAD = """\
# Plug-ins

Packages find each other, and yours, through entry points. This page is written from the hook specifications
(`hookspecs.py` in the packages that call them) by `nox -s api`; the text is the docstrings'.
"""


def hooks(path: Path) -> list[tuple[str, str, str]]:
    """Name, signature and text of each hook specified in a file."""
    return [
        (node.name, f"{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns or ast.Constant(None))}", text)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and any("hookspec" in ast.unparse(decorator) for decorator in node.decorator_list)
        and (text := ast.get_docstring(node))
    ]


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for path in sorted([*ROOT.glob("*/src/*/hookspecs.py"), *ROOT.glob("packages/*/src/*/hookspecs.py")]):
        package = path.parent.name.replace("_", "-")
        introduction = ast.get_docstring(ast.parse(path.read_text())) or ""
        parts.append(f"# Hooks of {package}\n\n```text\n{introduction}\n```\n")
        for name, signature, text in hooks(path):
            first, _, rest = text.partition("\n\n")
            parts.append(f"## `{name}`\n\n`{signature}`\n\n{first}\n\n```text\n{rest.strip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    (ROOT / "docs" / "plugins.md").write_text(page())
