"""Liveness and definite assignment of variables, for each ``if``, ``while`` and ``for`` of a function.

The code has no ``break``, ``continue`` or conditional ``return`` any more (``conversions.jumps`` turned them into
flags), so both analyses follow its structure.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from flowstone_graphfn.autograph.analysis.effects import Closures, Effects, effects_of
from flowstone_graphfn.autograph.analysis.scope import Scope, own_nodes
from flowstone_graphfn.autograph.marks import loop_flags
from flowstone_graphfn.autograph.source import parameters


@dataclass
class Flow:
    """What control flow conversion needs to know of one statement.

    Attributes:
        state: The variables and dotted names that the statement may change and that matter afterwards (or, in a
            loop, in a later iteration); after them those that only matter to another branch.
        outputs: How many of them matter afterwards.
        unsafe: Those that may have no value at some point where they are looked at.
        fresh: Of a loop's state, what each iteration sets before it uses it.
        tested: Of a loop's state, what the evaluation of its test may change.
    """

    state: list[str] = field(default_factory=list)
    outputs: int = 0
    unsafe: set[str] = field(default_factory=set)
    fresh: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)


@dataclass
class FunctionFlow:
    """The analysis of one function.

    Attributes:
        flows: By ``if``, ``while`` and ``for`` statement.
        partial: Variables that may hold "no value" for a while, because a branch or a loop of the graph sets them.
        uncertain: The loads of names, by ``id``, where the variable is not surely bound.
    """

    flows: dict[ast.stmt, Flow] = field(default_factory=dict)
    partial: set[str] = field(default_factory=set)
    uncertain: set[int] = field(default_factory=set)


_Block = Sequence[ast.stmt]


class _Analysis:
    def __init__(self, function: ast.FunctionDef, scope: Scope) -> None:
        self.scope = scope
        self.closures = Closures.of(function)
        self.outer = scope.globals | scope.nonlocals
        self.always = self.closures.always_live | self.outer
        self.result = FunctionFlow()
        self._effects: dict[int, Effects] = {}

    # -- effects of whole statements ---------------------------------------------------------------------

    def effects(self, node: ast.AST) -> Effects:
        """All effects of a statement with everything inside it, or of an expression."""
        known = self._effects.get(id(node))
        if known is None:
            known = effects_of([node], self.closures)
            if isinstance(node, (ast.With, ast.Try, ast.TryStar)):
                handlers = [inner for inner in ast.walk(node) if isinstance(inner, ast.ExceptHandler)]
                known.unbinds |= {handler.name for handler in handlers if handler.name is not None}
            self._effects[id(node)] = known
        return known

    def block_effects(self, body: _Block) -> Effects:
        total = Effects()
        for statement in body:
            total.merge(self.effects(statement))
        return total

    # -- liveness, backwards -----------------------------------------------------------------------------

    def live(self, body: _Block, after: set[str], caught: set[str]) -> set[str]:
        """The variables whose value matters before ``body``, if those of ``after`` matter after it, and those of
        ``caught`` to a handler that any statement may jump to.
        """
        for statement in reversed(body):
            after = self.live_statement(statement, after, caught) | caught
        return after

    def live_expression(self, node: ast.AST | None, after: set[str]) -> set[str]:
        if node is None:
            return after
        effects = self.effects(node)
        return (after - (effects.sure - effects.reads)) | effects.reads

    def live_statement(self, node: ast.stmt, after: set[str], caught: set[str]) -> set[str]:
        match node:
            case ast.If():
                return self.live_if(node, after, caught)
            case ast.While() | ast.For():
                return self.live_loop(node, after, caught)
            case ast.With():
                after = self.live(node.body, after, caught)
                for item in reversed(node.items):
                    after = self.live_expression(item.optional_vars, after)
                    after = self.live_expression(item.context_expr, after)
                return after
            case ast.Try() | ast.TryStar():
                return self.live_try(node, after, caught)
            case ast.Match():
                before = set(after)
                for case in node.cases:
                    inside = self.live(case.body, after, caught)
                    inside = self.live_expression(case.guard, inside)
                    before |= inside - set(self.effects(case.pattern).sure) | self.effects(case.pattern).reads
                return self.live_expression(node.subject, before)
            case ast.Return():
                return self.live_expression(node.value, set(self.always))
            case ast.Raise():
                return self.live_expression(node, set(caught) | self.always)
            case _:
                return self.live_expression(node, after)

    def live_if(self, node: ast.If, after: set[str], caught: set[str]) -> set[str]:
        effects = self.block_effects([*node.body, *node.orelse])
        effects.merge(self.chain_tests(node))
        inside = self.live(node.body, after, caught) | self.live(node.orelse, after, caught)
        outputs = self.state(effects, after | caught)
        state = outputs + [name for name in self.state(effects, inside) if name not in outputs]
        self.result.flows[node] = Flow(state, len(outputs), set(effects.unbinds))
        return self.live_expression(node.test, inside)

    def chain_tests(self, node: ast.If) -> Effects:
        """The effects of the tests of ``elif`` arms."""
        found = Effects()
        while len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            node = node.orelse[0]
            found.merge(self.effects(node.test))
        return found

    def live_loop(self, node: ast.While | ast.For, after: set[str], caught: set[str]) -> set[str]:
        head = node.test if isinstance(node, ast.While) else None
        target = node.target if isinstance(node, ast.For) else None
        flags = set(loop_flags(node))

        def body_live(after_iteration: set[str]) -> set[str]:
            return self.live_expression(target, self.live(node.body, after_iteration, caught))

        def head_live(after_iteration: set[str], at_exit: set[str]) -> set[str]:
            return self.live_expression(head, body_live(after_iteration) | at_exit) | flags

        carried = head_live(set(), set())
        live = after | head_live(after, after)
        after_test = after | body_live(live)  # (for the statements inside, the last visit counts)
        effects = self.block_effects(node.body)
        tested = self.effects(head) if head is not None else Effects()
        effects.merge(tested)
        if target is not None:
            effects.merge(self.effects(target))
        changed_by_test = tested.binds | tested.changes | tested.attributes
        state = self.state(effects, live | caught | (changed_by_test & after_test))
        sure = self.defined_after(node.body, set())
        if target is not None:
            sure |= self.effects(target).sure
        self.result.flows[node] = Flow(
            state,
            len(state),
            set(effects.unbinds),
            {name for name in state if name in sure and name not in carried | changed_by_test},
            {name for name in state if name in changed_by_test},
        )
        if isinstance(node, ast.For):
            return self.live_expression(node.iter, live)
        return live

    def live_try(self, node: ast.Try | ast.TryStar, after: set[str], caught: set[str]) -> set[str]:
        final = self.live(node.finalbody, after, caught)
        leaving = final | caught if node.finalbody else caught
        handlers = set(leaving)
        for handler in node.handlers:
            inside = self.live(handler.body, final, leaving)
            handlers |= self.live_expression(handler.type, inside - {handler.name or ""})
        after_body = self.live(node.orelse, final, leaving)
        return self.live(node.body, after_body, handlers)

    def state(self, effects: Effects, live: set[str]) -> list[str]:
        live = live | self.always
        names = {name for name in effects.binds | effects.unbinds if name in live}
        known = self.scope.bound | self.outer | self.scope.around
        for name in effects.changes | effects.attributes:
            root, dot, _ = name.partition(".")
            if dot:
                if root not in effects.binds:
                    names.add(name)
            elif name in known and (name in live or name not in self.scope.bound):
                names.add(name)  # (what belongs to the code around is changed while tracing, like any Python object)
        return sorted(names)

    # -- definite assignment, forwards -------------------------------------------------------------------

    def defined_after(self, body: _Block, defined: set[str], note: bool = False) -> set[str]:
        for statement in body:
            defined = self.defined_statement(statement, defined, note)
        return defined

    def defined_expression(self, nodes: Iterable[ast.AST | None], defined: set[str], note: bool) -> set[str]:
        for node in nodes:
            if node is None:
                continue
            if note:
                self.result.uncertain |= {
                    id(name)
                    for name in ast.walk(node)
                    if isinstance(name, ast.Name) and not isinstance(name.ctx, ast.Store) and name.id not in defined
                }
                if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                    self.result.uncertain |= {id(node.target)} if node.target.id not in defined else set()
                assigned = {each.target.id for each in own_nodes([node]) if isinstance(each, ast.NamedExpr)}
                self.result.partial |= assigned - self.effects(node).sure - defined
            effects = self.effects(node)
            defined = (defined - effects.unbinds) | effects.sure
        return defined

    def defined_statement(self, node: ast.stmt, defined: set[str], note: bool) -> set[str]:
        match node:
            case ast.If():
                self.note(node, defined, note)
                defined = self.defined_expression([node.test], defined, note)
                body = self.defined_after(node.body, set(defined), note)
                orelse = self.defined_after(node.orelse, set(defined), note)
                if _never_completes(node.body):
                    return orelse
                return body if _never_completes(node.orelse) else body & orelse
            case ast.While():
                start = defined - self.block_effects(node.body).unbinds
                self.note(node, start, note)
                start = self.defined_expression([node.test], start, note)
                self.defined_after(node.body, set(start), note)
                return start
            case ast.For():
                defined = self.defined_expression([node.iter], defined, note)
                start = defined - self.block_effects(node.body).unbinds
                self.note(node, start, note)
                inside = self.defined_expression([node.target], set(start), note)
                self.defined_after(node.body, inside, note)
                return start
            case ast.With():
                for item in node.items:
                    defined = self.defined_expression([item.context_expr, item.optional_vars], defined, note)
                return self.defined_after(node.body, defined, note) - self.block_effects(node.body).unbinds
            case ast.Try() | ast.TryStar():
                return self.defined_try(node, defined, note)
            case ast.Match():
                return self.defined_match(node, defined, note)
            case _:
                return self.defined_expression([node], defined, note)

    def defined_try(self, node: ast.Try | ast.TryStar, defined: set[str], note: bool) -> set[str]:
        least = defined - self.block_effects(node.body).unbinds
        ends = [self.defined_after(node.orelse, self.defined_after(node.body, set(defined), note), note)]
        for handler in node.handlers:
            inside = self.defined_expression([handler.type], set(least), note)
            name = {handler.name} if handler.name is not None else set()
            end = self.defined_after(handler.body, inside | name, note) - name
            if not _never_completes(handler.body):
                ends.append(end)
        least -= self.block_effects(node.orelse).unbinds
        for handler in node.handlers:
            least -= self.block_effects(handler.body).unbinds
        final = self.defined_after(node.finalbody, set(least), note)
        return set.intersection(*ends) | final

    def defined_match(self, node: ast.Match, defined: set[str], note: bool) -> set[str]:
        defined = self.defined_expression([node.subject], defined, note)
        ends = []
        for case in node.cases:
            inside = self.defined_expression([case.pattern, case.guard], set(defined), note)
            ends.append(self.defined_after(case.body, inside, note))
        last = node.cases[-1]
        irrefutable = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None and last.guard is None
        return set.intersection(*ends) if irrefutable else set.intersection(defined, *ends)

    def note(self, node: ast.stmt, defined: set[str], note: bool) -> None:
        if not note:
            return
        flow = self.result.flows[node]
        known = defined - flow.unsafe
        flow.unsafe = {name for name in flow.state if name not in known}
        own = self.scope.bound | self.outer
        self.result.partial |= {name for name in flow.unsafe if name in own}


def _never_completes(body: _Block) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Raise, ast.Return))


def analyse(function: ast.FunctionDef, scope: Scope, after: set[str] | None = None) -> FunctionFlow:
    """Analyse a function whose jumps have been turned into flags."""
    analysis = _Analysis(function, scope)
    analysis.live(function.body, after or set(analysis.always), set())
    analysis.defined_after(function.body, {each.arg for each in parameters(function.args)}, note=True)
    return analysis.result
