"""Print the sizes of the packages: modules, lines, the median module and the largest ones."""

from __future__ import annotations

import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Print one line for each package and the ten largest modules."""
    everything: dict[Path, int] = {}
    print(f"{'package':24}{'modules':>8}{'lines':>8}{'median':>8}{'largest':>9}")
    for source in sorted(ROOT.glob("*/src/*")) + sorted(ROOT.glob("packages/*/src/*")):
        modules = [path for path in source.rglob("*.py") if path.stat().st_size and "generated" not in path.parts]
        sizes = {path: len(path.read_text().splitlines()) for path in modules}
        if sizes:
            everything |= sizes
            numbers = sizes.values()
            middle = int(statistics.median(numbers))
            print(f"{source.name:24}{len(sizes):8}{sum(numbers):8}{middle:8}{max(numbers):9}")
    print("\nthe largest modules")
    for path, lines in sorted(everything.items(), key=lambda item: -item[1])[:10]:
        print(f"{lines:6}  {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
