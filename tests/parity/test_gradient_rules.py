"""Which ops have gradients: for every op here, whether TensorFlow has a rule, says that there is none, or raises."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("tensorflow", reason="parity needs TensorFlow: nox -s parity")

from flowstone_autodiff.registry import find_rule
from flowstone_core.op import REGISTRY
from flowstone_core.plugins import OPS, find_op, resolve, table
from tensorflow.python.framework import dtypes, op_def_registry, ops

BEYOND = set(
    """
    GRUBlockCell LSTMBlockCell RaggedFillEmptyRowsGrad CholeskyGrad Conv2DBackpropFilterV2 Conv2DBackpropInputV2 Conv3DBackpropFilter Conv3DBackpropInput
    CropAndResizeGradImage FFTND GuaranteeConst IFFTND IRFFT3D IRFFTND LRNGrad Lu MatrixExponential MatrixLogarithm
    MaxPoolGradGradWithArgmax MaxPoolGradWithArgmax Mod ParallelConcat PartitionedCall RFFT3D RFFTND ResizeBicubicGrad
    ResizeBilinearGrad ResizeNearestNeighborGrad ScaleAndTranslateGrad SegmentMaxV2 SegmentMinV2 SegmentProdV2
    SegmentSumV2 Snapshot SoftsignGrad SparseAddGrad SparseFillEmptyRowsGrad SparseSegmentMeanGrad
    SparseSegmentMeanGradV2 SparseSegmentSqrtNGrad SparseSegmentSqrtNGradV2 SparseSegmentSumGrad
    SparseSegmentSumGradV2 SparseSliceGrad StatefulPartitionedCall TruncateMod
    """.split()
)
"""Ops with derivatives here and none in TensorFlow: mostly gradients, so that there are second derivatives."""

ZERO = set("ArgMax ArgMin Ceil Floor FloorDiv Rint Round StatelessParameterizedTruncatedNormal TruncateDiv".split())
"""Ops whose rules in TensorFlow return None for everything, which ``not_differentiable`` says shorter."""

REFUSING = set("SparseSparseMaximum SparseSparseMinimum".split())
"""Ops whose rules raise, here and there."""

OTHERWISE = {
    "QuantizeAndDequantizeV4Grad": "TensorFlow gives None for it",
    "ReduceDataset": "ops on datasets have no rules: an error where TensorFlow gives None",
    "OptionalFromValue": "values in optionals are not followed",
    "OptionalGetValue": "values in optionals are not followed",
}

_SMOOTH = {"float16", "bfloat16", "float32", "float64", "complex64", "complex128"}


def _may_be_smooth(definition: Any, arguments: Any) -> bool:
    """Whether one of the arguments can be a floating point tensor."""
    for argument in arguments:
        attribute = argument.type_attr or argument.type_list_attr
        if not attribute:
            allowed = {dtypes.as_dtype(argument.type).name}
        else:
            (found,) = (each for each in definition.attr if each.name == attribute)
            allowed = {dtypes.as_dtype(kind).name for kind in found.allowed_values.list.type} or _SMOOTH
        if allowed & _SMOOTH:
            return True
    return False


def theirs(name: str) -> str:
    """``"rule"``, ``"none"`` for what is declared not differentiable, ``"error"`` for what raises."""
    try:
        return "none" if ops._gradient_registry.lookup(name) is None else "rule"
    except LookupError:
        definition = op_def_registry.get(name)
        smooth = _may_be_smooth(definition, definition.input_arg) and _may_be_smooth(definition, definition.output_arg)
        return "error" if smooth else "none"  # what has no floating point results is never asked


def ours(name: str) -> str:
    resolve(find_op(name) or "")
    rule = find_rule(REGISTRY[name])
    if rule is None:
        return "error"
    if rule.function is None:
        return "none"
    return "error" if rule.function.__name__ == "refuse" else "rule"


NAMES = sorted(name for name in table(OPS) if op_def_registry.get(name) is not None)

UNASKED = set("DecodeCSV NonDeterministicInts StatelessSampleDistortedBoundingBox".split()) | {
    name for name in NAMES if name.startswith("Stateful") and name != "StatefulRandomBinomial"
}
"""Ops whose floating point inputs are defaults, shapes or seeds: declared here, raising in TensorFlow."""


@pytest.mark.parametrize("name", NAMES)
def test_as_in_tensorflow(name: str) -> None:
    if name in OTHERWISE:
        pytest.skip(OTHERWISE[name])
    expected, got = theirs(name), ours(name)
    if name in BEYOND:
        assert (expected, got) in {("error", "rule"), ("none", "rule")}, f"{name} does not belong into BEYOND"
    elif name in ZERO:
        assert (expected, got) == ("rule", "none")
    elif name in REFUSING:
        assert (expected, got) == ("rule", "error")
    elif name in UNASKED:
        assert got == "none"
    else:
        definition = op_def_registry.get(name)
        followed = _may_be_smooth(definition, definition.input_arg) and _may_be_smooth(
            definition, definition.output_arg
        )
        assert got == expected or not followed, f"TensorFlow has {expected!r}, flowstone {got!r}"
