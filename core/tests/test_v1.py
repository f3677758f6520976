"""tf.compat.v1 as TensorFlow 2.21 has it where ops run at once."""

import logging

import numpy as np
import pytest
from flowstone_core import dtypes
from flowstone_core.v1 import behavior, variables
from flowstone_core.v1 import logging as log


def test_log(caplog):
    caplog.set_level(logging.DEBUG, "tensorflow")
    for number in range(5):
        log.log_every_n(log.INFO, "every %d", 2, number)
        log.log_first_n(log.WARN, "first %d", 2, number)
        log.log_if(log.ERROR, "if %d", number == 3, number)
    log.warn("%s", "w")
    assert [record.getMessage() for record in caplog.records] == [
        "every 0", "first 0", "first 1", "every 2", "if 3", "every 4", "w",
    ]  # fmt: skip


def test_where_takes_rows():
    assert behavior.where([True, False], [[1, 2], [3, 4]], [[5, 6], [7, 8]]).numpy().tolist() == [[1, 2], [7, 8]]
    assert behavior.where([False, True]).numpy().tolist() == [[1]]
    with pytest.raises(ValueError, match="both"):
        behavior.where([True], [1])


def test_placeholder_with_default():
    assert behavior.placeholder_with_default([1, 2], [None]).numpy().tolist() == [1, 2]
    with pytest.raises(ValueError, match="compatible"):
        behavior.placeholder_with_default([1, 2], [3])


def test_variables_by_name():
    first, second = variables.get_variable("a", [200, 300]), variables.get_variable("a", [200, 300])
    assert first is not second
    assert first.name == "a:0"
    assert np.abs(first.numpy()).max() <= np.sqrt(6 / 500)
    assert variables.get_variable("n", [2], dtypes.int32).numpy().tolist() == [0, 0]
    assert variables.get_variable("v", initializer=[1.0]).numpy().tolist() == [1.0]
    with pytest.raises(ValueError, match="no shape"):
        variables.get_variable("b")


def test_scopes():
    def half(getter, name, **options):
        return getter(name + "_half", **options | {"dtype": dtypes.float16})

    with variables.variable_scope("outer", initializer=lambda shape, dtype: np.full(shape, 3, dtype.as_numpy_dtype)):
        with variables.variable_scope(None, "inner", custom_getter=half) as scope:
            made = variables.get_variable("x", [2])
        assert variables.get_variable_scope().name == "outer"
    assert (scope.name, scope.reuse) == ("outer/inner", variables.AUTO_REUSE)
    assert (made.name, made.dtype, made.numpy().tolist()) == ("outer/inner/x_half:0", dtypes.float16, [3.0, 3.0])
    with variables.variable_scope(scope):
        assert variables.get_variable("y", [1]).name == "outer/inner/y_half:0"
    with pytest.raises(ValueError, match="needs a name"), variables.variable_scope(None):
        pass
