"""``tf.GradientTape``: record what is computed, then differentiate it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from flowstone_core import nest
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.interpreter import pop, push
from flowstone_core.tensor import Tensor

from flowstone_autodiff import jacobians
from flowstone_autodiff.backprop import backpropagate
from flowstone_autodiff.recorder import TRAINABLE_KINDS, Record, Recorder
from flowstone_autodiff.sources import (
    element_type,
    handle_of,
    leaves,
    owners,
    packed,
    parts,
    rebuilt,
    tensor_of,
    zeros_for,
)
from flowstone_autodiff.unconnected import UnconnectedGradients, as_unconnected

_log = logging.getLogger("flowstone")

_USED_UP = (
    "A non-persistent GradientTape can only be used to compute one set of gradients (or jacobians). Make it with "
    "tf.GradientTape(persistent=True) to ask several times, and enter it before you ask."
)


class GradientTape:
    """Records operations, for automatic differentiation.

    Operations are recorded while the tape's context is open and if one of their inputs is watched: trainable
    variables are when they are read, other tensors after ``watch``.

    >>> x = tf.constant(3.0)
    >>> with tf.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> tape.gradient(y, x).numpy()
    np.float32(6.0)

    Tapes nest, which gives higher derivatives:

    >>> with tf.GradientTape() as outer:
    ...     outer.watch(x)
    ...     with tf.GradientTape() as inner:
    ...         inner.watch(x)
    ...         y = x * x * x
    ...     dy_dx = inner.gradient(y, x)
    >>> outer.gradient(dy_dx, x).numpy()
    np.float32(18.0)

    Args:
        persistent: Whether ``gradient`` may be called several times. The records, and the tensors that they
            keep, go when the tape goes; those of a tape that is not persistent go with its first gradient.
        watch_accessed_variables: Whether trainable variables are watched when they are read.
    """

    def __init__(self, persistent: bool = False, watch_accessed_variables: bool = True) -> None:
        self._persistent = persistent
        self._watch_accessed_variables = watch_accessed_variables
        self._recorder: Recorder | None = None
        self._watched_variables: tuple[Any, ...] = ()
        self._recording = False

    def __enter__(self) -> GradientTape:
        """Start (or go on) recording."""
        self._start()
        return self

    def __exit__(
        self, typ: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop recording."""
        if self._recording:
            self._stop()

    def _start(self) -> None:
        if self._recording:
            raise ValueError("Tape is still recording, This can happen if you try to re-enter an already-active tape.")
        if self._recorder is None:
            self._recorder = Recorder(self._watch_accessed_variables)
        push(self._recorder)
        self._recording = True

    def _stop(self) -> None:
        if not self._recording or self._recorder is None:
            raise ValueError("Tape is not recording.")
        pop(self._recorder)
        self._recording = False

    # -- what is recorded ----------------------------------------------------------------------------------

    def watch(self, tensor: Any) -> None:
        """Record from now on what is computed from ``tensor``.

        Args:
            tensor: A tensor, a variable, a composite tensor, or a structure of them.

        Raises:
            ValueError: If it is something else.
        """
        for leaf in [tensor] if isinstance(tensor, Tensor) else nest.flatten(tensor, expand_composites=True):
            handle = handle_of(leaf)
            if handle is None and not isinstance(leaf, Tensor):
                raise ValueError(
                    f"Passed in object {leaf} of type {type(leaf).__name__!r}, not tf.Tensor or tf.Variable or "
                    "ExtensionType. Only tensors can be watched: convert it with tf.constant first."
                )
            if self._recorder is None:
                raise AttributeError(
                    "This GradientTape has never been entered, or has been used up: there is nothing to record on. "
                    "Call watch inside `with tf.GradientTape() as tape:`."
                )
            dtype = element_type(leaf if handle is None else handle)
            if dtype._kind not in TRAINABLE_KINDS:
                _log.warning("The dtype of the watched tensor must be floating (e.g. tf.float32), got %r", dtype)
            if handle is None:
                self._recorder.watch(leaf)
            else:
                self._recorder.watch_variable(handle)

    @contextmanager
    def stop_recording(self) -> Iterator[None]:
        """A context in which nothing is recorded on this tape.

        >>> x = tf.constant(4.0)
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x ** 2
        ...     with tape.stop_recording():
        ...         z = y + 1.0  # not recorded
        >>> tape.gradient(y, x).numpy()
        np.float32(8.0)

        Raises:
            RuntimeError: If the tape is not recording.
        """
        if not self._recording:
            raise RuntimeError("Trying to stop recording a tape which is not recording.")
        self._stop()
        try:
            yield
        finally:
            self._start()

    def reset(self) -> None:
        """Forget what was recorded and what is watched, and go on recording.

        Raises:
            ValueError: If the tape is not recording.
        """
        self._stop()
        self._recorder = None
        self._watched_variables = ()
        self._start()

    def watched_variables(self) -> tuple[Any, ...]:
        """The variables that are watched, in the order in which they were first read or watched."""
        recorder = self._recorder
        if recorder is not None:
            self._watched_variables = owners(recorder.variables) if recorder.variables else ()
        return self._watched_variables

    # -- derivatives ---------------------------------------------------------------------------------------

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
    ) -> Any:
        """The gradient of the sum of ``target``'s elements by each of ``sources``.

        Complex targets and sources: the gradient of a real ``y`` by ``z = a + ib`` is ``dy/da + i dy/db``.

        Args:
            target: A tensor, or a structure of tensors whose gradients are added up.
            sources: A tensor or variable, or a structure of them.
            output_gradients: Weights: for each target a tensor of its shape. Ones if None.
            unconnected_gradients: What to give for a source that the targets do not depend on: ``None``, or
                zeros.

        Returns:
            A structure like ``sources`` of tensors, ``tf.IndexedSlices`` (for what was gathered from) and None.

        Raises:
            RuntimeError: If the tape is not persistent and has been used.
            TypeError: If ``target`` is None.
            ValueError: If ``unconnected_gradients`` is unknown, or ``output_gradients`` fits not the targets.
            LookupError: If an op between has no gradient rule.
        """
        unconnected = as_unconnected(unconnected_gradients)
        self._check(target, "gradient")
        targets = [part for leaf in leaves(target) for part in parts(leaf)]
        weights = _weights(output_gradients, len(targets))
        wanted = leaves(sources)
        components = [parts(source) for source in wanted]
        flat = [part for own in components for part in own]
        records, release, reached = self._take_records(flat)
        gradients = backpropagate(records, targets, flat, weights, release=release, reached=reached)
        if unconnected is UnconnectedGradients.ZERO or not all(isinstance(source, Tensor) for source in wanted):
            given = iter(gradients)
            gradients = []
            for source, own in zip(wanted, components, strict=True):
                found = [next(given) for _ in own]
                if unconnected is UnconnectedGradients.ZERO:
                    found = [zeros_for(part) if each is None else each for each, part in zip(found, own, strict=True)]
                gradients.append(rebuilt(source, found))
        return packed(sources, gradients)

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """All first derivatives: for each source a tensor of shape ``target.shape + source.shape``.

        >>> x = tf.constant([1.0, 2.0])
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x * x
        >>> tape.jacobian(y, x).numpy()
        array([[2., 0.],
               [0., 4.]], dtype=float32)

        Args:
            target: A tensor.
            sources: A tensor or variable, or a structure of them.
            unconnected_gradients: As in ``gradient``.
            parallel_iterations: Accepted.
            experimental_use_pfor: Whether the rows are computed at once (more memory, less time) or one by one.

        Raises:
            RuntimeError: As ``gradient``.
        """
        unconnected = as_unconnected(unconnected_gradients)
        self._check(target, "jacobian")
        tensor = tensor_of(target)
        wanted = leaves(sources)
        records, _, _ = self._take_records([])
        results = jacobians.jacobian(records, tensor, wanted, at_once=experimental_use_pfor)
        if unconnected is UnconnectedGradients.ZERO:
            results = [
                jacobians.zeros(tensor, source) if each is None else each
                for each, source in zip(results, wanted, strict=True)
            ]
        return packed(sources, results)

    def batch_jacobian(
        self,
        target: Tensor,
        source: Tensor,
        unconnected_gradients: Any = UnconnectedGradients.NONE,
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobian of each row ``target[b]`` by its own ``source[b]``: ``[b, target..., source...]``.

        It costs one pass for each element of a row, where ``jacobian`` needs one for each element of all rows;
        right only if row ``b`` of the target depends on row ``b`` of the source alone.

        >>> x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
        >>> with tf.GradientTape() as tape:
        ...     tape.watch(x)
        ...     y = x * x
        >>> tape.batch_jacobian(y, x).numpy()
        array([[[2., 0.],
                [0., 4.]],
        <BLANKLINE>
               [[6., 0.],
                [0., 8.]]], dtype=float32)

        Args:
            target: A tensor of at least one dimension.
            source: A tensor with the same first dimension.
            unconnected_gradients: As in ``gradient``; zeros are given in both cases.
            parallel_iterations: Accepted.
            experimental_use_pfor: As in ``jacobian``.

        Raises:
            ValueError: If the first dimensions differ.
            RuntimeError: As ``gradient``.
        """
        as_unconnected(unconnected_gradients)
        self._check(target, "batch_jacobian")
        rows, source = tensor_of(target), tensor_of(source)
        jacobians.check_batches(rows, source)
        records, _, _ = self._take_records([])
        return jacobians.batch_jacobian(records, rows, source, at_once=experimental_use_pfor)

    def _check(self, target: Any, question: str) -> None:
        if self._recorder is None:
            raise RuntimeError(_USED_UP)
        if target is None:
            raise TypeError(
                "Argument `target` should be a list or nested structure of Tensors, Variables or CompositeTensors to "
                "be differentiated, but received None."
            )
        if self._recording and self._persistent:
            _log.warning(
                "Calling GradientTape.%s on a persistent tape inside its context records the gradient's own ops, "
                "which costs time and memory. Do it only for higher derivatives.",
                question,
            )

    def _take_records(self, sources: list[Tensor]) -> tuple[list[Record], bool, set[int] | None]:
        """The records; whether they may be let go on the way back; what depends on ``sources``, if all of it does."""
        recorder = self._recorder
        if recorder is None:
            raise RuntimeError(_USED_UP)
        watched = recorder.watched
        enough = len(watched) <= len(sources) and {id(source) for source in sources}.issuperset(map(id, watched))
        reached = recorder.known if enough else None
        if self._persistent:
            return recorder.records, False, None if reached is None else reached.copy()
        if self._recording:
            self._stop()
        self.watched_variables()
        self._recorder = None
        return recorder.records, True, reached


def _weights(output_gradients: Any, count: int) -> list[Any]:
    """The weights of ``count`` targets, None for ones."""
    if output_gradients is None:
        return [None] * count
    given = [None if each is None else convert_to_tensor(each) for each in nest.flatten(output_gradients)]
    if len(given) != count:
        raise ValueError(
            f"Expected one of `output_gradients` for each of the {count} targets, received {len(given)}. Pass a "
            "structure like `target`, of tensors."
        )
    return given
