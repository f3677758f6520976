"""``tf.compat.v1``; written by ``nox -s api``."""

from . import app as app
from . import data as data
from . import flags as flags
from . import gfile as gfile
from . import io as io
from . import keras as keras
from . import logging as logging
from . import losses as losses
from . import math as math
from . import nn as nn
from . import random as random
from . import saved_model as saved_model
from . import summary as summary
from . import test as test
from . import train as train
from flowstone_core.v1.variables import AUTO_REUSE as AUTO_REUSE
from flowstone_protos.attr_value_pb2 import AttrValue as AttrValue
from flowstone_core.shapes import Dimension as Dimension
from flowstone_protos.event_pb2 import Event as Event
from flowstone_autodiff.tape import GradientTape as GradientTape
from flowstone_protos.graph_pb2 import GraphDef as GraphDef
from flowstone_protos.histogram_pb2 import HistogramProto as HistogramProto
from flowstone_protos.event_pb2 import LogMessage as LogMessage
from flowstone_protos.meta_graph_pb2 import MetaGraphDef as MetaGraphDef
from flowstone_protos.attr_value_pb2 import NameAttrList as NameAttrList
from flowstone_autodiff.by_name import no_gradient as _no_gradient_NoGradient
from flowstone_protos.node_def_pb2 import NodeDef as NodeDef
from flowstone_autodiff.by_name import no_gradient as _no_gradient_NotDifferentiable
from flowstone_autodiff.by_name import RegisterGradient as RegisterGradient
from flowstone_protos.run_metadata_pb2 import RunMetadata as RunMetadata
from flowstone_protos.event_pb2 import SessionLog as SessionLog
from flowstone_core.sparse_tensor import SparseTensorValue as SparseTensorValue
from flowstone_protos.summary_pb2 import Summary as Summary
from flowstone_protos.summary_pb2 import SummaryMetadata as SummaryMetadata
from flowstone_protos.meta_graph_pb2 import TensorInfo as TensorInfo
from flowstone_autodiff.unconnected import UnconnectedGradients as UnconnectedGradients
from flowstone_core.v1.variables import VariableScope as VariableScope
from flowstone_core.v1.behavior import colocate_with as colocate_with
from flowstone_core.v1.behavior import control_flow_v2_enabled as control_flow_v2_enabled
from flowstone_autodiff.custom import custom_gradient as custom_gradient
from flowstone_core.v1.behavior import enable_v2_behavior as _enable_v2_behavior_enable_control_flow_v2
from flowstone_core.v1.behavior import enable_eager_execution as enable_eager_execution
from flowstone_core.v1.behavior import enable_v2_behavior as _enable_v2_behavior_enable_resource_variables
from flowstone_core.v1.behavior import enable_v2_behavior as _enable_v2_behavior_enable_tensor_equality
from flowstone_core.v1.behavior import enable_v2_behavior as enable_v2_behavior
from flowstone_core.v1.behavior import enable_v2_behavior as _enable_v2_behavior_enable_v2_tensorshape
from flowstone_core.v1.behavior import executing_eagerly_outside_functions as executing_eagerly_outside_functions
from flowstone_graphfn.default_graph import get_default_graph as get_default_graph
from flowstone_core.random_seed import get_seed as get_seed
from flowstone_core.v1.variables import get_variable as get_variable
from flowstone_core.v1.variables import get_variable_scope as get_variable_scope
from flowstone_core.v1.behavior import global_variables_initializer as global_variables_initializer
from flowstone_autodiff.gradients import gradients as gradients
from flowstone_autodiff.gradients import hessians as hessians
from flowstone_autodiff.by_name import no_gradient as no_gradient
from flowstone_core.v1.behavior import placeholder_with_default as placeholder_with_default
from flowstone_autodiff.custom import recompute_grad as recompute_grad
from flowstone_core.v1.behavior import reset_default_graph as reset_default_graph
from flowstone_core.random_seed import set_seed as _set_seed_set_random_seed
from flowstone_core.ops.searching import setdiff1d as setdiff1d
from flowstone_core.v1.variables import variable_scope as variable_scope
from flowstone_core.v1.behavior import variables_initializer as variables_initializer
from flowstone_core.v1.behavior import where as where

NoGradient = _no_gradient_NoGradient
NotDifferentiable = _no_gradient_NotDifferentiable
enable_control_flow_v2 = _enable_v2_behavior_enable_control_flow_v2
enable_resource_variables = _enable_v2_behavior_enable_resource_variables
enable_tensor_equality = _enable_v2_behavior_enable_tensor_equality
enable_v2_tensorshape = _enable_v2_behavior_enable_v2_tensorshape
set_random_seed = _set_seed_set_random_seed
