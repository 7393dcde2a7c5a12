"axe on the pages: nothing serious, in light and in dark, and no page wider than a narrow window. It needs Chromium, which make tools installs."
import json
import re
import shutil
import subprocess
from importlib import resources

import pytest

from edge_export.report import write_report
from edge_export.results import write_results

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TEMPLATE = {"color-contrast", "link-in-text-block"}   # what nbconvert's own style breaks, and the site's does not

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is on PATH: make tools installs it on Debian and Ubuntu")


def seen(page, folder, dark=False):
    "Rules that axe finds broken seriously, and by how much the page is wider than the window."
    axe = (resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
    ask = ("axe.run().then(r => { const out = document.createElement('pre'); out.id = 'axe'; out.textContent = JSON.stringify({"
           "wide: document.documentElement.scrollWidth - document.documentElement.clientWidth, broken: r.violations.filter("
           "v => ['serious', 'critical'].includes(v.impact)).map(v => v.id)}); document.body.append(out) })")
    copy = folder / "asked.html"
    copy.write_text(page.read_text(encoding="utf-8").replace("</body>", f"<script>{axe}</script><script>{ask}</script></body>"), encoding="utf-8")
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=500,900", "--virtual-time-budget=60000",
               f"--blink-settings=preferredColorScheme={0 if dark else 1}", "--dump-dom", copy.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    return json.loads(re.search(r'<pre id="axe">(.*?)</pre>', dom)[1])


@pytest.fixture(scope="module")
def report(made, digits):
    write_results(made[0], seed=0, parameters={}, date="2026-01-01", days={"1": dict(seconds=1.0, cpu_seconds=1.0)})
    return write_report(made[0], digits)


@pytest.mark.parametrize("dark", [False, True])
def test_the_report(report, tmp_path, dark):
    assert seen(report, tmp_path, dark) == {"wide": 0, "broken": []}


def test_a_fault_is_seen(report, tmp_path):
    (tmp_path / "bad.html").write_text(report.read_text().replace("</main>", '<img src="x.png"><div style="width:900px">wide</div></main>'))
    found = seen(tmp_path / "bad.html", tmp_path)
    assert "image-alt" in found["broken"] and found["wide"] > 0


def test_the_pages_that_are_read_first(pages, tmp_path):
    read = [*pages[1].glob("days/*.html"), *(pages[1] / f"{n}.html" for n in ("index", "glossary", "410_recipes"))]
    found = {p.stem: set(seen(p, tmp_path)["broken"]) - TEMPLATE for p in read}
    assert {name: broken for name, broken in found.items() if broken} == {}
