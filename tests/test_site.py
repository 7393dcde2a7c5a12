"The site: configuration and notebooks agree; every page is made by nbdev's own processing; links, anchors and texts hold."
import json
import re
from urllib.parse import unquote

import nbformat
import pytest
import yaml
from conftest import ROOT

from edge_export.docs import repository

NOTEBOOKS = sorted(p.relative_to(ROOT / "nbs").as_posix() for p in (ROOT / "nbs").rglob("*.ipynb")
                   if not any(part.startswith((".", "_")) for part in p.relative_to(ROOT / "nbs").parts))


def listed(entries):
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        elif "href" in entry:
            yield entry["href"]
        else:
            yield from listed(entry.get("contents", []))


def test_every_notebook_is_in_the_sidebar_once():
    site = yaml.safe_load((ROOT / "_quarto.yml").read_text())["website"]
    assert sorted(listed(site["sidebar"]["contents"])) == NOTEBOOKS
    assert {e["href"] for e in site["navbar"]["left"]} <= set(NOTEBOOKS)
    config = yaml.safe_load((ROOT / "_quarto.yml").read_text())
    styles = {s for theme in config["format"]["html"]["theme"].values() for s in theme if s.endswith(".scss")}
    assert all((ROOT / "nbs" / site[k]).exists() for k in ("image", "favicon"))
    assert "tabIndex = 0" in config["format"]["html"]["include-after-body"]["text"]
    assert styles and all((ROOT / "nbs" / s).exists() for s in styles)
    assert site["repo-subdir"] == "nbs" and site["navbar"]["right"][0]["href"] == repository(ROOT)
    pointer = yaml.safe_load((ROOT / "nbs" / "_quarto.yml").read_text())
    assert pointer == {"metadata-files": ["../_quarto.yml", "nbdev.yml"]}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_stored_outputs_name_no_machine(name):
    assert re.findall(r"(?<![\w.~-])/(?:home|root|tmp|work|Users)/[A-Za-z].{,60}", (ROOT / "nbs" / name).read_text()) == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_figure_has_an_alternative_text(name):
    cells = nbformat.read(ROOT / "nbs" / name, 4).cells
    drawn = [c.source for c in cells if any("image/png" in o.get("data", {}) for o in c.get("outputs", []))]
    assert [source for source in drawn if "#| fig-alt: " not in source] == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_cell_options_are_yaml(name):
    "Quarto reads them so; an unquoted colon ends the whole render."
    for cell in nbformat.read(ROOT / "nbs" / name, 4).cells:
        options = [line.removeprefix("#|") for line in cell.source.splitlines() if re.match(r"#\|\s*[\w-]+:", line)]
        if cell.cell_type == "code" and options:
            assert all(isinstance(v, (str, bool)) for v in yaml.safe_load("\n".join(map(str.strip, options))).values())


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_title_stands_alone(name):
    "nbdev empties the whole cell that holds the H1 and its line."
    title, = [c for c in nbformat.read(ROOT / "nbs" / name, 4).cells if c.cell_type == "markdown" and re.search(r"^# \S", c.source, re.M)]
    assert [line[:2] for line in title.source.splitlines() if line.strip()] == ["# ", "> "]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_is_stored_needs_no_script_and_is_not_cut(name):
    "A table is Markdown, not HTML, with which Quarto would bring jquery; a line of code fits into the column."
    cells = nbformat.read(ROOT / "nbs" / name, 4).cells
    assert not [c.id for c in cells for o in c.get("outputs", []) if "text/html" in o.get("data", {})]
    assert [line for c in cells if c.cell_type == "code" for line in c.source.splitlines()
            if len(line) > 130 and not line.startswith("#|")] == []
    stored = [str(o) for c in cells for o in c.get("outputs", [])]
    assert [text[:200] for text in stored if re.search(r"/root/|/home/|/tmp/|site-packages", text)] == []   # a path of somebody's machine


def test_the_home_page_keeps_its_pictures_and_has_no_mermaid(pages):
    home = (pages[1] / "index.ipynb").read_text()
    assert "images/tradeoff.svg" in home and "<img src=" in home and "You have a small PyTorch model" in home
    assert "<!--" not in (ROOT / "nbs" / "index.ipynb").read_text()
    assert "images/series.svg" in home and "{mermaid}" not in home and "```mermaid" in (ROOT / "README.md").read_text()


def test_a_lost_reader_is_led_home(pages):
    assert "[home page](index.ipynb)" in (pages[1] / "404.qmd").read_text()


def test_nothing_is_fetched_from_elsewhere(pages):
    "But the Colab badge. What nbconvert's own template fetches is not on the site."
    badge = "https://colab.research.google.com/assets/colab-badge.svg"
    for path in pages[1].rglob("*.ipynb"):
        text = json.dumps([c.get("outputs") or c.source for c in nbformat.read(path, 4).cells])
        assert set(re.findall(r"""src=\\?["'](https?:[^"'\\]+)""", text)) <= {badge}, path.name


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_stored_error(name):
    cells = nbformat.read(ROOT / "nbs" / name, 4).cells
    assert not any(o.output_type == "error" for c in cells for o in c.get("outputs", []))


def test_every_notebook_becomes_a_page(pages):
    assert sorted(name.replace(".html", ".ipynb") for name in pages[0]) == NOTEBOOKS


def test_links_and_anchors_lead_somewhere(pages):
    found, root = pages
    lost = []
    for name, page in found.items():
        for link in page.links:
            target, _, anchor = unquote(link).partition("#")
            if match := re.match(rf"{repository(ROOT)}/blob/main/(.+)", target):
                if not (ROOT / match[1]).exists():
                    lost.append((name, link))
                continue
            if re.match(r"[a-z]+:", target):
                continue
            path = (root / name).parent / target if target else root / name
            other = path.with_suffix(".html") if path.suffix == ".ipynb" else path
            if not other.exists():
                lost.append((name, link))
            elif anchor and other.suffix == ".html" and anchor not in found[other.resolve().relative_to(root.resolve()).as_posix()].anchors:
                lost.append((name, link))
    assert lost == []


def test_mermaid_reaches_quarto(pages):
    text = (pages[1] / "400_tree.ipynb").read_text()
    assert "```{mermaid}" in text and "```mermaid" not in text


def test_signatures_have_no_links_and_links_are_single(pages):
    for path in pages[1].rglob("*.ipynb"):
        cells = nbformat.read(path, 4).cells
        texts = [c.source for c in cells if c.cell_type == "markdown"]
        texts += ["".join(o.data["text/markdown"]) for c in cells for o in c.get("outputs", []) if "text/markdown" in o.get("data", {})]
        code = [block for t in texts for block in re.findall(r"```python\n.*?```", t, re.S)]
        assert not [block for block in code if "](http" in block], path.name
        assert not [t for t in texts if "[[`" in t], path.name
