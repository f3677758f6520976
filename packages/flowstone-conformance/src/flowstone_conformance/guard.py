"""The guard of a published suite: its tests may be xfailed with a reason, not deleted or rewritten."""

from __future__ import annotations


def overridden(mine: type, suite: type) -> list[str]:
    """What a subclass did to the tests of the suite that it must not; empty if nothing."""
    problems = []
    for name in (name for name in dir(suite) if name.startswith("test_")):
        theirs, found = getattr(suite, name), getattr(mine, name, None)
        if found is theirs:
            continue
        marks = [mark for mark in getattr(found, "pytestmark", []) if mark.name == "xfail"]
        if not any(mark.kwargs.get("reason") for mark in marks):
            problems.append(
                f"{mine.__name__}.{name} replaces a test of the suite. If your provider cannot pass it, mark it with "
                "@pytest.mark.xfail(reason=...)."
            )
    return problems
