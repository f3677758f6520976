"""``tf.types.experimental``; written by ``nox -s api``."""

from flowstone_graphfn.function_type import Callable as Callable
from flowstone_graphfn.concrete import ConcreteFunction as ConcreteFunction
from flowstone_graphfn.function_type import FunctionType as FunctionType
from flowstone_graphfn.function import Function as _Function_GenericFunction
from flowstone_graphfn.function import Function as _Function_PolymorphicFunction
from flowstone_graphfn.trace_type import SupportsTracingProtocol as SupportsTracingProtocol
from flowstone_core.public_types import TensorLike as TensorLike
from flowstone_graphfn.trace_type import TraceType as TraceType

GenericFunction = _Function_GenericFunction
PolymorphicFunction = _Function_PolymorphicFunction
