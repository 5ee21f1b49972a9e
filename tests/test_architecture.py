"""The import arrows, and who may look at the clock, the environment and the arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PACKAGES = ("dags", "waypost", "ingestion", "expectations", "dashboards")
ARROWS = {
    "dags": {"dags", "waypost"},
    "waypost": {"waypost", "ingestion", "expectations", "dashboards"},
    "ingestion": {"ingestion"},
    "expectations": {"expectations"},
    "dashboards": {"dashboards"},
}
LEAVES = ("ingestion.catalogue", "ingestion.privacy")
EDGES = ("waypost/", "dashboards/app.py")
# what tells the machine's time, its environment or how it was called; perf_counter only measures
WORLD = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "os.environ",
    "os.getenv",
    "sys.argv",
    "time.monotonic",
    "time.time",
}
HEAVY = {"dbt", "great_expectations", "polars", "pandas", "streamlit", "deltalake"}


def modules(package: str) -> list[Path]:
    return sorted((PROJECT / package).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    """Full names of what a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_leaf(name: str) -> bool:
    return any(name == leaf or name.startswith(f"{leaf}.") for leaf in LEAVES)


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_follow_the_arrows(package: str) -> None:
    assert modules(package), f"{package} has no module"
    for path in modules(package):
        for name in imported(ast.parse(path.read_text("utf-8"))):
            target = name.partition(".")[0]
            if target in PACKAGES and not is_leaf(name):
                assert target in ARROWS[package], f"{path} imports {name}"


def test_inside_ingestion_the_leaves_know_nobody() -> None:
    leaves = [*modules("ingestion/catalogue"), *modules("ingestion/privacy")]
    for path in leaves:
        for name in imported(ast.parse(path.read_text("utf-8"))):
            assert not name.startswith("ingestion") or is_leaf(name), f"{path} imports {name}"


@pytest.mark.parametrize("package", PACKAGES)
def test_only_the_edges_look_at_the_world(package: str) -> None:
    for path in modules(package):
        place = path.relative_to(PROJECT).as_posix()
        if place.startswith(EDGES):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
                full = f"{owner}.{node.attr}"
                assert full not in WORLD, f"{place}:{node.lineno} reads {full}"


def test_nothing_heavy_is_imported_when_a_dag_file_is_parsed() -> None:
    """What DAG files import at their top, followed through our own modules."""
    seen: set[str] = set()
    open_paths = modules("dags")
    while open_paths:
        path = open_paths.pop()
        tree = ast.parse(path.read_text("utf-8"))
        top = ast.Module([node for node in tree.body if not is_type_checking(node)], [])
        strip_functions(top)
        for name in imported(top):
            assert name.partition(".")[0] not in HEAVY, f"{path} imports {name}"
            file = PROJECT / f"{'/'.join(name.split('.')[:2])}.py"
            if file.exists() and str(file) not in seen:
                seen.add(str(file))
                open_paths.append(file)
    assert str(PROJECT / "waypost/tasks.py") in seen


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"


def strip_functions(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [ast.Pass()]


def test_no_sql_model_asks_a_clock() -> None:
    for path in (PROJECT / "dbt_project").rglob("*"):
        if path.suffix in (".sql", ".yml") and "target" not in path.parts:
            text = path.read_text("utf-8").lower()
            for clock in ("current_timestamp", "current_date", "now()", "today()", "getdate("):
                assert clock not in text, f"{path} mentions {clock}"


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_are_small(package: str) -> None:
    for path in modules(package):
        assert len(path.read_text("utf-8").splitlines()) <= 300, f"{path} is too long"
