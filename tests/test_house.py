"""The rules of the house, read off the code: floors, doors, nothing done on import, a sentence for every name."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted([ROOT / "app.py", *(ROOT / "assistant").rglob("*.py"), *(ROOT / "index").rglob("*.py")])
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}

# Each floor may import itself and those below it.
FLOORS = ["index", "assistant", "app"]
# Each large library enters by these files alone.
DOORS = {
    "chromadb": ("index/vectors.py",),
    "tantivy": ("index/words.py",),
    "sentence_transformers": ("index/embedder.py",),
    "transformers": ("index/embedder.py",),
    "torch": ("index/embedder.py",),
    "huggingface_hub": ("index/embedder.py",),
    "langchain": ("assistant/chat_model.py",),
    "gradio": ("app.py", "assistant/page/"),
    "fastapi": ("app.py", "assistant/page/"),
    "starlette": ("app.py", "assistant/page/"),
    "uvicorn": ("app.py", "assistant/page/"),
    "typer": ("assistant/cli.py",),
    "ijson": ("index/readers/",),
    "yaml": ("index/readers/",),
    "trafilatura": ("index/readers/", "assistant/evaluate/texts.py"),  # there as what is compared with
    "lxml": ("index/readers/",),
    "pypdf": ("index/readers/",),
    "docx": ("index/readers/",),
    "watchfiles": ("index/watch.py",),
    "datasketch": ("index/copies.py",),
    "charset_normalizer": ("index/readers/",),
    "ir_measures": ("assistant/evaluate/metrics.py",),
    "scipy": ("assistant/evaluate/metrics.py",),
    "sklearn": ("assistant/evaluate/metrics.py",),
}


def imported(tree: ast.AST) -> Iterator[str]:
    """The full names of all modules that are imported anywhere in a file, inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their module in full"
            yield node.module or ""


def first(name: str) -> str:
    return name.partition(".")[0]


def test_there_is_something_to_read() -> None:
    assert {"app.py", "assistant/chain.py", "index/vectors.py", "index/readers/text.py"} <= TREES.keys()


@pytest.mark.parametrize("file", TREES)
def test_floors_import_downward(file: str) -> None:
    floor = FLOORS.index(first(file.replace("/", ".")))
    above = set(FLOORS[floor + 1 :])
    assert not above & {first(name) for name in imported(TREES[file])}
    assert "tests" not in {first(name) for name in imported(TREES[file])}


def test_prompts_stand_beside() -> None:
    names = {
        first(name) for name in imported(ast.parse((ROOT / "prompts" / "__init__.py").read_text(encoding="utf-8")))
    }
    assert not names & {*FLOORS, "tests"}


def test_the_page_stands_above_the_assistant() -> None:
    for file, tree in TREES.items():
        if not file.startswith(("app.py", "assistant/page/")):
            assert not [name for name in imported(tree) if name.startswith("assistant.page")], file


@pytest.mark.parametrize("library", DOORS)
def test_a_library_enters_by_its_door(library: str) -> None:
    doors = DOORS[library]
    strays = [
        file
        for file, tree in TREES.items()
        if not file.startswith(doors) and library in {first(name) for name in imported(tree)}
    ]
    assert not strays


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    names = {file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in TREES}
    needs = {name: {other for other in imported_on_load(TREES[file]) if other in names} for name, file in names.items()}
    done: set[str] = set()
    while ready := {name for name, others in needs.items() if name not in done and others <= done}:
        done |= ready
    assert not needs.keys() - done


def imported_on_load(tree: ast.Module) -> Iterator[str]:
    """What importing a file imports; `from package import module` is the module."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            places = [ROOT / name.replace(".", "/") for name in inside]
            modules = [
                name
                for name, place in zip(inside, places, strict=True)
                if place.with_name(place.name + ".py").exists() or (place / "__init__.py").exists()
            ]
            yield from modules or [node.module or ""]


QUIET = """
import sys, threading
opened = []
def watch(event, arguments):
    if event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+"):
        if arguments[0] != "/dev/null":
            opened.append(str(arguments[0]))
    elif event in ("os.mkdir", "os.rename", "os.remove", "sqlite3.connect", "socket.connect", "subprocess.Popen"):
        opened.append(event)
sys.dont_write_bytecode = True
sys.addaudithook(watch)
import {modules}
assert not opened, opened
assert threading.active_count() == 1, threading.enumerate()
heavy = {heavy!r} & sys.modules.keys()
assert not heavy, heavy
"""


@pytest.mark.parametrize(
    ("modules", "heavy"),
    [
        ("app", {"gradio", "torch", "chromadb", "fastapi", "assistant", "index"}),
        (
            "index, assistant, assistant.cli",
            {"gradio", "torch", "sentence_transformers", "transformers", "langchain_core", "assistant.chain"},
        ),
    ],
)
def test_importing_does_nothing(modules: str, heavy: set[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", QUIET.format(modules=modules, heavy=heavy)],
        cwd=ROOT,
        env={"HOME": str(tmp_path), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert (done.stdout, done.stderr) == ("", "")
    assert not list(tmp_path.iterdir())


def public(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every public function and class of a module, and every public method of these classes."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node.name, node
            for inner in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
                    yield f"{node.name}.{inner.name}", inner


@pytest.mark.parametrize("file", [file for file in TREES if not file.startswith(("app.py", "assistant/page/"))])
def test_public_names_say_what_they_give(file: str) -> None:
    tree = TREES[file]
    without = [name for name, node in public(tree) if "." not in name and not ast.get_docstring(node)]  # type: ignore[arg-type]
    assert not without
    assert ast.get_docstring(tree) or not tree.body


@pytest.mark.parametrize("file", TREES)
def test_nothing_prints(file: str) -> None:
    calls = [node for node in ast.walk(TREES[file]) if isinstance(node, ast.Call)]
    assert not [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
