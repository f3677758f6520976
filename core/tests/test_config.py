"""Devices, switches and what the installation says of itself."""

from __future__ import annotations

import pytest
from flowstone_core import config, errors, initializers, sysconfig
from flowstone_core.api import tf
from flowstone_core.device_spec import DeviceSpec


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(config, "_runtime", config._Runtime())


def test_one_processor():
    (cpu,) = config.list_physical_devices()
    assert cpu == config.PhysicalDevice("/physical_device:CPU:0", "CPU")
    assert config.list_physical_devices("GPU") == []
    assert config.list_logical_devices("GPU") == []


def test_a_processor_is_divided_until_devices_are_listed():
    (cpu,) = config.list_physical_devices("CPU")
    parts = [config.LogicalDeviceConfiguration(), config.LogicalDeviceConfiguration()]
    config.set_logical_device_configuration(cpu, parts)
    assert config.get_logical_device_configuration(cpu) == parts
    assert [device.name for device in config.list_logical_devices()] == ["/device:CPU:0", "/device:CPU:1"]
    config.set_logical_device_configuration(cpu, list(parts))  # nothing new
    for change in (
        lambda: config.set_logical_device_configuration(cpu, parts[:1]),
        lambda: config.set_visible_devices([], "CPU"),
        lambda: config.set_inter_op_parallelism_threads(3),
        lambda: config.set_intra_op_parallelism_threads(3),
    ):
        with pytest.raises(RuntimeError, match="cannot be modified"):
            change()


@pytest.mark.parametrize(
    "call",
    [
        lambda cpu: config.set_logical_device_configuration(cpu, [config.LogicalDeviceConfiguration(memory_limit=10)]),
        lambda cpu: config.set_logical_device_configuration(config.PhysicalDevice("x", "GPU"), []),
        lambda cpu: config.set_visible_devices(cpu, "GPU"),
        lambda cpu: config.get_memory_info("GPU:0"),
        lambda cpu: config.set_device_policy("bad"),
        lambda cpu: config.experimental_connect_to_host(),
    ],
)
def test_values_that_are_refused(call):
    with pytest.raises(ValueError):
        call(config.list_physical_devices()[0])


def test_other_machines_are_refused():
    for call in (
        lambda: config.experimental_connect_to_host("there:1"),
        lambda: config.experimental_connect_to_cluster(None),
        lambda: config.ClusterDeviceFilters().set_device_filters("worker", 0, []),
    ):
        with pytest.raises(errors.UnimplementedError, match="one process"):
            call()


@pytest.mark.parametrize("kind", ["inter_op_parallelism_threads", "intra_op_parallelism_threads"])
def test_threads(kind):
    assert getattr(config, f"get_{kind}")() == 0
    getattr(config, f"set_{kind}")(2)
    assert getattr(config, f"get_{kind}")() == 2


@pytest.mark.parametrize(
    ("name", "value"), [("soft_device_placement", False), ("synchronous_execution", False), ("device_policy", "warn")]
)
def test_switches(name, value):
    getattr(config, f"set_{name}")(value)
    assert getattr(config, f"get_{name}")() == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/job:w/replica:1/task:2/device:cpu:3", "/job:w/replica:1/task:2/device:CPU:3"),
        ("/cpu:0", "/device:CPU:0"),
        ("/device:GPU:*", "/device:GPU:*"),
        ("", ""),
    ],
)
def test_device_specs(text, name):
    assert DeviceSpec.from_string(text).to_string() == name


def test_device_specs_combine():
    spec = DeviceSpec.from_string("/job:w").make_merged_spec(DeviceSpec(device_type="gpu"))
    assert spec == DeviceSpec(job="w", device_type="GPU")
    assert spec.replace(task=3).to_string() == "/job:w/task:3/device:GPU:*"
    assert hash(spec) == hash(DeviceSpec(job="w", device_type="GPU"))


@pytest.mark.parametrize("name", ["foo", "/foo:0", 3, "/cpu:0/gpu:0"])
def test_names_of_no_device(name):
    with pytest.raises(ValueError):
        tf.device(name)


def test_places_are_named_in_many_ways():
    for place in ("/CPU:0", DeviceSpec(device_type="CPU"), config.list_logical_devices()[0], None):
        with tf.device(place):
            assert tf.constant(1).device.endswith("CPU:0")


def test_op_libraries_are_refused(tmp_path):
    with pytest.raises(errors.NotFoundError):
        sysconfig.load_op_library("/nowhere.so")
    (tmp_path / "op.so").touch()
    with pytest.raises(errors.UnimplementedError, match="entry points"):
        sysconfig.load_library(str(tmp_path / "op.so"))


def test_initializers():
    assert initializers.Zeros()([2]).numpy().tolist() == [0.0, 0.0]
    assert initializers.Ones()([2], "int32").numpy().tolist() == [1, 1]
    assert initializers.Constant([1, 2])([1, 2]).numpy().tolist() == [[1, 2]]
    assert initializers.Zeros()([4], partition_shape=[2], partition_offset=[0]).shape == [2]
    normal = initializers.RandomNormal.from_config(initializers.RandomNormal(seed=3).get_config())
    assert normal([3]).numpy() == pytest.approx([-0.03357924, 0.08380252, -0.04721227])  # TensorFlow's numbers
    assert initializers.RandomUniform(0, 10, seed=3)([3], "int32").numpy().tolist() == [8, 7, 2]  # likewise
    assert initializers.RandomUniform()([3]).shape == [3]
    assert initializers.RandomNormal()([3]).shape == [3]
    assert initializers.Constant(3).get_config() == {"value": 3}


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: initializers.Zeros()([2], foo=1), TypeError),
        (lambda: initializers.Constant([1, 2])([3]), TypeError),
        (lambda: initializers.Constant(None), TypeError),
        (lambda: initializers.Zeros()([2], "string"), ValueError),
        (lambda: initializers.RandomNormal()([2], "int32"), ValueError),
        (lambda: initializers.RandomUniform()([2], "bool"), ValueError),
        (lambda: initializers.Constant(3)([2], partition_shape=[1]), ValueError),
    ],
)
def test_initializers_refuse(call, error):
    with pytest.raises(error):
        call()
