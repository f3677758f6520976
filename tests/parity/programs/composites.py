"""Ragged and sparse tensors and batchable extension types as elements: of maps, loops, branches and datasets."""

import typing


def _pair(tf):
    """A batchable extension type, and a value with three slices."""

    class Pair(tf.experimental.BatchableExtensionType):
        x: tf.Tensor
        y: tf.Tensor

    return Pair, Pair(tf.constant([1.0, 2.0, 3.0]), tf.constant([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))


def _ragged(tf):
    return tf.ragged.constant([[1.0, 2.0], [3.0], []])


def _sparse(tf):
    return tf.sparse.from_dense([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0]])


def _both(tf, f, *args):
    """What a function returns, eagerly and traced."""
    return [f(*args), tf.function(f)(*args)]


def _parts(tf, value):
    return tf.nest.flatten(value, expand_composites=True)


def pairs_mapped_to_tensors(tf):
    _, pairs = _pair(tf)
    return _both(tf, lambda p: tf.map_fn(lambda e: e.x + tf.reduce_sum(e.y), p, fn_output_signature=tf.float32), pairs)


def pairs_mapped_to_pairs(tf):
    Pair, pairs = _pair(tf)
    spec = Pair.Spec(tf.TensorSpec([], tf.float32), tf.TensorSpec([2], tf.float32))
    return _both(
        tf, lambda p: _parts(tf, tf.map_fn(lambda e: Pair(e.x * 2, e.y + 1), p, fn_output_signature=spec)), pairs
    )


def tensors_mapped_to_pairs(tf):
    Pair, _ = _pair(tf)
    spec = Pair.Spec(tf.TensorSpec([], tf.float32), tf.TensorSpec([2], tf.float32))

    def mapped(x):
        return _parts(tf, tf.map_fn(lambda e: Pair(e, tf.stack([e, e])), x, fn_output_signature=spec))

    return _both(tf, mapped, tf.constant([1.0, 2.0]))


def pairs_mapped_without_signature(tf):
    Pair, pairs = _pair(tf)
    return _both(tf, lambda p: _parts(tf, tf.map_fn(lambda e: Pair(e.x * 2, e.y), p)), pairs)


def gradients_through_mapped_pairs(tf):
    Pair, _ = _pair(tf)
    x, y = tf.constant([1.0, 2.0]), tf.constant([3.0, 4.0])
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        z = tf.map_fn(lambda e: e.x * e.y * e.y, Pair(x, y), fn_output_signature=tf.float32)
    return tape.gradient(z, [x, y])


def sparse_mapped_to_tensors(tf):
    return _both(tf, lambda s: tf.map_fn(tf.sparse.reduce_sum, s, fn_output_signature=tf.float32), _sparse(tf))


def sparse_mapped_to_sparse(tf):
    spec = tf.SparseTensorSpec([2], tf.float32)

    def mapped(s):
        return _parts(tf, tf.map_fn(lambda e: e.with_values(e.values * 2), s, fn_output_signature=spec))

    return _both(tf, mapped, _sparse(tf))


def tensors_mapped_to_sparse(tf):
    spec = tf.SparseTensorSpec([2], tf.float32)
    return _both(
        tf,
        lambda x: _parts(tf, tf.map_fn(tf.sparse.from_dense, x, fn_output_signature=spec)),
        tf.constant([[0.0, 1.0]]),
    )


def ragged_mapped(tf):
    spec = tf.RaggedTensorSpec([None], tf.float32)
    return [
        _both(tf, lambda r: tf.map_fn(tf.reduce_sum, r, fn_output_signature=tf.float32), _ragged(tf)),
        _both(tf, lambda r: _parts(tf, tf.map_fn(lambda e: e * 2, r, fn_output_signature=spec)), _ragged(tf)),
    ]


def several_composites_mapped_together(tf):
    _, pairs = _pair(tf)

    def mapped(p, s, r):
        return tf.map_fn(
            lambda e: e[0].x + tf.sparse.reduce_sum(e[1]) * tf.reduce_sum(e[2]),
            (p, s, r),
            fn_output_signature=tf.float32,
        )

    return _both(tf, mapped, pairs, _sparse(tf), _ragged(tf))


def composites_of_different_lengths(tf):
    _, pairs = _pair(tf)
    tf.map_fn(lambda e: e[0].x, (pairs, tf.constant([1.0, 2.0])), fn_output_signature=tf.float32)


def pairs_of_different_lengths(tf):
    Pair, _ = _pair(tf)
    tf.map_fn(lambda e: e.x, Pair([1.0, 2.0], [1.0]), fn_output_signature=tf.float32)


def pairs_of_scalars(tf):
    Pair, _ = _pair(tf)
    tf.map_fn(lambda e: e.x, Pair(1.0, 2.0), fn_output_signature=tf.float32)


def extension_types_that_are_not_batchable(tf):
    class Plain(tf.experimental.ExtensionType):
        x: tf.Tensor

    tf.map_fn(lambda e: e.x, Plain([1.0]), fn_output_signature=tf.float32)


def pairs_vectorized(tf):
    Pair, pairs = _pair(tf)
    return [
        _both(tf, lambda p: tf.vectorized_map(lambda e: e.x + tf.reduce_sum(e.y), p), pairs),
        _both(tf, lambda p: _parts(tf, tf.vectorized_map(lambda e: Pair(e.x * 2, e.y + e.x), p)), pairs),
    ]


def composites_in_while_loops(tf):
    def twice(value):
        def body(i, v):
            return i + 1, tf.nest.map_structure(
                lambda t: t + 1 if t.dtype == tf.float32 else t, v, expand_composites=True
            )

        return _parts(tf, tf.while_loop(lambda i, v: i < 2, body, (0, value))[1])

    return [_both(tf, twice, value) for value in (_ragged(tf), _sparse(tf), _pair(tf)[1])]


def composites_in_branches(tf):
    def chosen(value):
        total = tf.reduce_sum(_parts(tf, value)[0])
        one = tf.cond(tf.cast(total, tf.float32) > -1.0, lambda: value, lambda: value)
        two = tf.switch_case(tf.cast(total, tf.int32) * 0 + 1, [lambda: value, lambda: value])
        return _parts(tf, (one, two))

    return [_both(tf, chosen, value) for value in (_ragged(tf), _sparse(tf), _pair(tf)[1])]


def pairs_as_elements_of_datasets(tf):
    Pair, pairs = _pair(tf)
    sliced = tf.data.Dataset.from_tensor_slices(pairs)
    mapped = sliced.map(lambda e: Pair(e.x + 1, e.y))
    return [
        [_parts(tf, each) for each in sliced],
        [_parts(tf, each) for each in mapped.batch(2)],
        [_parts(tf, each) for each in mapped.batch(2, drop_remainder=True)],
        [_parts(tf, each) for each in mapped.batch(2).unbatch()],
        [_parts(tf, each) for each in tf.data.Dataset.from_tensors(pairs).unbatch().skip(1)],
        [_parts(tf, each) for each in tf.data.Dataset.from_tensor_slices((pairs, _sparse(tf), [7, 8, 9])).batch(2)],
        [str(each.element_spec.x.shape) for each in (sliced, sliced.batch(2), sliced.batch(2, True))],
    ]


def fields_that_are_composites(tf):
    class Mixed(tf.experimental.BatchableExtensionType):
        rows: tf.RaggedTensor
        cells: tf.SparseTensor
        scale: int = 2

    mixed = Mixed(_ragged(tf), _sparse(tf))
    sums = tf.map_fn(
        lambda e: tf.reduce_sum(e.rows) * e.scale + tf.sparse.reduce_sum(e.cells), mixed, fn_output_signature=tf.float32
    )
    batches = tf.data.Dataset.from_tensor_slices(mixed).batch(2)
    return [sums, [(_parts(tf, each), each.scale) for each in batches]]


def specs_of_batches(tf):
    Pair, _ = _pair(tf)
    spec = Pair.Spec(tf.TensorSpec([3], tf.float32), tf.TensorSpec([3, None], tf.int32))
    encoder = tf.experimental.ExtensionTypeBatchEncoder()
    sparse, ragged = tf.SparseTensorSpec([3, 2], tf.int32), tf.RaggedTensorSpec([3, None], tf.int32)
    return [
        [str(each.x.shape), str(each.y.shape)]
        for each in (spec._batch(5), spec._batch(None), spec._unbatch(), encoder.batch(spec, 2), encoder.unbatch(spec))
    ] + [[str(each._batch(4).shape), str(each._unbatch().shape)] for each in (sparse, ragged, tf.TensorSpec([3, None]))]


def scalars_are_not_unbatched(tf):
    Pair, _ = _pair(tf)
    Pair.Spec(tf.TensorSpec([]), tf.TensorSpec([]))._unbatch()


def encoders_of_ones_own(tf):
    """Rows of different lengths, padded where they are stacked."""

    class Encoder(tf.experimental.ExtensionTypeBatchEncoder):
        def batch(self, spec, batch_size):
            return Rows.Spec(tf.RaggedTensorSpec([batch_size, *spec.values.shape], tf.float32))

        def unbatch(self, spec):
            return Rows.Spec(tf.TensorSpec(spec.values.shape[1:], tf.float32))

        def encoding_specs(self, spec):
            return tf.TensorSpec([None] * (spec.values.shape.rank - 1) + [4], tf.float32)

        def encode(self, spec, value, minimum_rank=0):
            if isinstance(value.values, tf.RaggedTensor):
                return value.values.to_tensor(-1.0, shape=[None, 4])
            return tf.concat([value.values, tf.fill([4 - tf.size(value.values)], -1.0)], 0)

        def decode(self, spec, encoded_value):
            if spec.values.shape.rank == 2:
                return Rows(tf.RaggedTensor.from_tensor(encoded_value, padding=-1.0))
            return Rows(tf.boolean_mask(encoded_value, encoded_value >= 0.0))

    class Rows(tf.experimental.BatchableExtensionType):
        __batch_encoder__ = Encoder()
        values: typing.Union[tf.Tensor, tf.RaggedTensor]  # noqa: UP007 - TensorFlow takes no other union

    rows = Rows(_ragged(tf))
    return [
        tf.map_fn(lambda e: tf.reduce_sum(e.values), rows, fn_output_signature=tf.float32),
        [_parts(tf, each) for each in tf.data.Dataset.from_tensor_slices(rows)],
        [_parts(tf, each) for each in tf.data.Dataset.from_tensor_slices(rows).batch(2)],
    ]
