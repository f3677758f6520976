"""``tf.io``; written by ``nox -s api``."""

from . import gfile as gfile
from flowstone_data.parsing.features import FixedLenFeature as FixedLenFeature
from flowstone_data.parsing.features import FixedLenSequenceFeature as FixedLenSequenceFeature
from flowstone_data.record_writer import TFRecordOptions as TFRecordOptions
from flowstone_data.record_writer import TFRecordWriter as TFRecordWriter
from flowstone_data.parsing.features import VarLenFeature as VarLenFeature
from flowstone_data.parsing.parse import parse_example as parse_example
from flowstone_data.parsing.parse import parse_single_example as parse_single_example
