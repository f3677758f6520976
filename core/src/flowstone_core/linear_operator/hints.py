"""What is known of an operator before it is computed: whether it is square, singular, self-adjoint, positive definite."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

Hint = bool | None


class Hints(NamedTuple):
    """Each is True, False, or None where nothing is known."""

    is_non_singular: Hint = None
    is_self_adjoint: Hint = None
    is_positive_definite: Hint = None
    is_square: Hint = None


def hints_of(operator: Any) -> Hints:
    """The hints of an operator."""
    return Hints(operator.is_non_singular, operator.is_self_adjoint, operator.is_positive_definite, operator.is_square)


def consistent(hints: Hints) -> Hints:
    """The hints with what follows from them: positive definite is non-singular, both and self-adjoint are square.

    Raises:
        ValueError: If they contradict each other.
    """
    non_singular, self_adjoint, positive_definite, square = hints
    if positive_definite:
        if non_singular is False:
            raise ValueError("A positive definite matrix is always non-singular.")
        non_singular = True
    if non_singular:
        if square is False:
            raise ValueError("A non-singular matrix is always square.")
        square = True
    if self_adjoint:
        if square is False:
            raise ValueError("A self-adjoint matrix is always square.")
        square = True
    return Hints(non_singular, self_adjoint, positive_definite, square)


def every(hints: Sequence[Hint]) -> Hint:
    """True if all are, else None."""
    return True if all(hints) else None


def required(what: Hint, because: str) -> bool:
    """True.

    Raises:
        ValueError: If the hint says False; ``because`` says why it cannot be.
    """
    if what is False:
        raise ValueError(because)
    return True


def inherited(mine: Hint, of: Hint, name: str) -> Hint:
    """A hint, or that of the operator below.

    Raises:
        ValueError: If both are given and differ.
    """
    if mine is not None and of is not None and mine != of:
        raise ValueError(f"The hint {name}={mine} contradicts that of the operator, which is {of}.")
    return of if mine is None else mine


def shared(operators: Sequence[Any], name: str, hint: Hint, because: str) -> Hint:
    """A hint of what is made of several operators: True if all of them have it, else as it is given.

    Raises:
        ValueError: If it is given as False and all have it; ``because`` says why it cannot be.
    """
    return required(hint, because) if all(getattr(operator, name) for operator in operators) else hint


def of_product(left: Any, right: Any) -> Hints:
    """The hints of the product of two operators."""
    square = True if left.shape[-2] is not None and left.shape[-2] == right.shape[-1] else None
    if left.is_square and right.is_square:
        square = True
    elif square is None and left.shape[-2] is not None and right.shape[-1] is not None:
        square = False
    singular = square and (left.is_non_singular is False or right.is_non_singular is False)
    non_singular = False if singular else every((left.is_non_singular, right.is_non_singular))
    return Hints(is_non_singular=non_singular, is_square=square)


def of_commuting_product(left: Any, right: Any) -> Hints:
    """The hints of the product of two operators that commute, such as diagonal ones."""
    return of_product(left, right)._replace(
        is_self_adjoint=every((left.is_self_adjoint, right.is_self_adjoint)),
        is_positive_definite=every((left.is_positive_definite, right.is_positive_definite)),
    )
