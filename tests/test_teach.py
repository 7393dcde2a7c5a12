"A reader's way through the days: every task left alone, answered wrong and answered right; every word and every call."
import re

import pytest
from conftest import ROOT

from edge_export.runs import DAYS
from edge_export.lessons import answered, cells_in_a_row, cells_of, glossary, is_setup, shown_calls, undefined


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    "Where the days' own check has left its files, if it ran before: nothing is made twice."
    left = ROOT / "nbs" / "days" / "_out"
    return left if left.exists() else tmp_path_factory.mktemp("taught")


@pytest.mark.parametrize("day", DAYS)
def test_every_task_says_nothing_no_and_yes(day, out):
    said = answered(day, out)
    asked = [c for c in cells_of(day) if c.cell_type == "code" and re.search(r"\b(try_it|break_it)\(", c.source)]
    assert len(said) == len(asked) >= 5
    assert {source: v for source, v in said.items() if v != (None, False, True)} == {}
    assert sum("break_it(" in source for source in said) >= 2 and sum("try_it(" in source for source in said) >= 3


@pytest.mark.parametrize("day", DAYS)
def test_a_day_is_read_and_not_only_run(day):
    cells = cells_of(day)
    code = [c for c in cells if c.cell_type == "code" and not is_setup(c)]
    assert cells_in_a_row(cells) <= 2
    assert sum(c.cell_type == "markdown" for c in cells) >= 1.2 * len(code)
    assert all(shown_calls(cells).values())
    folded = [c for c in cells if c.cell_type == "code" and is_setup(c) and "skip-execution" not in c.metadata.get("tags", [])]
    assert all("#| code-fold: true" in c.source for c in folded) and len(folded) == 2


def test_every_word_is_explained_where_it_first_stands():
    assert undefined([cells_of(day) for day in DAYS]) == []
    assert all(sentence.endswith(".") for _, sentence in glossary().values())
    links = re.findall(r"\(\.\./glossary\.ipynb#([\w-]+)\)", "".join(c.source for day in DAYS for c in cells_of(day)))
    assert set(links) <= set(glossary())


@pytest.mark.parametrize("page", ["README.md", "models/model_card.md"])
def test_no_number_of_what_was_learned_is_typed(page):
    "Those of the index come from results.json by a cell; its prose has none."
    text = (ROOT / "nbs" / "index.ipynb").read_text()
    assert "three bits" not in text and "four bits" not in (ROOT / page).read_text()
