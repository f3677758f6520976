"""tf.distribute on one device: the numbers that the same programs give with TensorFlow on a CPU."""

import subprocess
import sys

import pytest
from flowstone_core.api import tf
from flowstone_data.dataset import DatasetV2 as Dataset
from flowstone_distribute import default as context
from flowstone_distribute import inputs, strategies
from flowstone_distribute.clusters import (
    ClusterSpec,
    SimpleClusterResolver,
    TFConfigClusterResolver,
    TPUClusterResolver,
)
from flowstone_distribute.reductions import ReduceOp
from flowstone_graphfn.function import function

mirrored = strategies.MirroredStrategy


def test_scope_and_replica():
    strategy = mirrored()
    assert not context.has_strategy()
    assert context.get_replica_context().strategy is context.get_strategy()
    with strategy.scope() as entered:
        assert entered is context.get_strategy() is strategy
        assert context.has_strategy()
        assert context.in_cross_replica_context()
        assert context.get_replica_context() is None
        with strategy.scope():
            assert context.get_strategy() is strategy
        with pytest.raises(RuntimeError, match="inside another"), mirrored().scope():
            pass
    assert not context.in_cross_replica_context()


@pytest.mark.parametrize("wrap", [lambda f: f, function], ids=["eager", "traced"])
def test_run_and_reductions(wrap):
    strategy = mirrored(["/cpu:0"])

    def step(x):
        replica = context.get_replica_context()
        merged = replica.merge_call(
            lambda where, y: (where is strategy and context.in_cross_replica_context(), y * 2), (x,)
        )
        assert merged[0]
        return (
            replica.all_reduce("sum", {"a": x}),
            replica.all_gather(x, 0),
            merged[1],
            replica.replica_id_in_sync_group,
        )

    total, gathered, doubled, number = wrap(lambda x: strategy.run(step, (x,)))(tf.constant([1.0, 2.0]))
    assert total["a"].numpy().tolist() == gathered.numpy().tolist() == [1.0, 2.0]
    assert doubled.numpy().tolist() == [2.0, 4.0]
    assert number.numpy() == 0
    assert strategy.reduce(ReduceOp.MEAN, total["a"], axis=0).numpy() == 1.5
    assert strategy.reduce("SUM", total["a"], axis=None).numpy().tolist() == [1.0, 2.0]
    assert [value.numpy().tolist() for value in strategy.experimental_local_results(total["a"])] == [[1.0, 2.0]]
    with pytest.raises(ValueError, match="MAX"):
        strategy.reduce("MAX", total["a"], axis=None)


def test_values_of_replicas():
    strategy = strategies.OneDeviceStrategy("cpu:0")
    values = strategy.experimental_distribute_values_from_function(
        lambda c: tf.constant(c.replica_id_in_sync_group + 5)
    )
    assert repr(values).startswith("PerReplica:{\n  0: ")
    assert strategy.run(lambda x: x + 1, (values,)).numpy() == 6


def test_data():
    strategy = mirrored()
    distributed = strategy.experimental_distribute_dataset(Dataset.range(5).batch(2))
    assert distributed.element_spec.shape.as_list() == [None]
    assert [batch.numpy().tolist() for batch in distributed] == [[0, 1], [2, 3], [4]]
    total = tf.Variable(0, dtype=tf.int64)

    @function
    def epoch(iterator, steps):
        for _ in tf.range(steps):
            strategy.run(lambda batch: total.assign_add(tf.reduce_sum(batch)), (next(iterator),))

    epoch(iter(distributed), tf.constant(3))
    assert total.numpy() == 10
    made = strategy.distribute_datasets_from_function(
        lambda c: (
            Dataset.range(4).batch(c.get_per_replica_batch_size(4)).shard(c.num_input_pipelines, c.input_pipeline_id)
        )
    )
    assert next(iter(made)).numpy().tolist() == [0, 1, 2, 3]
    assert iter(made).get_next_as_optional().has_value()


def test_uneven_batch():
    with pytest.raises(ValueError, match="multiple"):
        inputs.InputContext(num_replicas_in_sync=3).get_per_replica_batch_size(4)


def test_default_can_be_set():
    strategy = mirrored()
    context.experimental_set_strategy(strategy)
    try:
        assert context.get_strategy() is strategy
        assert context.in_cross_replica_context()
    finally:
        context.experimental_set_strategy(None)
    assert not context.has_strategy()
    with strategy.scope(), pytest.raises(RuntimeError, match="before"):
        context.experimental_set_strategy(strategy)


@pytest.mark.parametrize(
    "program",
    [
        "from flowstone_distribute.default import get_strategy; assert get_strategy().num_replicas_in_sync == 1",
        "from flowstone_distribute.strategies import MirroredStrategy as M; M().scope().__enter__()",
    ],
)
def test_there_is_a_default_whatever_is_imported_first(program):
    subprocess.run([sys.executable, "-c", program], check=True)


def test_update_of_a_variable():
    strategy, variable = mirrored(), tf.Variable(1.0)
    assert strategy.extended.variable_created_in_scope(variable)
    strategy.extended.update(variable, lambda v, x: v.assign_add(x), (2.0,))
    assert variable.numpy() == 3.0


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: mirrored(["/cpu:0", "/cpu:1"]), NotImplementedError, "one replica"),
        (lambda: mirrored(["/gpu:0"]), ValueError, "lacks"),
        (lambda: mirrored([]), ValueError, "no device"),
        (strategies.TPUStrategy, NotImplementedError, "TPUs"),
        (lambda: strategies.ParameterServerStrategy(None), NotImplementedError, "cluster"),
        (TPUClusterResolver, ValueError, "no TPU"),
        (lambda: mirrored().run(print, args=3), ValueError, "list or tuple"),
        (
            lambda: strategies.MultiWorkerMirroredStrategy(
                SimpleClusterResolver(ClusterSpec({"worker": ["a:1", "b:1"]}))
            ),
            NotImplementedError,
            "one process",
        ),
    ],
)
def test_what_it_refuses(make, error, text):
    with pytest.raises(error, match=text):
        make()


def test_cluster_of_the_environment(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", '{"cluster": {"worker": ["here:1"]}, "task": {"type": "worker", "index": "0"}}')
    resolver = TFConfigClusterResolver()
    assert (resolver.task_type, resolver.task_id) == ("worker", 0)
    assert resolver.cluster_spec().job_tasks("worker") == ["here:1"]
    assert resolver.master("worker", 0, "grpc") == "grpc://here:1"
    assert strategies.MultiWorkerMirroredStrategy().num_replicas_in_sync == 1
