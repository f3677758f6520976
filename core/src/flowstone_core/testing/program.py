"""The main program of tests."""

from __future__ import annotations

from flowstone_core.testing.absl import absltest


def main(argv: list[str] | None = None) -> None:
    """Run all tests of the program's module."""
    absltest.main(argv)  # type: ignore[arg-type]
