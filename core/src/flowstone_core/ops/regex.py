"""Regular expressions, in RE2's syntax."""

from __future__ import annotations

from typing import Any

from flowstone_core import dtypes, infer
from flowstone_core.conversion import convert_to_tensor
from flowstone_core.dtypes import string
from flowstone_core.interpreter import building_graph
from flowstone_core.op import Op
from flowstone_core.spec import Spec
from flowstone_core.tensor import Tensor, TensorLike


def _infer_replace(x: Spec, pattern: Spec, rewrite: Spec, *, replace_global: bool) -> Spec:
    infer.with_rank(pattern, 0, "RegexReplace: pattern")
    infer.with_rank(rewrite, 0, "RegexReplace: rewrite")
    return Spec(x.shape, x.dtype)


def _infer_match(x: Spec, pattern: Spec) -> Spec:
    infer.with_rank(pattern, 0, "RegexFullMatch: pattern")
    return Spec(x.shape, dtypes.bool)


REGEX_REPLACE = Op(
    "RegexReplace",
    ("input: string", "pattern: string", "rewrite: string"),
    ("output: string",),
    ("replace_global: bool = true",),
    infer=_infer_replace,
)
STATIC_REGEX_REPLACE = Op(
    "StaticRegexReplace",
    ("input: string",),
    ("output: string",),
    ("pattern: string", "rewrite: string", "replace_global: bool = true"),
    infer=infer.unchanged,
)
REGEX_FULL_MATCH = Op("RegexFullMatch", ("input: string", "pattern: string"), ("output: bool",), infer=_infer_match)
STATIC_REGEX_FULL_MATCH = Op(
    "StaticRegexFullMatch",
    ("input: string",),
    ("output: bool",),
    ("pattern: string",),
    infer=infer.shaped_as_first(dtypes.bool),
)


def regex_replace(
    input: TensorLike, pattern: Any, rewrite: Any, replace_global: bool = True, name: str | None = None
) -> Any:
    r"""Replace what matches ``pattern``.

    >>> tf.strings.regex_replace("Text with tags.<br /><b>contains html</b>", "<[^>]+>", " ").numpy()
    b'Text with tags.  contains html '

    Args:
        input: Strings.
        pattern: A regular expression in RE2's syntax.
        rewrite: What takes its place; ``\1`` to ``\9`` stand for groups and ``\0`` for the whole match.
        replace_global: Whether all matches are replaced, or only the first.
        name: A name for the operation.

    Raises:
        tf.errors.InvalidArgumentError: If the pattern is no regular expression.
    """
    if all(isinstance(each, (str, bytes)) for each in (pattern, rewrite)):
        return STATIC_REGEX_REPLACE(input, pattern=pattern, rewrite=rewrite, replace_global=replace_global, name=name)
    if not building_graph():
        pattern, rewrite = convert_to_tensor(pattern, string), convert_to_tensor(rewrite, string)
    return REGEX_REPLACE(input, pattern, rewrite, replace_global=replace_global, name=name)


def regex_full_match(input: TensorLike, pattern: Any, name: str | None = None) -> Tensor:
    """Whether ``pattern`` matches each string as a whole.

    >>> tf.strings.regex_full_match(["TF lib", "lib TF"], ".*lib$").numpy()
    array([ True, False])
    """
    result: Tensor
    if isinstance(pattern, (str, bytes)):
        result = STATIC_REGEX_FULL_MATCH(input, pattern=pattern, name=name)
    else:
        result = REGEX_FULL_MATCH(input, pattern, name=name)
    return result
