"""``tf.train.CheckpointManager`` and the state file of its folder."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from flowstone_core.variable import Variable
from flowstone_savedmodel.checkpoint import manager as manager_module
from flowstone_savedmodel.checkpoint.checkpoint import Checkpoint
from flowstone_savedmodel.checkpoint.manager import CheckpointManager
from flowstone_savedmodel.checkpoint.state import checkpoints_iterator, get_checkpoint_state, latest_checkpoint


def names(paths: list[str]) -> list[str]:
    return [Path(path).name for path in paths]


def test_keeps_the_latest(tmp_path: Path) -> None:
    manager = CheckpointManager(Checkpoint(v=Variable(1.0)), tmp_path, max_to_keep=2)
    assert manager.latest_checkpoint is None
    for _ in range(4):
        manager.save()
    assert names(manager.checkpoints) == ["ckpt-3", "ckpt-4"]
    assert manager.latest_checkpoint == latest_checkpoint(tmp_path) == str(tmp_path / "ckpt-4")
    assert sorted({path.stem for path in tmp_path.iterdir()}) == ["checkpoint", "ckpt-3", "ckpt-4"]
    assert manager.directory == str(tmp_path)


def test_keeps_all_without_a_limit(tmp_path: Path) -> None:
    manager = CheckpointManager(Checkpoint(v=Variable(1.0)), tmp_path, max_to_keep=None, checkpoint_name="m")
    for _ in range(3):
        manager.save()
    assert names(manager.checkpoints) == ["m-1", "m-2", "m-3"]


def test_keeps_one_for_good_each_so_many_hours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1_000_000.0]
    monkeypatch.setattr(manager_module.time, "time", lambda: clock[0])
    manager = CheckpointManager(Checkpoint(v=Variable(1.0)), tmp_path, max_to_keep=1, keep_checkpoint_every_n_hours=2)
    for _ in range(6):
        clock[0] += 3600
        manager.save()
    assert sorted(path.stem for path in tmp_path.glob("*.index")) == ["ckpt-2", "ckpt-4", "ckpt-6"]
    assert names(manager.checkpoints) == ["ckpt-6"]
    state = get_checkpoint_state(tmp_path)
    assert state is not None
    assert state.last_preserved_timestamp == 1_000_000.0 + 4 * 3600


def test_goes_on_after_a_restart(tmp_path: Path) -> None:
    v = Variable(1.0)
    first = CheckpointManager(Checkpoint(v=v), tmp_path, max_to_keep=2)
    first.save()
    v.assign(2.0)
    first.save()
    fresh = Variable(0.0)
    second = CheckpointManager(Checkpoint(v=fresh), tmp_path, max_to_keep=2)
    assert second.restore_or_initialize() == str(tmp_path / "ckpt-2")
    assert float(fresh) == 2.0
    second.save()
    assert names(second.checkpoints) == ["ckpt-2", "ckpt-3"]
    assert not (tmp_path / "ckpt-1.index").exists()


def test_initializes_when_there_is_nothing(tmp_path: Path) -> None:
    v = Variable(1.0)
    manager = CheckpointManager(Checkpoint(v=v), tmp_path, max_to_keep=2, init_fn=lambda: v.assign(8.0))
    assert manager.restore_or_initialize() is None
    assert float(v) == 8.0


def test_interval_and_numbers(tmp_path: Path) -> None:
    step = Variable(0)
    manager = CheckpointManager(
        Checkpoint(step=step), tmp_path, max_to_keep=3, step_counter=step, checkpoint_interval=10
    )
    assert manager.checkpoint_interval == 10
    assert manager.save(checkpoint_number=step) == str(tmp_path / "ckpt-0")
    step.assign(5)
    assert manager.save(checkpoint_number=step) is None
    assert manager.save(checkpoint_number=step, check_interval=False) == str(tmp_path / "ckpt-5")
    assert manager.save(checkpoint_number=step, check_interval=False) is None
    step.assign(15)
    assert manager.save(checkpoint_number=15) == str(tmp_path / "ckpt-15")
    assert int(manager.checkpoint.save_counter) == 3


def test_arguments_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="positive integer"):
        CheckpointManager(Checkpoint(), tmp_path, max_to_keep=0)
    with pytest.raises(ValueError, match="step_counter"):
        CheckpointManager(Checkpoint(), tmp_path, max_to_keep=1, checkpoint_interval=1)


def test_names_with_glob_characters(tmp_path: Path) -> None:
    manager = CheckpointManager(Checkpoint(), tmp_path, max_to_keep=1, checkpoint_name="a[1]*")
    (tmp_path / "a1x-1.data-00000-of-00001").write_bytes(b"")
    manager.save()
    manager.save()
    assert sorted(path.name for path in tmp_path.glob("*.data-*")) == [
        "a1x-1.data-00000-of-00001",
        "a[1]*-2.data-00000-of-00001",
    ]


@pytest.mark.parametrize("text", [b"nonsense: {", b"\xff\xfe", b"", b'model_checkpoint_path: ""'])
def test_a_damaged_state_file_is_warned_about(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "checkpoint").write_bytes(text)
    with pytest.warns(UserWarning, match="was ignored"):
        assert latest_checkpoint(tmp_path) is None


def test_a_state_that_names_what_is_gone(tmp_path: Path) -> None:
    Checkpoint().save(tmp_path / "ck")
    (tmp_path / "ck-1.index").unlink()
    with pytest.warns(UserWarning, match="Couldn't match files"):
        assert latest_checkpoint(tmp_path) is None


def test_state_under_another_name(tmp_path: Path) -> None:
    Checkpoint().save(tmp_path / "ck")
    (tmp_path / "checkpoint").rename(tmp_path / "other")
    assert get_checkpoint_state(tmp_path) is None
    assert latest_checkpoint(tmp_path, latest_filename="other") == str(tmp_path / "ck-1")


def test_iterating_over_new_checkpoints(tmp_path: Path) -> None:
    checkpoint = Checkpoint()
    checkpoint.save(tmp_path / "ck")
    iterator = checkpoints_iterator(tmp_path, timeout=0.05)
    assert next(iterator) == str(tmp_path / "ck-1")
    checkpoint.save(tmp_path / "ck")
    assert next(iterator) == str(tmp_path / "ck-2")
    start = time.monotonic()
    assert list(iterator) == []
    assert time.monotonic() - start < 2
    asked: list[str] = []

    def stop() -> bool:
        asked.append("stop?")
        return len(asked) == 2

    assert list(checkpoints_iterator(tmp_path / "none", timeout=0.02, timeout_fn=stop)) == []
    assert len(asked) == 2
