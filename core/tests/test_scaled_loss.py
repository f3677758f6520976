from __future__ import annotations

import numpy as np
import pytest
from flowstone_core.ops.scaled_loss import compute_average_loss, scale_regularization_loss


def test_parts_of_a_batch_add_up_to_its_mean():
    losses = np.random.RandomState(0).rand(12)
    parts = [compute_average_loss(part, global_batch_size=12).numpy() for part in np.split(losses, 3)]
    assert np.isclose(sum(parts), losses.mean())
    assert np.isclose(compute_average_loss(losses).numpy(), losses.mean())


def test_a_sum_is_no_list_of_losses():
    with pytest.raises(ValueError, match="for each example"):
        compute_average_loss(1.0)


def test_regularization_adds_up():
    assert scale_regularization_loss([1.0, 2.0]).numpy() == 3
