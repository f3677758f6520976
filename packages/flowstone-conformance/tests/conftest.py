"""Tests of the suite run pytest on suites."""

pytest_plugins = ["pytester"]
