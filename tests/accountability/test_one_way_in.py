"""By the source code: there is one way to case data, and it asks for a view and an inquiry."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import graphsvc

ROOT = Path(graphsvc.__file__).parent

# What reads or writes the graph without a view: the modules that may, and why. `graph` itself and `loading` are the housekeeping.
PAST_THE_VIEW = {
    "alerts/acts.py": "how far the graph is when a watch is set",
    "alerts/asked.py": "which entities bear an identifier that a question named; nobody is told of it",
    "alerts/follow.py": "which batches and runs are to be judged, and which watches are over; causes are asked for with the owner's view",
    "alerts/index.py": "which watches the ids of a batch may concern; what is in view is asked for with the owner's view",
    "alerts/meetings.py": "in which compartments entities are; those that are shared are asked for with the view of either side",
    "api/health.py": "which migrations are applied",
    "cli/db.py": "the console, through `Office.unrestricted`",
    "communities/changed.py": "which load or run a batch is of",
    "communities/facts.py": "which ids the feed names; those in view are asked for with the view",
    "communities/job.py": "how far the graph is, versions; takes away results that are not kept",
    "communities/local.py": "works on links that were read in view, in GDS's memory",
    "communities/projection.py": "works on what was projected in view, in GDS's memory",
    "communities/store.py": "writes what was found in view, under the run that says what it saw",
    "communities/trends/job.py": "how far the graph is, versions; takes away results that are not kept",
    "communities/trends/reading.py": "how many numbers there are to go through, and as of which days loads were",
    "communities/trends/store.py": "writes what was found in view, under the run that says what it saw",
    "connections/find.py": "the names of the indexes that are online",
    "connections/known.py": "which batch was the last by a time, and which as-of dates loads had given",
    "jobs/lease.py": "who runs a job now",
    "jobs/runs.py": "writes how a run goes and ends; runs are read with the view",
    "jobs/worker.py": "which jobs are due",
    "resolution/increments.py": "which ids the feed names since a run; those in view are asked for with the view",
    "resolution/judgements.py": "writes what a steward decided of two entities that were read to be in view",
    "resolution/runs.py": "writes what was decided of entities in view, and what an undone run had changed",
    "screening/lookups.py": "the names of the indexes that are online",
    "sightings/verify.py": "writes a statement, after it was read that the sighting is in view",
}
METHODS = {"run", "step", "stream", "write", "auto", "statement", "look"}
HOUSEKEEPING = ("graph/", "loading/")


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def is_graph(node: ast.expr) -> bool:
    """Whether an expression is a graph, by its name: `graph`, `self._graph`, `r.graph`."""
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name.lstrip("_") == "graph"


def uses(tree: ast.Module, methods: set[str]) -> Iterator[str]:
    """Methods of a graph that are named in a module, called or handed on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in methods and is_graph(node.value):
            yield node.attr


def test_only_housekeeping_touches_the_graph_without_a_view() -> None:
    found = {name for name, tree in modules() if not name.startswith(HOUSEKEEPING) and set(uses(tree, METHODS))}
    assert found == set(PAST_THE_VIEW)


def test_no_graph_goes_by_another_name() -> None:
    """The checks here go by names: what is annotated as a Graph, or made by the functions that open one, is called `graph`."""
    makers = {"open_graph", "connect"}
    for name, tree in modules():
        if name.startswith("graph/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None and "Graph" in names(node.annotation):
                called = node.arg if isinstance(node, ast.arg) else ast.unparse(node.target)
                assert called.rpartition(".")[2].lstrip("_") == "graph", f"{name}:{node.lineno}"
            if isinstance(node, ast.withitem) and isinstance(node.context_expr, ast.Call):
                function = node.context_expr.func
                if isinstance(function, ast.Name) and function.id in makers and node.optional_vars is not None:
                    assert ast.unparse(node.optional_vars) == "graph", f"{name}:{node.context_expr.lineno}"
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name):
                assert node.value.func.id not in makers or ast.unparse(node.targets[0]) == "graph", f"{name}:{node.lineno}"


def names(node: ast.expr) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def test_doors_never_ask_the_graph_themselves() -> None:
    for name, tree in modules():
        if name.startswith(("api/", "cli/")):
            assert not list(uses(tree, {"ask"})), f"{name} asks the graph past the desk"


def test_every_function_that_asks_the_graph_takes_its_view_and_inquiry_and_hands_them_on() -> None:
    asking = 0
    for name, tree in modules():
        for function in ast.walk(tree):
            if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)) or name == "graph/driver.py":
                continue
            for call in own_calls(function):
                if isinstance(call.func, ast.Attribute) and call.func.attr == "ask" and is_graph(call.func.value):
                    asking += 1
                    given = [ast.unparse(one) for one in call.args[:2]]
                    assert [text.rpartition(".")[2] for text in given] == ["view", "inquiry"], f"{name}:{call.lineno} asks as {given}"
                    parameters = {one.arg for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
                    assert {"view", "inquiry"} <= parameters or {text.split(".")[0] for text in given} <= parameters, (
                        f"{name}:{call.lineno}: {function.name} has a view and an inquiry that nobody gave it"
                    )
    assert asking >= 20, "the check finds no calls any more"


def own_calls(function: ast.AST) -> Iterator[ast.Call]:
    """The calls in a function, without those in functions within it that have names of their own."""
    for child in ast.iter_child_nodes(function):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(child, ast.Call):
            yield child
        yield from own_calls(child)


def test_views_are_made_by_permissions_alone() -> None:
    """Who could make a view could see everything: `Permissions.view`, and what narrows one."""
    makers = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "View"
    }
    assert makers == {"graph/view.py", "policy/judge.py"}


def test_commands_open_the_office_where_refusals_are_logged() -> None:
    for name, tree in modules():
        if name.startswith("cli/") and name != "cli/asking.py":
            opened = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            assert "open_office" not in opened, f"{name}: use `office_of`"
