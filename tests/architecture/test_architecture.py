"""What may import what, and what has to be current."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {"glasswork_codegen", "glasswork_executor", "glasswork_trainer", "glasswork_registry"}
ALLOWED = {
    "plugins/sdk": {"glasswork_sdk"},
    "plugins/core": {"glasswork_sdk", "glasswork_core"},
    "services/kit": {"glasswork_sdk", "glasswork", "glasswork_servicekit"},
    **{
        f"services/{name}": {"glasswork_sdk", "glasswork", "glasswork_servicekit", f"glasswork_{name}"}
        for name in ("codegen", "executor", "trainer", "registry")
    },
    "gateway": {"glasswork_sdk", "glasswork", "glasswork_servicekit", "glasswork_gateway"},
}
HEAVY = {"tensorflow", "keras"}
WITHOUT_TENSORFLOW = ("plugins/sdk", "plugins/core", "services/kit", "services/codegen", "services/registry", "gateway")


def sources(member: str) -> list[Path]:
    return sorted((ROOT / member / "src").rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def module_level_imports(path: Path) -> Iterator[str]:
    """Yield what is imported when the module is, functions left out."""
    pending: list[ast.AST] = [ast.parse(path.read_text())]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending.extend(ast.iter_child_nodes(node))


@pytest.mark.parametrize("member", ALLOWED)
def test_imports_point_one_way(member: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(member)
        for name in imports(path)
        if (top := name.partition(".")[0]).startswith("glasswork") and top not in ALLOWED[member]
    ]
    assert wrong == []


@pytest.mark.parametrize("member", WITHOUT_TENSORFLOW)
def test_no_server_or_plugin_imports_tensorflow(member: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(member)
        for name in module_level_imports(path)
        if name.partition(".")[0] in HEAVY
    ]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_server_process_imports_no_tensorflow(name: str) -> None:
    code = f"import sys, {name}.__main__; print([m for m in sys.modules if m in ('tensorflow', 'keras')])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "member", [name for name in ALLOWED if name.startswith("services/") and name != "services/kit"]
)
def test_core_knows_no_wire(member: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(member)
        if "core" in path.relative_to(ROOT / member / "src").parts
        for name in imports(path)
        if name.partition(".")[0] in {"grpc", "glasswork"}
    ]
    assert wrong == []


@pytest.mark.parametrize("member", [*ALLOWED, "protos", "cli"])
def test_member_declares_what_it_imports(member: str) -> None:
    project = tomllib.loads((ROOT / member / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[\[<>=; ]", line)[0] for line in project["dependencies"]}
    used = {name.partition(".")[0] for path in sources(member) for name in imports(path)}
    names = {"glasswork": "glasswork-protos"}
    ours = {names.get(top, top.replace("_", "-")) for top in used if top.startswith("glasswork")}
    own = {project["name"], "glasswork-cli"}
    assert ours - own <= declared


def test_no_file_is_longer_than_600_lines() -> None:
    members = [*ALLOWED, "cli", "scripts", "tests", "benchmarks"]
    paths = [path for member in members for path in (ROOT / member).rglob("*.py") if ".venv" not in path.parts]
    assert [str(path.relative_to(ROOT)) for path in paths if len(path.read_text().splitlines()) > 600] == []


def test_every_hook_is_documented_and_used() -> None:
    hooks = [
        node.name
        for node in ast.parse((ROOT / "plugins/sdk/src/glasswork_sdk/hookspecs.py").read_text()).body
        if isinstance(node, ast.FunctionDef)
    ]
    guide = (ROOT / "docs/plugins.md").read_text()
    core = "\n".join(path.read_text() for path in sources("plugins/core"))
    assert hooks
    assert [name for name in hooks if f"`{name}" not in guide] == []
    assert [name for name in hooks if f"def {name}(" not in core] == []


def test_stubs_are_current() -> None:
    command = [sys.executable, str(ROOT / "scripts" / "compile_protos.py"), "--check"]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert told.returncode == 0, told.stderr
