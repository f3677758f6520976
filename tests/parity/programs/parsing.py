"""Examples parsed as ragged tensors, and sequence examples. Each returns what was parsed."""

from __future__ import annotations


def _feature(tf, values):
    if values and isinstance(values[0], bytes):
        return tf.train.Feature(bytes_list=tf.train.BytesList(value=values))
    if values and isinstance(values[0], float):
        return tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Feature(int64_list=tf.train.Int64List(value=values))


def _example(tf, **features):
    made = {key: _feature(tf, values) for key, values in features.items()}
    return tf.train.Example(features=tf.train.Features(feature=made)).SerializeToString()


def _sequence(tf, context, lists):
    features = {key: _feature(tf, values) for key, values in context.items()}
    made = {key: tf.train.FeatureList(feature=[_feature(tf, each) for each in steps]) for key, steps in lists.items()}
    return tf.train.SequenceExample(
        context=tf.train.Features(feature=features), feature_lists=tf.train.FeatureLists(feature_list=made)
    ).SerializeToString()


def _examples(tf):
    return [
        _example(tf, v=[1, 2, 3], s=[0, 2, 3], l=[1, 2], w=[b"aaa"], x=[0.5]),
        _example(tf, v=[4], s=[0, 1], l=[1], x=[1.5, 2.5]),
        _example(tf),
    ]


def _sequences(tf):
    return [
        _sequence(
            tf, {"a": [1], "b": [b"x", b"yy"]}, {"t": [[1, 2], [3, 4]], "u": [[1], [], [2, 3]], "f": [[1.0], [2.0]]}
        ),
        _sequence(tf, {"a": [2]}, {"t": [[5, 6]], "u": [], "f": []}),
    ]


def _parts(tf, parsed):
    """All tensors, by key; of strings their lengths."""
    if not isinstance(parsed, dict):
        return [_parts(tf, each) for each in parsed]
    found = {}
    for key, value in parsed.items():
        tensors = tf.nest.flatten(value, expand_composites=True)
        found[key] = [
            str(value.dtype),
            [tf.strings.length(each) if each.dtype == tf.string else each for each in tensors],
        ]
    return found


def _batches(tf, examples, features):
    """Eagerly, traced, and one by one."""
    parse = lambda each: tf.io.parse_example(each, features)
    traced = tf.function(parse)(tf.constant(examples))
    singles = [tf.io.parse_single_example(each, features) for each in examples]
    return [_parts(tf, each) for each in (parse(examples), traced, *singles)]


def values_only(tf):
    ragged = tf.io.RaggedFeature
    features = {
        "v": ragged(tf.int64),
        "w": ragged(tf.string, row_splits_dtype=tf.int64),
        "again": ragged(tf.float32, value_key="x"),
        "dense": tf.io.FixedLenFeature([], tf.int64, default_value=-1),
        "sparse": tf.io.VarLenFeature(tf.int64),
    }
    return _batches(tf, _examples(tf), features)


def partitioned(tf):
    ragged = tf.io.RaggedFeature
    partitions = (ragged.RowSplits("s"), ragged.RowLengths("l"), ragged.UniformRowLength(1))
    found = []
    for each in partitions:
        features = {"x": ragged(tf.int64, "v", [each])}
        found += [_parts(tf, tf.io.parse_example(_examples(tf), features)), _batches(tf, _examples(tf)[:2], features)]
    return found


def partitioned_by_places(tf):
    ragged = tf.io.RaggedFeature
    found = []
    for partition, places in (
        (ragged.RowStarts("p"), [[0, 2], [0]]),
        (ragged.RowLimits("p"), [[2, 3], [1]]),
        (ragged.ValueRowIds("p"), [[0, 0, 2], [1]]),
    ):
        examples = [_example(tf, v=values, p=own) for values, own in zip([[1, 2, 3], [7]], places)]
        found.append(_batches(tf, examples, {"x": ragged(tf.int64, "v", [partition])}))
    return found


def partitioned_twice(tf):
    ragged = tf.io.RaggedFeature
    example = [_example(tf, v=[1, 2, 3, 4], l=[1, 3], m=[2]), _example(tf, v=[5, 6], l=[1, 0, 1], m=[1, 2])]
    partitions = [ragged.RowLengths("m"), ragged.RowLengths("l")]
    return _batches(tf, example, {"x": ragged(tf.int64, "v", partitions)})


def partitions_that_do_not_fit(tf):
    ragged = tf.io.RaggedFeature
    feature = ragged(tf.int64, "v", [ragged.RowLengths("l")], validate=True)
    tf.io.parse_example([_example(tf, v=[1, 2, 3], l=[1, 1])], {"x": feature})


def ragged_of_another_type(tf):
    tf.io.parse_example(_examples(tf), {"v": tf.io.RaggedFeature(tf.float32)})


def ragged_of_no_type_of_examples(tf):
    tf.io.parse_example(_examples(tf), {"v": tf.io.RaggedFeature(tf.int32)})


def partitions_that_are_none(tf):
    tf.io.RaggedFeature(tf.int64, partitions=["s"])


def _wanted(tf):
    context = {
        "a": tf.io.FixedLenFeature([], tf.int64),
        "b": tf.io.VarLenFeature(tf.string),
        "z": tf.io.FixedLenFeature([2], tf.float32, default_value=[0.5, 1.5]),
    }
    lists = {
        "t": tf.io.FixedLenSequenceFeature([2], tf.int64),
        "u": tf.io.VarLenFeature(tf.int64),
        "f": tf.io.FixedLenSequenceFeature([], tf.float32),
        "none": tf.io.FixedLenSequenceFeature([3], tf.string, allow_missing=True),
        "nothing": tf.io.VarLenFeature(tf.int64),
    }
    return context, lists


def sequences(tf):
    messages, wanted = _sequences(tf), _wanted(tf)
    parse = lambda each: tf.io.parse_sequence_example(each, *wanted)
    return [_parts(tf, parse(messages)), _parts(tf, tf.function(parse)(tf.constant(messages)))]


def single_sequences(tf):
    context, lists = _wanted(tf)
    parse = lambda each: tf.io.parse_single_sequence_example(each, context, lists)
    return [_parts(tf, parse(each)) for each in _sequences(tf)] + [
        _parts(tf, tf.function(parse)(tf.constant(_sequences(tf)[0])))
    ]


def ragged_sequences(tf):
    ragged = tf.io.RaggedFeature
    context = {"b": ragged(tf.string), "none": ragged(tf.int64)}
    lists = {"u": ragged(tf.int64), "t": ragged(tf.int64, row_splits_dtype=tf.int64), "none": ragged(tf.float32)}
    return [
        _parts(tf, tf.io.parse_sequence_example(_sequences(tf), context, lists)),
        *(_parts(tf, tf.io.parse_single_sequence_example(each, context, lists)) for each in _sequences(tf)),
    ]


def sequences_of_no_messages(tf):
    lists = {"t": tf.io.FixedLenSequenceFeature([2], tf.int64), "u": tf.io.VarLenFeature(tf.int64)}
    return _parts(tf, tf.io.parse_sequence_example(tf.constant([], tf.string), None, lists))


def missing_lists(tf):
    tf.io.parse_sequence_example(_sequences(tf), None, {"z": tf.io.FixedLenSequenceFeature([], tf.int64)})


def missing_context(tf):
    tf.io.parse_sequence_example(_sequences(tf), {"z": tf.io.FixedLenFeature([], tf.int64)})


def nothing_wanted_of_sequences(tf):
    tf.io.parse_sequence_example(_sequences(tf))


def steps_of_another_size(tf):
    tf.io.parse_sequence_example(_sequences(tf), None, {"t": tf.io.FixedLenSequenceFeature([1], tf.int64)})


def steps_of_another_type(tf):
    tf.io.parse_sequence_example(_sequences(tf), None, {"t": tf.io.FixedLenSequenceFeature([2], tf.float32)})


def damaged_sequences(tf):
    tf.io.parse_sequence_example([b"junk!!"], None, {"t": tf.io.FixedLenSequenceFeature([2], tf.int64)})


def other_kinds_in_lists(tf):
    tf.io.parse_sequence_example(_sequences(tf), None, {"t": tf.io.FixedLenFeature([2], tf.int64)})


def several_single_sequences(tf):
    lists = {"t": tf.io.FixedLenSequenceFeature([2], tf.int64)}
    tf.io.parse_single_sequence_example(_sequences(tf), None, lists)
