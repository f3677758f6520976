"""``match``: a chain of ``if``, so that its guards and literals may be compared with tensors.

Structural patterns stay with Python: a small ``match`` decides whether the structure fits. Literals inside a
structure are compared afterwards, and names are bound only when everything fits, as Python does.
"""

from __future__ import annotations

import ast

from flowstone_graphfn.autograph import build
from flowstone_graphfn.autograph.conversions.base import OwnScope
from flowstone_graphfn.autograph.naming import Namer


class Matches(OwnScope):
    """Turns ``match`` into ``if``::

    match x:                    subject = x
        case 0: a               if subject == 0: a
        case [y] if y > 0: b    else:
                                    match subject:
                                        case [y]: fits = True
                                        case _: fits = False
                                    if fits and y > 0: b
    """

    def __init__(self, namer: Namer) -> None:
        self.namer = namer

    def visit_Match(self, node: ast.Match) -> list[ast.stmt]:
        """Rewrite one statement."""
        self.generic_visit(node)
        subject = self.namer.new("subject")
        first = build.located(build.assign(subject, node.subject), node.subject)
        return [first, *self._cases(subject, node.cases)]

    def _cases(self, subject: str, cases: list[ast.match_case]) -> list[ast.stmt]:
        if not cases:
            return []
        case, *rest = cases
        before, test = self._test(subject, case)
        if test is None:
            before.append(ast.Pass())
            return [build.located(each, case.pattern) for each in before] + case.body
        chosen = ast.If(test, case.body, self._cases(subject, rest))
        place = case.pattern
        chosen = build.located(chosen, place, case.guard or place)
        return [build.located(each, place) for each in before] + [chosen]

    def _test(self, subject: str, case: ast.match_case) -> tuple[list[ast.stmt], ast.expr | None]:
        """Statements that prepare the test of a case, and the test; None if it is always true."""
        pattern, guard = case.pattern, case.guard
        if isinstance(pattern, ast.MatchAs) and pattern.pattern is None:
            bind = [] if pattern.name is None else [build.assign(pattern.name, build.name(subject))]
            return list(bind), guard
        if (simple := _comparison(subject, pattern)) is not None:
            return [], _both(simple, guard)
        literals = _Literals(self.namer)
        replaced = literals.visit(pattern)
        if not literals.tests:
            fits = self.namer.new("fits")
            return [_structure(subject, pattern, fits)], _both(build.name(fits), guard)
        captures = _Captures(self.namer, literals.names)
        replaced = captures.visit(replaced)
        fits = self.namer.new("fits")
        test: ast.expr = ast.BoolOp(ast.And(), [build.name(fits), *literals.tests])
        before: list[ast.stmt] = [_structure(subject, replaced, fits)]
        if not captures.renamed:
            return before, _both(test, guard)
        hit = self.namer.new("hit")
        bind_all: list[ast.stmt] = [build.assign(name, build.name(held)) for name, held in captures.renamed]
        if guard is not None:
            bind_all.append(build.assign(hit, guard))
        before += [build.assign(hit, test), ast.If(build.name(hit), bind_all, [])]
        return before, build.name(hit)


def _both(test: ast.expr, guard: ast.expr | None) -> ast.expr:
    return test if guard is None else ast.BoolOp(ast.And(), [test, guard])


def _comparison(subject: str, pattern: ast.pattern) -> ast.expr | None:
    """The test of a pattern made of literals only, else None."""
    match pattern:
        case ast.MatchValue(value=value):
            return build.located(ast.Compare(build.name(subject), [ast.Eq()], [value]), pattern)
        case ast.MatchSingleton(value=value):
            return build.located(ast.Compare(build.name(subject), [ast.Is()], [build.constant(value)]), pattern)
        case ast.MatchOr(patterns=patterns):
            tests = [_comparison(subject, each) for each in patterns]
            known = [test for test in tests if test is not None]
            return ast.BoolOp(ast.Or(), known) if len(known) == len(tests) else None
        case _:
            return None


def _structure(subject: str, pattern: ast.pattern, fits: str) -> ast.stmt:
    """``match subject: case pattern: fits = True; case _: fits = False``, with Python's own meaning."""
    yes = ast.match_case(pattern, None, [build.assign(fits, build.constant(True))])
    no = ast.match_case(ast.MatchAs(None, None), None, [build.assign(fits, build.constant(False))])
    if _irrefutable(pattern):
        yes.guard = build.constant(True)
    return build.located(ast.Match(build.name(subject), [yes, no]), pattern)


def _irrefutable(pattern: ast.pattern) -> bool:
    match pattern:
        case ast.MatchAs(pattern=None):
            return True
        case ast.MatchAs(pattern=ast.pattern() as inner):
            return _irrefutable(inner)
        case ast.MatchOr(patterns=patterns):
            return _irrefutable(patterns[-1])
        case _:
            return False


class _Literals(ast.NodeTransformer):
    """Takes the literals out of a structural pattern: ``[0, y]`` becomes ``[item, y]`` and ``item == 0``."""

    def __init__(self, namer: Namer) -> None:
        self.namer = namer
        self.tests: list[ast.expr] = []
        self.names: set[str] = set()

    def _replace(self, pattern: ast.pattern) -> ast.pattern:
        item = self.namer.new("item")
        test = _comparison(item, pattern)
        if test is None:
            return pattern
        self.names.add(item)
        self.tests.append(test)
        return ast.copy_location(ast.MatchAs(None, item), pattern)

    def visit_MatchValue(self, node: ast.MatchValue) -> ast.pattern:
        """A literal."""
        return self._replace(node)

    def visit_MatchOr(self, node: ast.MatchOr) -> ast.pattern:
        """Alternatives: only if all of them are literals."""
        return self._replace(node)


class _Captures(ast.NodeTransformer):
    """Renames what a pattern binds, to bind it later."""

    def __init__(self, namer: Namer, keep: set[str]) -> None:
        self.namer = namer
        self.keep = keep
        self.renamed: list[tuple[str, str]] = []

    def _rename(self, name: str | None) -> str | None:
        if name is None or name in self.keep:
            return name
        held = self.namer.new("held")
        self.renamed.append((name, held))
        return held

    def visit_MatchAs(self, node: ast.MatchAs) -> ast.MatchAs:
        """``pattern as name``."""
        self.generic_visit(node)
        node.name = self._rename(node.name)
        return node

    def visit_MatchStar(self, node: ast.MatchStar) -> ast.MatchStar:
        """``*name``."""
        node.name = self._rename(node.name)
        return node

    def visit_MatchMapping(self, node: ast.MatchMapping) -> ast.MatchMapping:
        """``**name``."""
        self.generic_visit(node)
        node.rest = self._rename(node.rest)
        return node
