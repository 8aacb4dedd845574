"""The house's rules that a machine can hold: imports point down, statuses change in one place."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ["suppliers", "agreements", "audits", "training"]
MAY_IMPORT = {
    "csr_portal.core": set(),
    "suppliers": {"csr_portal.core"},
    "agreements": {"csr_portal.core", "suppliers"},
    "audits": {"csr_portal.core", "suppliers"},
    "training": {"csr_portal.core", "suppliers"},
}
LAYERS = [
    {"permissions", "querysets", "states", "scoring"},
    {"models"},
    {"gates", "reports"},
    {"tasks"},
    {"workflow"},
    {"sweeps", "forms", "defaults"},
    {"views", "api", "admin"},
    {"urls"},
]


def sources(package):
    folder = ROOT / package.replace(".", "/")
    return [path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts]


def imported_modules(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(module):
    if module == "csr_portal.core" or module.startswith("csr_portal.core."):
        return "csr_portal.core"
    top = module.split(".")[0]
    return top if top in {*APPS, "csr_portal"} else None


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_between_packages_point_down(package):
    allowed = MAY_IMPORT[package] | {package, None}
    wrong = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in sources(package)
        for module in imported_modules(path)
        if module != "csr_portal" and package_of(module) not in allowed
    }
    assert wrong == set()


def layer_of(name):
    return next((number for number, names in enumerate(LAYERS) if name in names), None)


@pytest.mark.parametrize("app", APPS)
def test_imports_inside_an_app_point_down(app):
    wrong = set()
    for path in sources(app):
        own = layer_of(path.relative_to(ROOT / app).parts[0].removesuffix(".py"))
        for module in imported_modules(path):
            parts = module.split(".")
            if own is None or parts[0] != app or len(parts) < 2:
                continue
            other = layer_of(parts[1])
            if other is not None and other > own:
                wrong.add(f"{path.relative_to(ROOT)}: {module}")
    assert wrong == set()


def test_statuses_change_in_the_workflow_engine_only():
    pattern = re.compile(r"\.status = ")
    places = {
        str(path.relative_to(ROOT))
        for package in ["csr_portal", *APPS]
        for path in sources(package)
        if pattern.search(path.read_text("utf-8"))
    }
    assert places <= {"csr_portal/core/workflow.py"}


def test_example_environment_lists_every_variable():
    settings = (ROOT / "csr_portal/settings.py").read_text("utf-8")
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    listed = set(re.findall(r"^#?\s?([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    assert listed == read
