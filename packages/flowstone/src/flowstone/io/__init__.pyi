"""``tf.io``; written by ``nox -s api``."""

from . import gfile as gfile
from flowstone_data.parsing.features import FixedLenFeature as FixedLenFeature
from flowstone_data.parsing.features import FixedLenSequenceFeature as FixedLenSequenceFeature
from flowstone_data.parsing.features import SparseFeature as SparseFeature
from flowstone_data.record_writer import TFRecordOptions as TFRecordOptions
from flowstone_data.record_writer import TFRecordWriter as TFRecordWriter
from flowstone_data.parsing.features import VarLenFeature as VarLenFeature
from flowstone_core.ops.encoding import decode_base64 as decode_base64
from flowstone_core.ops.encoding import decode_compressed as decode_compressed
from flowstone_core.ops.encoding import decode_raw as decode_raw
from flowstone_core.ops.encoding import encode_base64 as encode_base64
from flowstone_core.ops.files import matching_files as matching_files
from flowstone_data.parsing.parse import parse_example as parse_example
from flowstone_data.parsing.parse import parse_single_example as parse_single_example
from flowstone_core.ops.files import read_file as read_file
from flowstone_core.ops.files import write_file as write_file
