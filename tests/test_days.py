"What every day notebook promises its reader and papermill."
import ast
import re

import nbformat
import pytest
from conftest import ROOT

from edge_export.runs import DAYS, declared
from edge_export.docs import colab_badge, install_cell

NOTEBOOKS = [ROOT / "nbs" / "days" / f"{name}.ipynb" for name in DAYS.values()]


@pytest.fixture(params=NOTEBOOKS, ids=lambda p: p.stem)
def day(request):
    return request.param, nbformat.read(request.param, 4).cells


def test_every_day_is_known_to_the_command_line():
    assert sorted(NOTEBOOKS) == sorted((ROOT / "nbs" / "days").glob("*.ipynb"))


def test_parameters_are_typed_literals_with_comments(day):
    path, cells = day
    assert 3 <= len(declared(path)) <= 6
    source, = [c.source for c in cells if "parameters" in c.metadata.get("tags", [])]
    assert all(isinstance(n, ast.AnnAssign) for n in ast.parse(source).body)
    assert all(re.search(r"#\s+\S", line) for line in source.splitlines() if not line.startswith("#|"))


def test_badge_and_install_cell_come_from_settings(day):
    path, cells = day
    assert cells[0].source == colab_badge(f"days/{path.name}", ROOT)
    install = next(c for c in cells if "google.colab" in c.source and c.cell_type == "code")
    extras = next((e for day, e in (("day5", "tflite,qat"), ("day6", "tflite,qat,targets")) if day in path.name), "tflite")
    assert install.source == install_cell(extras, ROOT), "make publish writes it"
    assert {"skip-execution", "nbval-skip"} <= set(install.metadata.tags)


def test_a_day_tells_a_story(day):
    path, cells = day
    code = [c for c in cells if c.cell_type == "code"]
    assert not any(re.search(r"^#\| *export|^\s*(def|class) ", c.source, re.M) for c in code)
    lines = [[line for line in c.source.splitlines() if not line.startswith("#|")] for c in code if "parameters" not in c.metadata.get("tags", [])]
    assert max(map(len, lines)) <= 5
    assert any(c.outputs for c in code), "no stored outputs"
    assert not any(o.output_type == "error" for c in code for o in c.outputs)


def test_stored_claims_are_compared(day):
    _, cells = day
    claims = [c for c in cells if "nbval-check-output" in c.metadata.get("tags", [])]
    assert len(claims) >= 2 and all(c.outputs for c in claims)
