"""First and second derivatives through nested control flow: eager, traced, and as TensorFlow's traces have them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import flowstone
import numpy as np
import pytest
from record_derivatives import GOLDENS, SMOOTH, chains, derivatives, module_of

RECORDED: dict[str, Any] = dict(map(json.loads, GOLDENS.read_text().splitlines()))


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with flowstone.config.kernel_providers(["numpy"]):  # graphs matter here; those kernels compile fastest
        yield module_of(flowstone, tmp_path_factory.mktemp("smooth"))


@pytest.mark.parametrize("outer", SMOOTH)
def test_derivatives(module: Any, outer: str) -> None:
    for chain in chains():
        if chain[0] == outer:
            name = "__".join(chain)
            eager, traced = (derivatives(module, name, each) for each in (False, True))
            expected = RECORDED[name]
            np.testing.assert_allclose(numbers(traced), numbers(eager), rtol=2e-3, atol=1e-4, err_msg=name)
            assert missing(traced) == missing(expected), name
            np.testing.assert_allclose(numbers(traced), numbers(expected), rtol=2e-3, atol=1e-4, err_msg=name)


def numbers(found: Any) -> Any:
    """Values and derivatives; where nothing depends on the point, its derivative is zero."""
    assert isinstance(found, list), found
    return np.nan_to_num(np.array(found, float))


def missing(found: Any) -> list[list[bool]]:
    """Which derivatives there are none of."""
    return [[value is None for value in each] for each in found]


def test_all_are_recorded() -> None:
    assert list(RECORDED) == ["__".join(chain) for chain in chains()]
