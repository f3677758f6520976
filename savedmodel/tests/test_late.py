"""Variables that are made inside lists and dictionaries after their checkpoint was restored."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
from flowstone_core.module import Module
from flowstone_core.variable import Variable
from flowstone_core.variable_state import VariableState, watchers
from flowstone_graphfn.function import function
from flowstone_savedmodel.checkpoint import late
from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint


class Growing(Module):
    """Makes its variables when it is first needed, as optimizers do."""

    def __init__(self, filled: float | None = None) -> None:
        super().__init__()
        self.slots: list[Any] = []
        self.table: dict[str, Any] = {}
        if filled is not None:
            self.grow(filled)

    def grow(self, value: float) -> None:
        self.slots.append(Variable([value, value]))
        self.slots.append([Variable(value + 1)])
        self.table["k"] = Module()
        self.table["k"].v = Variable(value + 2)

    def values(self) -> list[Any]:
        return [self.slots[0].numpy().tolist(), float(self.slots[1][0]), float(self.table["k"].v)]


@pytest.fixture
def path(tmp_path: Path) -> str:
    return Checkpoint(part=Growing(5.0)).write(tmp_path / "ck")


RESTORED = [[5.0, 5.0], 6.0, 7.0]


@pytest.fixture(autouse=True)
def nothing_is_left_waiting() -> Any:
    yield
    gc.collect()
    Variable(0.0)  # the first variable after the last waiting one ends the watch
    assert not late._waiting
    assert not watchers


def test_values_are_there_at_the_first_read(path: str) -> None:
    fresh = Growing()
    status = Checkpoint(part=fresh).read(path)
    fresh.grow(0.0)
    assert fresh.values() == RESTORED
    status.assert_consumed()


def test_nobody_needs_to_keep_the_status_or_the_checkpoint(path: str) -> None:
    fresh = Growing()
    Checkpoint(part=fresh).read(path)
    gc.collect()
    fresh.grow(0.0)
    assert fresh.values() == RESTORED
    assert all(type(each._state) is VariableState for each in fresh.variables)


def test_an_update_counts_from_the_restored_value(path: str) -> None:
    fresh = Growing()
    Checkpoint(part=fresh).read(path)
    fresh.grow(0.0)
    fresh.slots[0].assign_add([1.0, 2.0])
    assert fresh.slots[0].numpy().tolist() == [6.0, 7.0]


def test_a_later_assignment_wins(path: str) -> None:
    fresh = Growing()
    Checkpoint(part=fresh).read(path)
    fresh.grow(0.0)
    fresh.slots[0].assign([9.0, 9.0])
    assert fresh.values() == [[9.0, 9.0], 6.0, 7.0]


def test_inside_functions(path: str) -> None:
    fresh = Growing()
    Checkpoint(part=fresh).read(path)

    @function
    def step() -> Any:
        if not fresh.slots:
            fresh.grow(0.0)
        return fresh.slots[0].assign_add([1.0, 1.0]).read_value()

    assert step().numpy().tolist() == [6.0, 6.0]
    assert fresh.values() == [[6.0, 6.0], 6.0, 7.0]


def test_variables_that_are_read_before_they_are_attached(path: str) -> None:
    fresh = Growing()
    Checkpoint(part=fresh).read(path)
    made = Variable([0.0, 0.0])
    assert made.numpy().tolist() == [0.0, 0.0]
    fresh.slots.append(made)
    assert made.numpy().tolist() == [5.0, 5.0]


def test_other_variables_are_left_alone(path: str) -> None:
    fresh = Growing()
    Checkpoint(part=fresh).read(path)
    others = [Variable(float(number)) for number in range(50)]
    assert [float(each) for each in others] == list(range(50))
    for _ in range(20):
        assert float(others[3]) == 3.0
    assert all(type(each._state) is VariableState for each in others)
    fresh.grow(0.0)
    assert fresh.values() == RESTORED


def test_the_latest_checkpoint_counts(path: str, tmp_path: Path) -> None:
    other = Checkpoint(part=Growing(50.0)).write(tmp_path / "other")
    fresh = Growing()
    Checkpoint(part=fresh).read(path)
    Checkpoint(part=fresh).read(other)
    fresh.grow(0.0)
    assert fresh.values() == [[50.0, 50.0], 51.0, 52.0]


def test_a_wrong_shape_is_said_when_it_is_found(path: str) -> None:
    fresh = Growing()
    Checkpoint(part=fresh).read(path)
    fresh.slots.append(Variable([1.0, 2.0, 3.0]))
    with pytest.raises(ValueError, match=r"incompatible tensor with shape \(2,\)"):
        fresh.slots[0].numpy()


def test_what_waits_does_not_live_longer_than_what_it_waits_for(path: str) -> None:
    fresh = Growing()
    Checkpoint(part=fresh).read(path)
    gone = weakref.ref(fresh)
    del fresh
    gc.collect()
    assert gone() is None
    assert not late._waiting
