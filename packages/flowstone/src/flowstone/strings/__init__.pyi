"""``tf.strings``; written by ``nox -s api``."""

from flowstone_core.ops.strings import as_string as as_string
from flowstone_core.ragged.strings import bytes_split as bytes_split
from flowstone_core.ops.script import string_format as _string_format_format
from flowstone_core.ops.strings import join as join
from flowstone_core.ops.strings import length as length
from flowstone_core.ops.strings import lower as lower
from flowstone_core.ragged.strings import ngrams as ngrams
from flowstone_core.ops.strings import reduce_join as reduce_join
from flowstone_core.ops.regex import regex_full_match as regex_full_match
from flowstone_core.ops.regex import regex_replace as regex_replace
from flowstone_core.ragged.strings import split as split
from flowstone_core.ops.strings import strip as strip
from flowstone_core.ops.strings import substr as substr
from flowstone_core.ops.strings import to_hash_bucket as to_hash_bucket
from flowstone_core.ops.strings import to_hash_bucket_fast as to_hash_bucket_fast
from flowstone_core.ops.strings import to_hash_bucket_strong as to_hash_bucket_strong
from flowstone_core.ops.strings import to_number as to_number
from flowstone_core.ragged.strings import unicode_decode as unicode_decode
from flowstone_core.ragged.strings import unicode_decode_with_offsets as unicode_decode_with_offsets
from flowstone_core.ragged.strings import unicode_encode as unicode_encode
from flowstone_core.ops.unicode import unicode_script as unicode_script
from flowstone_core.ragged.strings import unicode_split as unicode_split
from flowstone_core.ragged.strings import unicode_split_with_offsets as unicode_split_with_offsets
from flowstone_core.ops.unicode import unicode_transcode as unicode_transcode
from flowstone_core.ops.strings import unsorted_segment_join as unsorted_segment_join
from flowstone_core.ops.strings import upper as upper

format = _string_format_format
