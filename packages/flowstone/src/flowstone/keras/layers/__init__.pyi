"""``tf.keras.layers``; written by ``nox -s api``."""

from flowstone_layers.activation.activation import Activation as Activation
from flowstone_layers.merging.elementwise import Add as Add
from flowstone_layers.attention.additive_attention import AdditiveAttention as AdditiveAttention
from flowstone_layers.attention.attention import Attention as Attention
from flowstone_layers.merging.elementwise import Average as Average
from flowstone_layers.pooling.average_pooling import AveragePooling1D as AveragePooling1D
from flowstone_layers.pooling.average_pooling import AveragePooling2D as AveragePooling2D
from flowstone_layers.pooling.average_pooling import AveragePooling1D as _AveragePooling1D_AvgPool1D
from flowstone_layers.pooling.average_pooling import AveragePooling2D as _AveragePooling2D_AvgPool2D
from flowstone_layers.normalization.batch_normalization import BatchNormalization as BatchNormalization
from flowstone_layers.merging.concatenate import Concatenate as Concatenate
from flowstone_layers.convolutional.conv1d import Conv1D as Conv1D
from flowstone_layers.convolutional.conv2d import Conv2D as Conv2D
from flowstone_layers.convolutional.conv2d_transpose import Conv2DTranspose as Conv2DTranspose
from flowstone_layers.convolutional.conv1d import Conv1D as _Conv1D_Convolution1D
from flowstone_layers.convolutional.conv2d import Conv2D as _Conv2D_Convolution2D
from flowstone_layers.convolutional.conv2d_transpose import Conv2DTranspose as _Conv2DTranspose_Convolution2DTranspose
from flowstone_layers.core.dense import Dense as Dense
from flowstone_layers.convolutional.depthwise_conv2d import DepthwiseConv2D as DepthwiseConv2D
from flowstone_layers.regularization.dropout import Dropout as Dropout
from flowstone_layers.activation.parametric import ELU as ELU
from flowstone_layers.core.einsum_dense import EinsumDense as EinsumDense
from flowstone_layers.core.embedding import Embedding as Embedding
from flowstone_layers.reshaping.flatten import Flatten as Flatten
from flowstone_layers.recurrent.gru import GRU as GRU
from flowstone_layers.recurrent.gru import GRUCell as GRUCell
from flowstone_layers.pooling.global_pooling import GlobalAveragePooling1D as GlobalAveragePooling1D
from flowstone_layers.pooling.global_pooling import GlobalAveragePooling2D as GlobalAveragePooling2D
from flowstone_layers.pooling.global_pooling import GlobalAveragePooling1D as _GlobalAveragePooling1D_GlobalAvgPool1D
from flowstone_layers.pooling.global_pooling import GlobalAveragePooling2D as _GlobalAveragePooling2D_GlobalAvgPool2D
from flowstone_layers.pooling.global_pooling import GlobalMaxPooling1D as _GlobalMaxPooling1D_GlobalMaxPool1D
from flowstone_layers.pooling.global_pooling import GlobalMaxPooling2D as _GlobalMaxPooling2D_GlobalMaxPool2D
from flowstone_layers.pooling.global_pooling import GlobalMaxPooling1D as GlobalMaxPooling1D
from flowstone_layers.pooling.global_pooling import GlobalMaxPooling2D as GlobalMaxPooling2D
from flowstone_layers.core.identity import Identity as Identity
from flowstone_layers.core.input_layer import Input as Input
from flowstone_layers.core.input_layer import InputLayer as InputLayer
from flowstone_layers.input_spec import InputSpec as InputSpec
from flowstone_layers.recurrent.lstm import LSTM as LSTM
from flowstone_layers.recurrent.lstm import LSTMCell as LSTMCell
from flowstone_layers.core.lambda_layer import Lambda as Lambda
from flowstone_layers.layer import Layer as Layer
from flowstone_layers.normalization.layer_normalization import LayerNormalization as LayerNormalization
from flowstone_layers.activation.parametric import LeakyReLU as LeakyReLU
from flowstone_layers.core.masking import Masking as Masking
from flowstone_layers.pooling.max_pooling import MaxPooling1D as _MaxPooling1D_MaxPool1D
from flowstone_layers.pooling.max_pooling import MaxPooling2D as _MaxPooling2D_MaxPool2D
from flowstone_layers.pooling.max_pooling import MaxPooling1D as MaxPooling1D
from flowstone_layers.pooling.max_pooling import MaxPooling2D as MaxPooling2D
from flowstone_layers.merging.elementwise import Maximum as Maximum
from flowstone_layers.merging.elementwise import Minimum as Minimum
from flowstone_layers.attention.multi_head_attention import MultiHeadAttention as MultiHeadAttention
from flowstone_layers.merging.elementwise import Multiply as Multiply
from flowstone_layers.recurrent.rnn import RNN as RNN
from flowstone_layers.activation.parametric import ReLU as ReLU
from flowstone_layers.reshaping.reshape import Reshape as Reshape
from flowstone_layers.recurrent.simple_rnn import SimpleRNN as SimpleRNN
from flowstone_layers.recurrent.simple_rnn import SimpleRNNCell as SimpleRNNCell
from flowstone_layers.recurrent.stacked import StackedRNNCells as StackedRNNCells
from flowstone_layers.merging.elementwise import Subtract as Subtract
from flowstone_layers.core.wrapper import Wrapper as Wrapper
from flowstone_layers.merging.elementwise import add as add
from flowstone_layers.merging.elementwise import average as average
from flowstone_layers.merging.concatenate import concatenate as concatenate
from flowstone_layers.saving.layers import deserialize as deserialize
from flowstone_layers.merging.elementwise import maximum as maximum
from flowstone_layers.merging.elementwise import minimum as minimum
from flowstone_layers.merging.elementwise import multiply as multiply
from flowstone_layers.saving.layers import serialize as serialize
from flowstone_layers.merging.elementwise import subtract as subtract

AvgPool1D = _AveragePooling1D_AvgPool1D
AvgPool2D = _AveragePooling2D_AvgPool2D
Convolution1D = _Conv1D_Convolution1D
Convolution2D = _Conv2D_Convolution2D
Convolution2DTranspose = _Conv2DTranspose_Convolution2DTranspose
GlobalAvgPool1D = _GlobalAveragePooling1D_GlobalAvgPool1D
GlobalAvgPool2D = _GlobalAveragePooling2D_GlobalAvgPool2D
GlobalMaxPool1D = _GlobalMaxPooling1D_GlobalMaxPool1D
GlobalMaxPool2D = _GlobalMaxPooling2D_GlobalMaxPool2D
MaxPool1D = _MaxPooling1D_MaxPool1D
MaxPool2D = _MaxPooling2D_MaxPool2D
