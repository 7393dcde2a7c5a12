"What the tests share: the digits, a trained model and all eight artifacts, and the pages of the site, made once a session."
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from edge_export import TREE, SimpleCNN, build, fit, load_data

ROOT = Path(__file__).parent.parent
RENDER = """
if __name__ == "__main__":
    from nbdev.quarto import refresh_quarto_yml
    from nbdev.serve import proc_nbs
    refresh_quarto_yml()
    proc_nbs(n_workers=0)
"""


@pytest.fixture(scope="session")
def digits():
    return load_data("digits")


@pytest.fixture(scope="session")
def made(digits, tmp_path_factory):
    "A folder with a trained model's eight artifacts: (folder, model, files)."
    folder = tmp_path_factory.mktemp("made")
    model = fit(SimpleCNN(), digits, out=folder)
    return folder, model, build(TREE, model, digits, folder)


class Page(HTMLParser):
    "Links and anchors of a page."
    def __init__(self, text):
        super().__init__()
        self.links, self.anchors = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors |= {attrs[k] for k in ("id", "name") if attrs.get(k)}
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])


@pytest.fixture(scope="session")
def pages(tmp_path_factory):
    "All pages as HTML, by nbdev's processing and nbconvert, in a copy of the checkout."
    copy = tmp_path_factory.mktemp("site") / "copy"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "runs", "_out", "_proc", "_docs"))
    (copy / "render.py").write_text(RENDER)
    done = subprocess.run([sys.executable, "render.py"], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    made = sorted((copy / "_proc").rglob("*.ipynb"))
    subprocess.run([sys.executable, "-m", "nbconvert", "--to", "html", "--log-level", "ERROR", *made], cwd=copy, check=True, capture_output=True)
    return {p.relative_to(copy / "_proc").as_posix(): Page(p.read_text()) for p in (copy / "_proc").rglob("*.html")}, copy / "_proc"
