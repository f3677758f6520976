"""Where each of core's ops lives: the one line to add for a new op.

It names ops without importing them, so that a saved graph's op finds its module, its kernels
(``kernels/<family>.py``) and its gradient (``flowstone_autodiff/rules/<family>.py``).
"""

from __future__ import annotations

from typing import Final

FAMILIES: Final[dict[str, str]] = {
    "math": """
        Abs AccumulateNV2 Add AddN AddV2 Ceil ComplexAbs Div DivNoNan Floor FloorDiv FloorMod Inv InvGrad Maximum
        Minimum Mod Mul MulNoNan Neg NextAfter Pow RealDiv Reciprocal ReciprocalGrad Rint Round Sign Square
        SquaredDifference Sub TruncateDiv TruncateMod
    """,
    "cast": "Cast",
    "complex": "Angle Complex Conj Imag Real",
    "compare": """
        ApproximateEqual Equal Greater GreaterEqual IsFinite IsInf IsNan Less LessEqual LogicalAnd LogicalNot
        LogicalOr NotEqual
    """,
    "elementary": """
        Acos Acosh Asin Asinh Atan Atan2 Atanh Cos Cosh Exp Expm1 Log Log1p Rsqrt RsqrtGrad Sigmoid SigmoidGrad Sin
        Sinh Softplus Sqrt SqrtGrad Tan Tanh TanhGrad Xdivy Xlog1py Xlogy
    """,
    "linalg": "BatchMatMul BatchMatMulV2 BatchMatMulV3 Cross MatMul SparseMatMul",
    "einsum": "Einsum",
    "reduce": "All Any ArgMax ArgMin EuclideanNorm Max Mean Min Prod Sum",
    "cumulative": "Cumprod Cumsum CumulativeLogsumexp",
    "activations": """
        Elu EluGrad LeakyRelu LeakyReluGrad Relu Relu6 Relu6Grad ReluGrad Selu SeluGrad SoftplusGrad Softsign
        SoftsignGrad
    """,
    "special": "Digamma Erf Erfc Erfinv Lgamma Ndtri",
    "softmax": "LogSoftmax Softmax SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits",
    "nn": "BiasAdd BiasAddGrad BiasAddV1 InTopK InTopKV2 L2Loss NthElement TopK TopKV2",
    "normalization": """
        BatchNormWithGlobalNormalization FusedBatchNorm FusedBatchNormGrad FusedBatchNormGradV2 FusedBatchNormGradV3
        FusedBatchNormV2 FusedBatchNormV3 LRN LRNGrad
    """,
    "conv": """
        Conv2D Conv2DBackpropFilter Conv2DBackpropFilterV2 Conv2DBackpropInput Conv2DBackpropInputV2 Conv3D
        Conv3DBackpropFilter Conv3DBackpropFilterV2 Conv3DBackpropInput Conv3DBackpropInputV2 DepthwiseConv2dNative
        DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput
    """,
    "pool": """
        AvgPool AvgPool3D AvgPool3DGrad AvgPoolGrad Dilation2D Dilation2DBackpropFilter Dilation2DBackpropInput MaxPool
        MaxPool3D MaxPool3DGrad MaxPool3DGradGrad MaxPoolGrad MaxPoolGradGrad MaxPoolGradGradWithArgmax MaxPoolGradV2
        MaxPoolGradWithArgmax MaxPoolV2 MaxPoolWithArgmax
    """,
    "fractional": "FractionalAvgPool FractionalAvgPoolGrad FractionalMaxPool FractionalMaxPoolGrad",
    "approximate": "ApproxTopK",
    "clip": "ClipByValue",
    "media": "EncodePng EncodeWav",
    "diagonal": """
        Diag DiagPart MatrixBandPart MatrixDiag MatrixDiagPart MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2
        MatrixDiagV3 MatrixSetDiag MatrixSetDiagV2 MatrixSetDiagV3
    """,
    "decomposition": """
        Cholesky CholeskyGrad Eig LogMatrixDeterminant Lu MatrixDeterminant MatrixExponential MatrixInverse
        MatrixLogarithm MatrixSolve MatrixSolveLs MatrixSquareRoot MatrixTriangularSolve SelfAdjointEigV2 Svd
    """,
    "banded": "BandedTriangularSolve TridiagonalMatMul TridiagonalSolve",
    "bessel": """
        BesselI0 BesselI0e BesselI1 BesselI1e BesselJ0 BesselJ1 BesselK0 BesselK0e BesselK1 BesselK1e BesselY0 BesselY1
        Dawsn Expint FresnelCos FresnelSin Spence
    """,
    "incomplete": "Betainc Igamma IgammaGradA Igammac Polygamma RandomGammaGrad Zeta",
    "counting": "Bincount DenseBincount HistogramFixedWidth SparseBincount",
    "isotonic": "IsotonicRegression",
    "quantization": """
        FakeQuantWithMinMaxArgs FakeQuantWithMinMaxArgsGradient FakeQuantWithMinMaxVars FakeQuantWithMinMaxVarsGradient
        FakeQuantWithMinMaxVarsPerChannel FakeQuantWithMinMaxVarsPerChannelGradient QuantizeAndDequantizeV2
        QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 QuantizeAndDequantizeV4Grad
    """,
    "ctc": "CTCLoss CTCGreedyDecoder CTCBeamSearchDecoder",
    "candidates": """
        AllCandidateSampler ComputeAccidentalHits FixedUnigramCandidateSampler LearnedUnigramCandidateSampler
        LogUniformCandidateSampler UniformCandidateSampler
    """,
    "bitwise": "BitwiseAnd BitwiseOr BitwiseXor Invert LeftShift PopulationCount RightShift",
    "array": """
        BroadcastArgs BroadcastGradientArgs BroadcastTo Bitcast CheckNumerics CheckNumericsV2 ConjugateTranspose
        EnsureShape ExpandDims GuaranteeConst Identity IdentityN PreventGradient Range Rank Reshape Shape ShapeN Size
        Snapshot Squeeze StopGradient Transpose
    """,
    "joining": "Concat ConcatOffset ConcatV2 Pack ParallelConcat Split SplitV Tile Unpack",
    "filling": "Empty Fill OneHot OnesLike ZerosLike",
    "indexing": "ResourceStridedSliceAssign Slice StridedSlice StridedSliceGrad TensorStridedSliceUpdate",
    "gathering": """
        DynamicPartition DynamicStitch Gather GatherNd GatherV2 ParallelDynamicStitch ScatterNd
        ScatterNdNonAliasingAdd TensorScatterAdd TensorScatterMax TensorScatterMin TensorScatterSub
        TensorScatterUpdate
    """,
    "selection": "Select SelectV2 Where",
    "segment": """
        SegmentMax SegmentMaxV2 SegmentMean SegmentMin SegmentMinV2 SegmentProd SegmentProdV2 SegmentSum SegmentSumV2
        SparseSegmentMean SparseSegmentMeanGrad SparseSegmentMeanGradV2 SparseSegmentMeanWithNumSegments
        SparseSegmentSqrtN SparseSegmentSqrtNGrad SparseSegmentSqrtNGradV2 SparseSegmentSqrtNWithNumSegments
        SparseSegmentSum SparseSegmentSumGrad SparseSegmentSumGradV2 SparseSegmentSumWithNumSegments
        UnsortedSegmentMax UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum
    """,
    "ragged": """
        RaggedBincount RaggedCross RaggedGather RaggedRange RaggedTensorToSparse RaggedTensorToTensor
    """,
    "ragged_variant": "RaggedTensorFromVariant RaggedTensorToVariant RaggedTensorToVariantGradient",
    "rearranging": """
        BatchToSpace BatchToSpaceND DepthToSpace InvertPermutation MirrorPad MirrorPadGrad Pad PadV2 ReverseSequence
        ReverseV2 Roll SpaceToBatch SpaceToBatchND SpaceToDepth
    """,
    "sequences": "LinSpace",
    "searching": """
        Bucketize EditDistance ListDiff LowerBound Unique UniqueV2 UniqueWithCounts UniqueWithCountsV2 UnravelIndex
        UpperBound
    """,
    "stateless_sampling": """
        RandomIndexShuffle StatelessMultinomial StatelessParameterizedTruncatedNormal
        StatelessRandomBinomial StatelessRandomGammaV2 StatelessRandomGammaV3
        StatelessRandomNormal StatelessRandomPoisson StatelessRandomUniform StatelessRandomUniformFullInt
        StatelessRandomUniformInt StatelessShuffle StatelessTruncatedNormal
    """,
    "generator": """
        NonDeterministicInts RngReadAndSkip RngSkip StatefulRandomBinomial StatefulStandardNormalV2
        StatefulTruncatedNormal StatefulUniform StatefulUniformFullInt StatefulUniformInt
    """,
    "strings": """
        AsString Fingerprint ReduceJoin StringJoin StringLength StringLower StringNGrams StringSplit StringSplitV2
        StringStrip StringToHashBucket StringToHashBucketFast StringToHashBucketStrong StringToNumber StringUpper
        Substr UnsortedSegmentJoin
    """,
    "unicode": "UnicodeDecode UnicodeDecodeWithOffsets UnicodeEncode UnicodeScript UnicodeTranscode",
    "csv": "DecodeCSV",
    "files": "MatchingFiles ReadFile WriteFile",
    "lookup": """
        AnonymousHashTable AnonymousMutableDenseHashTable AnonymousMutableHashTable AnonymousMutableHashTableOfTensors
        HashTableV2 InitializeTableFromTextFileV2 InitializeTableV2 LookupTableExportV2 LookupTableFindV2
        LookupTableImportV2 LookupTableInsertV2 LookupTableRemoveV2 LookupTableSizeV2 MutableDenseHashTableV2
        MutableHashTableOfTensorsV2 MutableHashTableV2
    """,
    "encoding": "DecodeBase64 DecodeCompressed DecodePaddedRaw DecodeRaw EncodeBase64",
    "regex": "RegexFullMatch RegexReplace StaticRegexFullMatch StaticRegexReplace",
    "tensor_list": """
        EmptyTensorList TensorListConcat TensorListConcatLists TensorListConcatV2 TensorListElementShape
        TensorListFromTensor TensorListGather TensorListGetItem TensorListLength TensorListPopBack TensorListPushBack
        TensorListPushBackBatch TensorListReserve TensorListResize TensorListScatter
        TensorListScatterIntoExistingList TensorListScatterV2 TensorListSetItem TensorListSplit TensorListStack
    """,
    "random": """
        Multinomial RandomGamma RandomPoissonV2 RandomShuffle RandomStandardNormal RandomUniform RandomUniformInt
        TruncatedNormal
    """,
    "script": """
        Assert PrintV2 StringFormat EagerPyFunc PyFunc PyFuncStateless
    """,
    "control": """
        Const Placeholder PlaceholderWithDefault FakeParam NoOp PartitionedCall StatefulPartitionedCall
        If StatelessIf Case StatelessCase While StatelessWhile
    """,
    "state": """
        VarHandleOp ReadVariableOp AssignVariableOp AssignAddVariableOp AssignSubVariableOp VarIsInitializedOp
        DestroyResourceOp DisableCopyOnRead VariableShape ResourceGather ResourceGatherNd ResourceScatterAdd ResourceScatterSub
        ResourceScatterMul ResourceScatterDiv ResourceScatterMin ResourceScatterMax ResourceScatterUpdate
        ResourceScatterNdAdd ResourceScatterNdSub ResourceScatterNdMin ResourceScatterNdMax ResourceScatterNdUpdate
    """,
    "stateless_random": """
        StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg StatelessRandomGetAlg StatelessRandomUniformV2 StatelessRandomNormalV2
        StatelessTruncatedNormalV2 StatelessRandomUniformIntV2 StatelessRandomUniformFullIntV2
    """,
    "clock": "Timestamp",
    "cudnn": """
        CudnnRNN CudnnRNNBackprop CudnnRNNBackpropV2 CudnnRNNBackpropV3 CudnnRNNV2 CudnnRNNV3
    """,
    "recurrent": """
        BlockLSTM BlockLSTMGrad BlockLSTMGradV2 BlockLSTMV2 GRUBlockCell GRUBlockCellGrad LSTMBlockCell LSTMBlockCellGrad
    """,
    "training": """
        ResourceApplyAdaMax ResourceApplyAdadelta ResourceApplyAdagrad ResourceApplyAdagradDA
        ResourceApplyAdagradV2 ResourceApplyAdam ResourceApplyAdamWithAmsgrad ResourceApplyAddSign
        ResourceApplyCenteredRMSProp ResourceApplyFtrl ResourceApplyFtrlV2 ResourceApplyGradientDescent
        ResourceApplyKerasMomentum ResourceApplyMomentum ResourceApplyPowerSign ResourceApplyProximalAdagrad
        ResourceApplyProximalGradientDescent ResourceApplyRMSProp ResourceSparseApplyAdadelta
        ResourceSparseApplyAdagrad ResourceSparseApplyAdagradDA ResourceSparseApplyAdagradV2
        ResourceSparseApplyCenteredRMSProp ResourceSparseApplyFtrl ResourceSparseApplyFtrlV2
        ResourceSparseApplyKerasMomentum ResourceSparseApplyMomentum ResourceSparseApplyProximalAdagrad
        ResourceSparseApplyProximalGradientDescent ResourceSparseApplyRMSProp
    """,
    "qr": "Qr",
    "ragged_filling": "RaggedFillEmptyRows RaggedFillEmptyRowsGrad",
    "sparse": """
        SparseConcat SparseFillEmptyRows SparseFillEmptyRowsGrad SparseReorder SparseReshape SparseSlice SparseSliceGrad
        SparseSplit SparseToDense
    """,
    "sets": "DenseToDenseSetOperation DenseToSparseSetOperation SetSize SparseToSparseSetOperation",
    "sparse_serialization": "DeserializeManySparse DeserializeSparse SerializeManySparse SerializeSparse",
    "sparse_counting": "DenseCountSparseOutput RaggedCountSparseOutput SparseCountSparseOutput",
    "sparse_cross": "SparseCross SparseCrossHashed SparseCrossV2",
    "sparse_cwise": "SparseDenseCwiseAdd SparseDenseCwiseDiv SparseDenseCwiseMul",
    "sparse_math": """
        SparseAdd SparseAddGrad SparseReduceMax SparseReduceMaxSparse SparseReduceSum SparseReduceSumSparse SparseSoftmax
        SparseSparseMaximum SparseSparseMinimum SparseTensorDenseAdd SparseTensorDenseMatMul
    """,
}

FAMILY_OF: Final[dict[str, str]] = {op: family for family, ops in FAMILIES.items() for op in ops.split()}
