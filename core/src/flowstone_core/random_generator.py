"""``tf.random.Generator``: random numbers from a state that the user can hold, save and split."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from flowstone_core import dtypes
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import as_dtype, float32, int32, int64, uint64
from flowstone_core.ops import array
from flowstone_core.ops import generator as ops
from flowstone_core.ops.cast import cast
from flowstone_core.ops.filling import shape_tensor, zeros, zeros_like
from flowstone_core.ops.joining import concat, stack, unstack
from flowstone_core.ops.random import scaled, uniform_range
from flowstone_core.ops.reduce import reduce_prod
from flowstone_core.ops.stateless_random import (
    STATELESS_FULL_INT,
    STATELESS_NORMAL,
    STATELESS_TRUNCATED_NORMAL,
    STATELESS_UNIFORM,
    STATELESS_UNIFORM_INT,
)
from flowstone_core.philox import MASK_64
from flowstone_core.random_algorithm import Algorithm, as_algorithm, state_size
from flowstone_core.tensor import Tensor, TensorLike
from flowstone_core.trackable import AutoTrackable
from flowstone_core.variable import Variable


def create_rng_state(seed: Any, alg: Any) -> Tensor:
    """The state of a generator that a seed starts: the counter, then the key.

    >>> tf.random.create_rng_state(1, "philox").numpy()
    array([1, 0, 0])

    Args:
        seed: An integer of any size, or a 1-d tensor of integers; what does not fit is cut off.
        alg: The algorithm.
    """
    size = state_size(as_algorithm(alg))
    if isinstance(seed, int):
        seed = np.array([seed >> 64 * i & MASK_64 for i in range(size)], np.uint64).view(np.int64)
    words = array.reshape(_as_state(seed), [-1])[:size]
    missing = size - (words.shape[0] or 0)
    return concat([zeros([missing], int64), words], 0) if missing else words


def _as_state(value: Any) -> Tensor:
    """Integers, signed or not, as int64 of the same bits."""
    if isinstance(value, (list, tuple)) and all(isinstance(word, int) for word in value):
        value = np.array([word & MASK_64 for word in value], np.uint64).view(np.int64)
    return cast(value, int64)


class Generator(AutoTrackable):
    """A generator of random numbers, whose state is a variable.

    The same state always gives the same numbers, on every machine; each method moves the state on. Checkpoints
    hold it.

    >>> g = tf.random.Generator.from_seed(1)
    >>> g.normal([2]).numpy().round(4)
    array([ 0.4384, -0.5344], dtype=float32)

    Make one with ``from_seed``, ``from_state``, ``from_key_counter`` or ``from_non_deterministic_state``.

    Args:
        copy_from: A generator whose state to copy.
        state: Instead: the state, as integers or as a variable to share.
        alg: With ``state``: the algorithm.
    """

    def __init__(self, copy_from: Generator | None = None, state: Any = None, alg: Any = None) -> None:
        if copy_from is not None:
            if state is not None or alg is not None:
                raise AssertionError("A Generator is either copied or made from a state and an algorithm.")
            state, alg = copy_from.state, copy_from.algorithm
            state = state.read_value()
        if state is None or alg is None:
            raise AssertionError("A Generator needs a state and an algorithm.")
        self._algorithm = as_algorithm(alg)
        if isinstance(state, Variable):
            self._check(state.shape)
            self._state_var = state
        else:
            words = _as_state(state)
            self._check(words.shape)
            self._state_var = Variable(words, dtype=int64, trainable=False, name="StateVar")

    def _check(self, shape: Any) -> None:
        shape.assert_is_compatible_with([state_size(self._algorithm)])

    @classmethod
    def from_state(cls, state: Any, alg: Any) -> Generator:
        """A generator with this state."""
        return cls(state=state, alg=alg)

    @classmethod
    def from_seed(cls, seed: Any, alg: Any = None) -> Generator:
        """A generator that a seed starts.

        Args:
            seed: An integer or a 1-d tensor of integers.
            alg: The algorithm; Philox by default.
        """
        chosen = Algorithm.PHILOX if alg is None else as_algorithm(alg)
        return cls(state=create_rng_state(seed, chosen), alg=chosen)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> Generator:
        """A generator whose numbers nobody can foresee."""
        chosen = Algorithm.PHILOX if alg is None else as_algorithm(alg)
        return cls(state=ops.NON_DETERMINISTIC_INTS([state_size(chosen)], dtype=int64), alg=chosen)

    @classmethod
    def from_key_counter(cls, key: TensorLike, counter: TensorLike, alg: Any) -> Generator:
        """A generator with this key (a scalar) and counter (a vector)."""
        chosen = as_algorithm(alg)
        return cls(state=_joined(key, counter), alg=chosen)

    def reset(self, state: TensorLike) -> None:
        """Set the state."""
        words = _as_state(state)
        self._check(words.shape)
        self._state_var.assign(words)

    def reset_from_seed(self, seed: Any) -> None:
        """Set the state to what a seed starts."""
        self._state_var.assign(create_rng_state(seed, self._algorithm))

    def reset_from_key_counter(self, key: TensorLike, counter: TensorLike) -> None:
        """Set the key and the counter."""
        words = _joined(key, counter)
        self._check(words.shape)
        self._state_var.assign(words)

    @property
    def state(self) -> Variable:
        """The state: a variable of the counter and the key."""
        return self._state_var

    @property
    def algorithm(self) -> int:
        """The number of the algorithm."""
        return self._algorithm.value

    @property
    def key(self) -> Tensor:
        """The key.

        Raises:
            ValueError: If the algorithm has none.
        """
        return self._state_var.value()[state_size(self._algorithm) - 1]

    def skip(self, delta: TensorLike) -> Tensor:
        """Move on as if ``delta`` numbers had been drawn; the state before."""
        result: Tensor = ops.RNG_READ_AND_SKIP(self._state_var.handle, cast(self.algorithm, int32), cast(delta, uint64))
        return result

    def _key_counter_alg(self, shape: Tensor) -> tuple[Any, Any, Any]:
        """What the stateless ops take, for as many numbers as ``shape`` holds; the state moves on by them."""
        words = self.skip(reduce_prod(shape))
        counter = state_size(self._algorithm) - 1
        key = array.bitcast(words[counter : counter + 1], uint64)
        return key, array.bitcast(words[:counter], uint64), convert_to_tensor(self.algorithm, int32)

    # -- numbers -------------------------------------------------------------------------------------------

    def normal(
        self,
        shape: Any,
        mean: TensorLike = 0.0,
        stddev: TensorLike = 1.0,
        dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:
        """Normally distributed numbers."""
        wanted, sizes = as_dtype(dtype), shape_tensor(shape)
        numbers = STATELESS_NORMAL(sizes, *self._key_counter_alg(sizes), dtype=wanted)
        return scaled(numbers, convert_to_tensor(stddev, wanted), convert_to_tensor(mean, wanted), name)

    def truncated_normal(
        self,
        shape: Any,
        mean: TensorLike = 0.0,
        stddev: TensorLike = 1.0,
        dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:
        """Normally distributed numbers within two standard deviations of the mean."""
        wanted, sizes = as_dtype(dtype), shape_tensor(shape)
        numbers = STATELESS_TRUNCATED_NORMAL(sizes, *self._key_counter_alg(sizes), dtype=wanted)
        return scaled(numbers, convert_to_tensor(stddev, wanted), convert_to_tensor(mean, wanted), name)

    def uniform(
        self,
        shape: Any,
        minval: Any = 0,
        maxval: Any = None,
        dtype: Any = float32,
        name: str | None = None,
    ) -> Tensor:
        """Uniformly distributed numbers in ``[minval, maxval)``.

        Args:
            shape: The shape of the result.
            minval: The lower bound, included; None for the whole range of an integer type.
            maxval: The upper bound, excluded; 1 for floats.
            dtype: The type.
            name: A name for the operation.

        Raises:
            ValueError: For integers with one bound only.
        """
        wanted, sizes = as_dtype(dtype), shape_tensor(shape)
        if wanted.is_integer:
            if (minval is None) != (maxval is None):
                raise ValueError(
                    f"For integer dtype {wanted}, minval and maxval must be both `None` or both non-`None`; got "
                    f"minval={minval} and maxval={maxval}"
                )
            if minval is None:
                return self.uniform_full_int(shape, wanted, name)
        low = convert_to_tensor(0 if minval is None else minval, wanted)
        high = convert_to_tensor(1 if maxval is None else maxval, wanted)
        if wanted.is_integer:
            numbers: Tensor = STATELESS_UNIFORM_INT(sizes, *self._key_counter_alg(sizes), low, high, name=name)
            return numbers
        numbers = STATELESS_UNIFORM(sizes, *self._key_counter_alg(sizes), dtype=wanted)
        return uniform_range(numbers, low, high, wanted, name)

    def uniform_full_int(self, shape: Any, dtype: Any = dtypes.uint64, name: str | None = None) -> Tensor:
        """Integers over the whole range of a type."""
        sizes = shape_tensor(shape)
        numbers: Tensor = STATELESS_FULL_INT(sizes, *self._key_counter_alg(sizes), dtype=dtype, name=name)
        return numbers

    def binomial(
        self, shape: Any, counts: TensorLike, probs: TensorLike, dtype: Any = int32, name: str | None = None
    ) -> Tensor:
        """How often events of the probabilities ``probs`` happen in ``counts`` trials.

        Args:
            shape: The shape of the result; it must end with what the parameters broadcast to.
            counts: The numbers of trials.
            probs: The probabilities, of the same type.
            dtype: The type of the result.
            name: A name for the operation.
        """
        numbers: Tensor = ops.STATEFUL_BINOMIAL(
            self._state_var.handle,
            convert_to_tensor(self.algorithm, int64),
            shape_tensor(shape),
            counts,
            probs,
            dtype=dtype,
            name=name,
        )
        return numbers

    # -- seeds and generators ------------------------------------------------------------------------------

    def make_seeds(self, count: int = 1) -> Tensor:
        """Seeds for the stateless functions, ``[2, count]``."""
        keys = self.uniform_full_int([count], int64)
        return stack([keys, zeros_like(keys)])

    def split(self, count: int = 1) -> list[Generator]:
        """``count`` generators whose numbers are independent of each other's and of this one's."""
        keys = self.uniform_full_int([count], int64)
        counter = zeros([state_size(self._algorithm) - 1], int64)
        return [type(self)(state=_joined(key, counter), alg=self._algorithm) for key in unstack(keys, num=count)]


def _joined(key: TensorLike, counter: TensorLike) -> Tensor:
    """A state of a counter and a key."""
    word = cast(convert_to_tensor(key), int64)
    word.shape.assert_is_compatible_with([])
    return concat([array.reshape(_as_state(counter), [-1]), array.reshape(word, [1])], 0)


class _Global:
    """The generator that the whole process shares."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.generator: Generator | None = None


_GLOBAL = _Global()


def get_global_generator() -> Generator:
    """The generator that the whole process shares; its state is not foreseeable until you set one."""
    with _GLOBAL.lock:
        if _GLOBAL.generator is None:
            _GLOBAL.generator = Generator.from_non_deterministic_state()
        return _GLOBAL.generator


def set_global_generator(generator: Generator) -> None:
    """Replace the generator that the whole process shares."""
    with _GLOBAL.lock:
        _GLOBAL.generator = generator
