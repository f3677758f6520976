"""``tf.distribute.cluster_resolver``; written by ``nox -s api``."""

from flowstone_distribute.clusters import ClusterResolver as ClusterResolver
from flowstone_distribute.clusters import SimpleClusterResolver as SimpleClusterResolver
from flowstone_distribute.clusters import TFConfigClusterResolver as TFConfigClusterResolver
from flowstone_distribute.clusters import TPUClusterResolver as TPUClusterResolver
