"""``tf.linalg``; written by ``nox -s api``."""

from . import experimental as experimental
from flowstone_core.ops.linalg import adjoint as adjoint
from flowstone_core.ops.linalg import cross as cross
from flowstone_core.ops.einsum import einsum as einsum
from flowstone_core.ops.filling import eye as eye
from flowstone_core.ops.clip import global_norm as global_norm
from flowstone_core.ops.nn import l2_normalize as l2_normalize
from flowstone_core.ops.linalg import matmul as matmul
from flowstone_core.ops.linalg import matrix_transpose as matrix_transpose
from flowstone_core.ops.linalg import matvec as matvec
from flowstone_core.ops.linalg import tensordot as tensordot
