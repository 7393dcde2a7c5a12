"results.json says what an independent script finds; what is published is what a run wrote."
import json
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

from edge_export.artifact import load_artifact, sha256
from edge_export.runs import DAYS
from edge_export.publish import hash_outputs
from edge_export.results import published, read_results, write_results
from edge_export.report import write_report


@pytest.fixture(scope="module")
def results(made, digits):
    folder, _, _ = made
    found = write_results(folder, seed=0, parameters={}, date="2026-01-01", days={"1": dict(seconds=1.0, cpu_seconds=2.0)})
    return folder, found


def test_an_independent_script_finds_the_same(results, digits, tmp_path):
    folder, found = results
    np.savez(tmp_path / "evaluation.npz", images=digits.evaluation.images, labels=digits.evaluation.labels)
    done = subprocess.run([sys.executable, ROOT / "tests" / "recompute.py", folder, tmp_path / "evaluation.npz"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(found["rows"]) - 1      # all but the SavedModel, which is a folder


def test_the_report_is_self_contained(results, digits):
    page = write_report(results[0], digits).read_text()
    assert "<script" not in page and "<link" not in page and 'src="http' not in page and "url(" not in page.replace("url(#", "")
    assert all(r["recipe"] in page and r["sha256"] in page for r in results[1]["rows"])


def test_published_artifacts_are_those_of_the_results():
    rows = {r["recipe"]: r for r in read_results(ROOT / "models" / "results.json")["rows"]}
    assert len(rows) == 8
    for recipe, r in rows.items():
        artifact = load_artifact(ROOT / "models" / f"{recipe}.json")
        assert [artifact.sha256, artifact.bytes, artifact.parent] == [r["sha256"], r["bytes"], r["parent"]]
    assert sha256(ROOT / "models" / "torch.safetensors") == rows["onnx-fp32"]["parent"]
    assert sum(p.stat().st_size for p in (ROOT / "models").rglob("*")  if p.is_file()) <= 600 * 1024


def test_published_tables_are_those_of_the_results():
    results = read_results(ROOT / "models" / "results.json")
    assert published(results)._repr_markdown_() in (ROOT / "README.md").read_text()
    card = (ROOT / "models" / "model_card.md").read_text()
    assert all(f"{r['bytes']:,}" in card for r in results["rows"])


def test_published_outputs_were_written_by_a_run():
    marks = json.loads((ROOT / "models" / "published.json").read_text())
    assert marks == {name: hash_outputs(ROOT / "nbs" / "days" / f"{name}.ipynb") for name in DAYS.values()}, "make publish writes them"
