"""``return`` inside of statements, ``break``, ``continue`` and the ``else`` of loops, as flags.

The operators run bodies themselves, so no statement may jump out of one. A jump sets a flag; what would have been
skipped is guarded by it. Where one branch of an ``if`` always leaves, the rest moves into the other branch, and no
flag is needed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flowstone_graphfn.autograph import build, marks
from flowstone_graphfn.autograph.errors import UnsupportedError
from flowstone_graphfn.autograph.naming import Namer

_Block = Sequence[ast.stmt]
_RETURN, _BREAK, _CONTINUE = "return", "break", "continue"


@dataclass
class _Loop:
    broken: str
    skipped: str


class Jumps:
    """Rewrites the jumps of one function::

    while a:                    stop = False
        if b:                   while a:            (ends when stop is true)
            break                   if b: stop = True
        c                           else: c
    else:                       if not stop: d
        d
    """

    def __init__(self, namer: Namer) -> None:
        self.namer = namer
        self.loops: list[_Loop] = []
        self.tested: set[str] = set()
        self.lower_returns = False
        self.value = self.done = ""

    def run(self, function: ast.FunctionDef) -> None:
        """Transform the body of ``function``, in place."""
        self.lower_returns = any(_returns_inside(statement) for statement in function.body)
        if not self.lower_returns:
            function.body = self._block(function.body)
            return
        self.value, self.done = self.namer.new("returned"), self.namer.new("done")
        body = list(function.body)
        if self._falls(body):
            body.append(build.located(ast.Return(build.constant(None)), body[-1]))
        lowered = self._block(body)
        start: list[ast.stmt] = [build.assign(self.value, build.operator("NO_RETURN"))]
        if self.done in self.tested:
            start.append(build.assign(self.done, build.constant(False)))
        end = ast.Return(build.call("returned", build.name(self.value)))
        function.body = [*lowered, *self._place([end], lowered[-1])]
        build.prepend(function, start)
        if self.done not in self.tested:
            _Unused(self.done).visit(function)

    # -- what statements may do ----------------------------------------------------------------------------

    def _exits(self, statement: ast.stmt) -> set[str]:
        """How a statement may leave the block around it, other than by an exception."""
        match statement:
            case ast.Return():
                return {_RETURN} if self.lower_returns else set()
            case ast.Break():
                return {_BREAK}
            case ast.Continue():
                return {_CONTINUE}
            case ast.For() | ast.While():
                return (self._exits_of(statement.body) & {_RETURN}) | self._exits_of(statement.orelse)
            case _:
                found: set[str] = set()
                for block in _blocks(statement):
                    found |= self._exits_of(block)
                return found

    def _exits_of(self, body: _Block) -> set[str]:
        found: set[str] = set()
        for statement in body:
            found |= self._exits(statement)
        return found

    def _falls(self, body: _Block) -> bool:
        """Whether the end of a block may be reached."""
        return all(self._completes(statement) for statement in body)

    def _completes(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.Return() | ast.Raise() | ast.Break() | ast.Continue():
                return False
            case ast.If():
                return self._falls(statement.body) or self._falls(statement.orelse)
            case ast.While(test=ast.Constant(value=value)) if value:
                return _BREAK in self._exits_of(statement.body)
            case ast.Try() | ast.TryStar():
                body = self._falls(statement.body) and self._falls(statement.orelse)
                handlers = any(self._falls(handler.body) for handler in statement.handlers)
                return (body or handlers) and self._falls(statement.finalbody)
            case _:  # also `with`, which may swallow an exception
                return True

    # -- rewriting -----------------------------------------------------------------------------------------

    def _block(self, body: _Block) -> list[ast.stmt]:
        result: list[ast.stmt] = []
        for index, statement in enumerate(body):
            rest = list(body[index + 1 :])
            match statement:
                case ast.Return() if self.lower_returns:
                    value = statement.value or build.constant(None)
                    result += self._place([build.assign(self.value, value), self._set(self.done)], statement)
                    return result
                case ast.Break():
                    return result + self._place([self._set(self.loops[-1].broken)], statement)
                case ast.Continue():
                    return result + self._place([self._set(self.loops[-1].skipped)], statement)
                case ast.For() | ast.While():
                    exits = self._exits_of(statement.body) & {_RETURN}
                    before, orelse = self._loop(statement)
                    result += [*before, statement]
                    rest = orelse + rest
                case ast.If():
                    exits = self._exits(statement)
                    moved = bool(exits) and self._into_branch(statement, rest)
                    statement.body, statement.orelse = self._block(statement.body), self._block(statement.orelse)
                    result.append(statement)
                    if moved:
                        return result
                case _:
                    exits = self._exits(statement)
                    self._inside(statement)
                    result.append(statement)
            if exits and rest:
                return result + self._place([self._guard(exits, rest)], statement)
            if rest and isinstance(statement, (ast.For, ast.While)):
                return result + self._block(rest)
        return result

    def _into_branch(self, statement: ast.If, rest: list[ast.stmt]) -> bool:
        """Move the rest of the block into the one branch that goes on; False if both may go on."""
        body, orelse = self._falls(statement.body), self._falls(statement.orelse)
        if body and orelse:
            return False
        if orelse:
            statement.orelse = statement.orelse + rest
        elif body:
            statement.body = statement.body + rest
        return True

    def _inside(self, statement: ast.stmt) -> None:
        if isinstance(statement, (ast.Try, ast.TryStar)):
            if self._exits_of(statement.finalbody):
                line = statement.finalbody[0].lineno
                raise UnsupportedError(f"line {line}: return, break and continue inside `finally` are not converted.")
            exits = self._exits_of(statement.body)
            statement.body = self._block(statement.body)
            for handler in statement.handlers:
                handler.body = self._block(handler.body)
            if exits and statement.orelse:
                statement.orelse = self._place([self._guard(exits, statement.orelse)], statement)
            else:
                statement.orelse = self._block(statement.orelse)
            statement.finalbody = self._block(statement.finalbody)
        elif isinstance(statement, ast.With):
            statement.body = self._block(statement.body)

    def _loop(self, statement: ast.For | ast.While) -> tuple[list[ast.stmt], list[ast.stmt]]:
        """Rewrite a loop in place; what has to be set before it, and its ``else`` to run after it."""
        exits = self._exits_of(statement.body)
        loop = _Loop(self.namer.new("broken"), self.namer.new("skipped"))
        self.loops.append(loop)
        body = self._block(statement.body)
        self.loops.pop()
        orelse = list(statement.orelse)
        statement.orelse = []
        flags, before = [], []
        if _BREAK in exits:
            flags.append(loop.broken)
            before = self._place([build.assign(loop.broken, build.constant(False))], statement)
            if orelse:
                test = ast.UnaryOp(ast.Not(), build.name(loop.broken))
                orelse = self._place([ast.If(test, orelse, [])], statement)
        if _RETURN in exits:
            flags.append(self.done)
        self.tested |= set(flags)
        if loop.skipped in self.tested:
            body = self._place([build.assign(loop.skipped, build.constant(False))], body[0]) + body
        else:
            body = [_Unused(loop.skipped).visit(statement) for statement in body]
        statement.body = body
        marks.set_loop_flags(statement, flags)
        return before, orelse

    def _guard(self, exits: set[str], rest: _Block) -> ast.stmt:
        flags = []
        if _RETURN in exits:
            flags.append(self.done)
        if _BREAK in exits:
            flags.append(self.loops[-1].broken)
        if _CONTINUE in exits:
            flags.append(self.loops[-1].skipped)
        self.tested |= set(flags)
        values = [build.name(flag) for flag in flags]
        test = values[0] if len(values) == 1 else ast.BoolOp(ast.Or(), values)
        return ast.If(ast.UnaryOp(ast.Not(), test), self._block(rest), [])

    def _set(self, flag: str) -> ast.stmt:
        return build.assign(flag, build.constant(True))

    def _place(self, statements: Iterable[ast.stmt], like: ast.stmt) -> list[ast.stmt]:
        """Locate statements at a line that runs whenever they do: that of ``like``, without what is inside it."""
        head = getattr(like, "test", None) or getattr(like, "iter", None)
        return [build.located(statement, like, head) for statement in statements]


class _Unused(ast.NodeTransformer):
    """Turns assignments to a flag that nothing tests into ``pass``: debuggers and coverage still see the line."""

    def __init__(self, flag: str) -> None:
        self.flag = flag

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """Replace ``flag = True``."""
        target = node.targets[0]
        return ast.copy_location(ast.Pass(), node) if isinstance(target, ast.Name) and target.id == self.flag else node


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return []
    blocks = [getattr(statement, field, None) for field in ("body", "orelse", "finalbody")]
    blocks += [handler.body for handler in getattr(statement, "handlers", [])]
    blocks += [case.body for case in getattr(statement, "cases", [])]
    return [block for block in blocks if isinstance(block, list)]


def _returns_inside(statement: ast.stmt, inside: bool = False) -> bool:
    """Whether a ``return`` stands inside an ``if`` or a loop."""
    if isinstance(statement, ast.Return):
        return inside
    inside = inside or isinstance(statement, (ast.If, ast.For, ast.While))
    return any(_returns_inside(each, inside) for block in _blocks(statement) for each in block)
