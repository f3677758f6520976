"""Functions of elements."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowstone_core.api import tf
from flowstone_core.tnp.types import as_float, asarray, promoted

# -- two operands ----------------------------------------------------------------------------------------------------


def add(x1: Any, x2: Any) -> Any:
    """The sum; of booleans, whether one is true."""
    x, y = promoted(x1, x2)
    return tf.logical_or(x, y) if x.dtype.is_bool else tf.add(x, y)


def subtract(x1: Any, x2: Any) -> Any:
    """The difference."""
    return tf.subtract(*promoted(x1, x2))


def multiply(x1: Any, x2: Any) -> Any:
    """The product; of booleans, whether both are true."""
    x, y = promoted(x1, x2)
    return tf.logical_and(x, y) if x.dtype.is_bool else tf.multiply(x, y)


def true_divide(x1: Any, x2: Any) -> Any:
    """The quotient, in floats."""
    x, y = promoted(x1, x2)
    return tf.truediv(*((as_float(x), as_float(y)) if x.dtype.is_bool else (x, y)))


divide = true_divide


def floor_divide(x1: Any, x2: Any) -> Any:
    """The quotient, rounded down."""
    x, y = promoted(x1, x2)
    return tf.math.floordiv(*(tf.cast(each, "int8") if each.dtype.is_bool else each for each in (x, y)))


def mod(x1: Any, x2: Any) -> Any:
    """The remainder, with the sign of the divisor."""
    x, y = promoted(x1, x2)
    return tf.math.floormod(*(tf.cast(each, "int8") if each.dtype.is_bool else each for each in (x, y)))


remainder = mod


def divmod(x1: Any, x2: Any) -> Any:
    """The quotient, rounded down, and the remainder."""
    return floor_divide(x1, x2), mod(x1, x2)


def power(x1: Any, x2: Any) -> Any:
    """``x1`` to the power of ``x2``."""
    return tf.pow(*promoted(x1, x2))


def float_power(x1: Any, x2: Any) -> Any:
    """``x1`` to the power of ``x2``, in floats."""
    return power(as_float(x1), as_float(x2))


def maximum(x1: Any, x2: Any) -> Any:
    """The greater."""
    x, y = promoted(x1, x2)
    return tf.logical_or(x, y) if x.dtype.is_bool else tf.maximum(x, y)


def minimum(x1: Any, x2: Any) -> Any:
    """The lesser."""
    x, y = promoted(x1, x2)
    return tf.logical_and(x, y) if x.dtype.is_bool else tf.minimum(x, y)


def _floats(x1: Any, x2: Any) -> Any:
    return promoted(as_float(x1), as_float(x2))


def arctan2(x1: Any, x2: Any) -> Any:
    """The angle of the point ``(x2, x1)``."""
    return tf.atan2(*_floats(x1, x2))


def hypot(x1: Any, x2: Any) -> Any:
    """The length of the hypotenuse."""
    x, y = _floats(x1, x2)
    return tf.sqrt(tf.square(x) + tf.square(y))


def nextafter(x1: Any, x2: Any) -> Any:
    """The next number after ``x1`` towards ``x2``."""
    return tf.math.nextafter(*_floats(x1, x2))


def logaddexp(x1: Any, x2: Any) -> Any:
    """``log(exp(x1) + exp(x2))``."""
    x, y = _floats(x1, x2)
    high = tf.maximum(x, y)
    apart = x - y
    return tf.where(tf.math.is_nan(apart), x + y, high + tf.math.log1p(tf.exp(-tf.abs(apart))))


def logaddexp2(x1: Any, x2: Any) -> Any:
    """``log2(2 ** x1 + 2 ** x2)``."""
    two = np.log(2.0)
    x, y = _floats(x1, x2)
    return logaddexp(x * two, y * two) / two


def heaviside(x1: Any, x2: Any) -> Any:
    """0 for negative numbers, 1 for positive ones, ``x2`` for zero."""
    x, y = _floats(x1, x2)
    zero, one = tf.zeros_like(x), tf.ones_like(x)
    return tf.where(x < 0, zero, tf.where(x > 0, one, y))


def gcd(x1: Any, x2: Any) -> Any:
    """The greatest common divisor."""
    x, y = promoted(x1, x2)
    if not x.dtype.is_integer:
        raise ValueError("Arguments to gcd must be integers.")
    x, y = tf.abs(x) + tf.zeros_like(y), tf.abs(y) + tf.zeros_like(x)

    def step(a: Any, b: Any) -> Any:
        rest = b != 0
        return tf.where(rest, b, a), tf.where(rest, a % tf.where(rest, b, tf.ones_like(b)), b)

    for _ in range(94):  # of two numbers below 2 ** 63 (Fibonacci numbers take the most steps)
        if tf.get_static_value(y) is not None and not np.any(tf.get_static_value(y)):
            break
        x, y = step(x, y)
    return x


def lcm(x1: Any, x2: Any) -> Any:
    """The least common multiple."""
    x, y = promoted(x1, x2)
    divisor = gcd(x, y)
    some = divisor != 0
    return tf.where(some, tf.abs(x * y) // tf.where(some, divisor, tf.ones_like(divisor)), tf.zeros_like(divisor))


# -- comparisons and logic -------------------------------------------------------------------------------------------


def equal(x1: Any, x2: Any) -> Any:
    """Whether equal."""
    return tf.equal(*promoted(x1, x2))


def not_equal(x1: Any, x2: Any) -> Any:
    """Whether not equal."""
    return tf.not_equal(*promoted(x1, x2))


def less(x1: Any, x2: Any) -> Any:
    """Whether less."""
    return tf.less(*promoted(x1, x2))


def less_equal(x1: Any, x2: Any) -> Any:
    """Whether less or equal."""
    return tf.less_equal(*promoted(x1, x2))


def greater(x1: Any, x2: Any) -> Any:
    """Whether greater."""
    return tf.greater(*promoted(x1, x2))


def greater_equal(x1: Any, x2: Any) -> Any:
    """Whether greater or equal."""
    return tf.greater_equal(*promoted(x1, x2))


def truth(x: Any) -> Any:
    """Whether an element is not zero."""
    return tf.cast(asarray(x), tf.bool)


def logical_and(x1: Any, x2: Any) -> Any:
    """Whether both."""
    return tf.logical_and(truth(x1), truth(x2))


def logical_or(x1: Any, x2: Any) -> Any:
    """Whether one at least."""
    return tf.logical_or(truth(x1), truth(x2))


def logical_xor(x1: Any, x2: Any) -> Any:
    """Whether one of the two."""
    return tf.math.logical_xor(truth(x1), truth(x2))


def logical_not(x: Any) -> Any:
    """Whether not."""
    return tf.logical_not(truth(x))


def isclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether ``|a - b| <= atol + rtol * |b|``."""
    x, y = _floats(a, b)
    near = tf.abs(x - y) <= atol + rtol * tf.abs(y)
    return near | (tf.math.is_nan(x) & tf.math.is_nan(y)) if equal_nan else near


def allclose(a: Any, b: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether all are close."""
    return tf.reduce_all(isclose(a, b, rtol, atol, equal_nan))


def array_equal(a1: Any, a2: Any) -> Any:
    """Whether two arrays have one shape and equal elements."""
    x, y = promoted(a1, a2)
    return tf.reduce_all(x == y) if x.shape.is_compatible_with(y.shape) else tf.constant(False)


def _bits(function: Any) -> Any:
    def bitwise(x1: Any, x2: Any) -> Any:
        x, y = promoted(x1, x2)
        if x.dtype.is_bool:
            return tf.cast(function(tf.cast(x, tf.int8), tf.cast(y, tf.int8)), tf.bool)
        return function(x, y)

    return bitwise


def bitwise_and(x1: Any, x2: Any) -> Any:
    """The bits of both."""
    return _bits(tf.bitwise.bitwise_and)(x1, x2)


def bitwise_or(x1: Any, x2: Any) -> Any:
    """The bits of one at least."""
    return _bits(tf.bitwise.bitwise_or)(x1, x2)


def bitwise_xor(x1: Any, x2: Any) -> Any:
    """The bits of one of the two."""
    return _bits(tf.bitwise.bitwise_xor)(x1, x2)


def bitwise_not(x: Any) -> Any:
    """The other bits."""
    x = asarray(x)
    return tf.logical_not(x) if x.dtype.is_bool else tf.bitwise.invert(x)


# -- one operand -----------------------------------------------------------------------------------------------------


def abs(x: Any) -> Any:
    """The absolute value."""
    x = asarray(x)
    return x if x.dtype.is_bool or x.dtype.is_unsigned else tf.abs(x)


absolute = abs


def fabs(x: Any) -> Any:
    """The absolute value, in floats."""
    return tf.abs(as_float(x))


def negative(x: Any) -> Any:
    """The opposite."""
    return tf.negative(asarray(x))


def positive(x: Any) -> Any:
    """The same."""
    return asarray(x)


def sign(x: Any, out: Any = None, where: Any = None, **kwargs: Any) -> Any:
    """-1, 0 or 1; of complex numbers, the number of length 1 in their direction.

    Raises:
        ValueError: If ``out``, ``where`` or another keyword of numpy's is given.
    """
    if out is not None or where is not None or kwargs:
        raise ValueError("tf.numpy doesn't support setting out, where or others; use tf.where on the result.")
    return tf.sign(asarray(x))


def signbit(x: Any) -> Any:
    """Whether negative (also of -0.0)."""
    x = asarray(x)
    if not x.dtype.is_floating:
        return x < 0 if not x.dtype.is_bool else tf.zeros_like(x)
    return tf.where(x == 0, 1 / x < 0, x < 0)


def square(x: Any) -> Any:
    """The square."""
    return tf.square(asarray(x))


def reciprocal(x: Any) -> Any:
    """One divided by it; of integers, rounded towards zero."""
    x = asarray(x)
    return tf.truncatediv(tf.ones_like(x), x) if x.dtype.is_integer else tf.math.reciprocal(x)


def conjugate(x: Any) -> Any:
    """The complex conjugate."""
    return tf.math.conj(asarray(x))


conj = conjugate


def real(val: Any) -> Any:
    """The real part."""
    val = asarray(val)
    return tf.math.real(val) if val.dtype.is_complex else val


def imag(val: Any) -> Any:
    """The imaginary part."""
    val = asarray(val)
    return tf.math.imag(val) if val.dtype.is_complex else tf.zeros_like(val)


def angle(z: Any, deg: bool = False) -> Any:
    """The angle of a complex number, in radians or degrees."""
    found = tf.math.angle(as_float(z))
    return rad2deg(found) if deg else found


def deg2rad(x: Any) -> Any:
    """Degrees as radians."""
    return as_float(x) * (np.pi / 180.0)


def rad2deg(x: Any) -> Any:
    """Radians as degrees."""
    return as_float(x) * (180.0 / np.pi)


def around(a: Any, decimals: int = 0) -> Any:
    """Rounded to so many digits, halves to even."""
    a = asarray(a)
    if a.dtype.is_integer and decimals >= 0:
        return a
    factor = 10.0**decimals
    scaled = as_float(a) * factor
    return tf.cast(tf.round(scaled) / factor, a.dtype)


round = around


def fix(x: Any) -> Any:
    """Rounded towards zero."""
    x = as_float(x)
    return tf.where(x < 0, tf.math.ceil(x), tf.floor(x))


def sinc(x: Any) -> Any:
    """``sin(pi x) / (pi x)``, 1 at zero."""
    x = as_float(x) * np.pi
    safe = tf.where(x == 0, tf.ones_like(x), x)
    return tf.where(x == 0, tf.ones_like(x), tf.sin(safe) / safe)


def cbrt(x: Any) -> Any:
    """The cube root."""
    x = as_float(x)
    return tf.sign(x) * tf.pow(tf.abs(x), 1.0 / 3)


def exp2(x: Any) -> Any:
    """Two to the power of it."""
    x = as_float(x)
    return tf.pow(tf.constant(2, x.dtype) if x.dtype.is_floating else tf.cast(2, x.dtype), x)


def log2(x: Any) -> Any:
    """The logarithm to base 2."""
    return tf.math.log(as_float(x)) / np.log(2.0)


def log10(x: Any) -> Any:
    """The logarithm to base 10."""
    return tf.math.log(as_float(x)) / np.log(10.0)


def isfinite(x: Any) -> Any:
    """Whether finite."""
    return tf.math.is_finite(as_float(x))


def isinf(x: Any) -> Any:
    """Whether infinite."""
    return tf.math.is_inf(as_float(x))


def isnan(x: Any) -> Any:
    """Whether not a number."""
    return tf.math.is_nan(as_float(x))


def isposinf(x: Any) -> Any:
    """Whether plus infinity."""
    return as_float(x) == np.inf


def isneginf(x: Any) -> Any:
    """Whether minus infinity."""
    return as_float(x) == -np.inf


def iscomplex(x: Any) -> Any:
    """Whether the imaginary part is not zero."""
    return imag(x) != 0


def isreal(x: Any) -> Any:
    """Whether the imaginary part is zero."""
    return imag(x) == 0


def iscomplexobj(x: Any) -> bool:
    """Whether of complex type."""
    return bool(asarray(x).dtype.is_complex)


def isrealobj(x: Any) -> bool:
    """Whether not of complex type."""
    return not iscomplexobj(x)


def isscalar(num: Any) -> bool:
    """Whether a number or a tensor without dimensions."""
    return bool(num.shape.rank == 0) if hasattr(num, "shape") and hasattr(num.shape, "rank") else np.isscalar(num)


def clip(a: Any, a_min: Any, a_max: Any) -> Any:
    """Kept between two bounds, either of which may be None.

    Raises:
        ValueError: If both are None.
    """
    if a_min is None and a_max is None:
        raise ValueError("Not more than one of `a_min` and `a_max` may be `None`.")
    a = a if a_max is None else minimum(a, a_max)
    return a if a_min is None else maximum(a, a_min)


def _of_floats(function: str, summary: str) -> Any:
    def elementwise(x: Any) -> Any:
        found = getattr(tf.math, function)
        return found(as_float(x))

    elementwise.__doc__ = summary
    return elementwise


arccos = _of_floats("acos", "The angle with this cosine.")
arccosh = _of_floats("acosh", "The number with this hyperbolic cosine.")
arcsin = _of_floats("asin", "The angle with this sine.")
arcsinh = _of_floats("asinh", "The number with this hyperbolic sine.")
arctan = _of_floats("atan", "The angle with this tangent.")
arctanh = _of_floats("atanh", "The number with this hyperbolic tangent.")
ceil = _of_floats("ceil", "Rounded up.")
cos = _of_floats("cos", "The cosine.")
cosh = _of_floats("cosh", "The hyperbolic cosine.")
exp = _of_floats("exp", "The exponential.")
expm1 = _of_floats("expm1", "The exponential minus 1.")
floor = _of_floats("floor", "Rounded down.")
log = _of_floats("log", "The natural logarithm.")
log1p = _of_floats("log1p", "The natural logarithm of 1 + x.")
sin = _of_floats("sin", "The sine.")
sinh = _of_floats("sinh", "The hyperbolic sine.")
sqrt = _of_floats("sqrt", "The square root.")
tan = _of_floats("tan", "The tangent.")
tanh = _of_floats("tanh", "The hyperbolic tangent.")
