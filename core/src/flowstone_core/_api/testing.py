"""``tf.test``."""

from __future__ import annotations

from flowstone_core._api.names import public

PUBLIC: dict[str, str] = (
    public("flowstone_core.testing.test_case", {"TestCase": "test.TestCase compat.v1.test.TestCase"})
    | public("flowstone_core.testing.program", {"main": "test.main compat.v1.test.main"})
    | public(
        "flowstone_core.testing.benchmark",
        {"Benchmark": "test.Benchmark", "benchmark_config": "test.benchmark_config"},
    )
    | public(
        "flowstone_core.testing.environment",
        {
            name: f"test.{name}"
            for name in """
                assert_equal_graph_def create_local_cluster disable_with_predicate gpu_device_name is_built_with_cuda
                is_built_with_gpu_support is_built_with_rocm is_built_with_xla is_cpu_target_available is_gpu_available
                with_eager_op_as_function
            """.split()
        }
        | {"sync_devices": "test.experimental.sync_devices"},
    )
)
