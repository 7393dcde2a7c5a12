"The house holds its measures: rooms of a size, cells one can read, five parameters, imports that run one way, lines that fit."
import ast
import re
import statistics
import subprocess
import sys

import nbformat
import pytest
from conftest import ROOT

NOTEBOOKS = sorted(p for p in (ROOT / "nbs").glob("[0-9]*.ipynb"))
ROOM, ROOMS_MEDIAN = 250, 160    # exported lines of a notebook
CELL, CELLS_MEDIAN = 30, 12      # lines of an exported cell
IN_A_ROW = 3                     # exported cells without an example or an assertion between them
SHOWN = 0.9                      # share of the public definitions that one of the next two code cells uses
WORDS = 0.5                      # cells of prose for each cell of code that a reader sees
LINE = 100                       # characters


def exported(path):
    "Exported cells with definitions: their source and syntax tree."
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code" and cell.source.startswith("#| export"):
            tree = ast.parse(cell.source)
            if not all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in tree.body):
                yield cell.source, tree


def lines(source):
    return sum(bool(line.strip()) for line in source.splitlines()[1:])


def test_rooms_and_cells_have_a_size():
    rooms = {p.stem: sum(lines(s) for s, _ in exported(p)) for p in NOTEBOOKS}
    assert {name: n for name, n in rooms.items() if n > ROOM} == {}
    assert statistics.median(n for n in rooms.values() if n) <= ROOMS_MEDIAN
    cells = [lines(s) for p in NOTEBOOKS for s, _ in exported(p)]
    assert max(cells) <= CELL and statistics.median(cells) <= CELLS_MEDIAN


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_functions_take_five_parameters_at_most(path):
    for _, tree in exported(path):
        for f in ast.walk(tree):
            if isinstance(f, ast.FunctionDef):
                names = [a.arg for a in (*f.args.posonlyargs, *f.args.args, *f.args.kwonlyargs) if a.arg not in ("self", "cls")]
                assert len(names) <= 5, f.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_parameters_are_documented(path):
    for source, tree in exported(path):
        text = source.splitlines()
        for f in tree.body:
            if isinstance(f, ast.FunctionDef) and not f.name.startswith("_"):
                names = [a for a in (*f.args.args, *f.args.kwonlyargs, f.args.vararg, f.args.kwarg) if a]
                assert [a.arg for a in names if "  # " not in text[a.lineno - 1]] == [], f.name


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_public_functions_say_what_they_do(path):
    for _, tree in exported(path):
        for f in tree.body:
            if isinstance(f, (ast.FunctionDef, ast.ClassDef)) and not f.name.startswith("_"):
                short = isinstance(f, ast.FunctionDef) and len(f.body) == 1
                assert ast.get_docstring(f) or short, f.name


def modules():
    "Module to the notebook it comes from and the modules of the package that it imports at its top."
    found = {}
    for path in (ROOT / "edge_export").rglob("*.py"):
        notebook = re.search(r"File to edit: (?:\.\./)+nbs/(\w+)\.ipynb", path.read_text())
        if not notebook or path.name == "__init__.py":
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        needed = set()
        for s in ast.parse(path.read_text()).body:
            if isinstance(s, ast.ImportFrom):
                base = ".".join(filter(None, [name.rsplit(".", s.level)[0], s.module])) if s.level else s.module or ""
                needed |= {f"{base}.{a.name}" for a in s.names} | {base}
        found[name] = notebook[1], needed
    return found


def test_imports_run_one_way():
    known = modules()
    back = [(name, other) for name, (room, needed) in known.items() for other in needed & set(known) if known[other][0] >= room]
    assert back == []


def test_formats_know_nothing_of_recipes_and_checks_nothing_of_formats():
    known = modules()
    above = {"edge_export.recipes", "edge_export.drift", "edge_export.race", "edge_export.quantize"}
    assert [n for n, (_, needed) in known.items() if ".formats." in n and needed & above] == []
    assert [n for n in ("edge_export.check", "edge_export.proof") if any(".formats" in m for m in known[n][1])] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_lines_fit(path):
    assert [line for source, _ in exported(path) for line in source.splitlines() if len(line) > LINE] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_an_example_stands_between_definitions(path):
    longest = run = 0
    own = {source for source, _ in exported(path)}
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type == "code":
            run = run + 1 if cell.source in own else 0
            longest = max(longest, run)
    assert longest <= IN_A_ROW


def test_definitions_are_shown_or_asserted_where_they_stand():
    public, shown = [], []
    for path in NOTEBOOKS:
        own = {source for source, _ in exported(path)}
        code = [c.source for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
        for i, source in enumerate(code):
            if source in own:
                examples = "\n".join(s for s in code[i + 1:i + 3] if s not in own)
                names = [s.name for s in ast.parse(source).body if isinstance(s, (ast.FunctionDef, ast.ClassDef))]
                public += [n for n in names if not n.startswith("_")]
                shown += [n for n in names if not n.startswith("_") and re.search(rf"\b{n}\b", examples)]
    assert len(shown) / len(public) >= SHOWN, sorted(set(public) - set(shown))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_there_are_words_between_the_code(path):
    cells = nbformat.read(path, 4).cells
    seen = [c for c in cells if c.cell_type == "code" and not c.source.startswith(("#| hide", "#| default_exp"))]
    seen = [c for c in seen if not all(isinstance(s, (ast.Import, ast.ImportFrom)) for s in ast.parse(c.source).body)]
    assert sum(c.cell_type == "markdown" for c in cells) / len(seen) >= WORDS


def test_nothing_is_imported_in_vain_and_no_name_is_missing():
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--isolated", "--select", "F,E9", "--ignore", "F541,F822",
               "--per-file-ignores", "__init__.py:F401", "edge_export", "tests"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
