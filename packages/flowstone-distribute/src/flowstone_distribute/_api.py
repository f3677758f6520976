"""The public names that flowstone-distribute gives to ``tf.distribute``; nothing is imported here."""

_MODULES = {
    "": {
        "context": "ReplicaContext",
        "default": "experimental_set_strategy get_replica_context get_strategy has_strategy in_cross_replica_context",
        "strategy": "Strategy StrategyExtended",
        "strategies": """
            MirroredStrategy MultiWorkerMirroredStrategy OneDeviceStrategy ParameterServerStrategy TPUStrategy
        """,
        "reductions": "CrossDeviceOps HierarchicalCopyAllReduce NcclAllReduce ReduceOp ReductionToOneDevice",
        "inputs": """
            DistributedDataset DistributedIterator InputContext InputOptions InputReplicationMode RunOptions
        """,
        "values": "DistributedValues",
    },
    "experimental.": {
        "strategies": "CentralStorageStrategy MultiWorkerMirroredStrategy ParameterServerStrategy TPUStrategy",
        "reductions": "CollectiveCommunication CommunicationImplementation CommunicationOptions",
        "inputs": "ValueContext",
    },
    "cluster_resolver.": {
        "clusters": "ClusterResolver SimpleClusterResolver TFConfigClusterResolver TPUClusterResolver"
    },
}

PUBLIC: dict[str, str] = {
    f"distribute.{space}{name}": f"flowstone_distribute.{module}:{name}"
    for space, modules in _MODULES.items()
    for module, names in modules.items()
    for name in names.split()
}
