"edge-export run: resumed after an interrupt, shown when finished, rebuilt only below what changed."
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from edge_export.results import read_results

EPOCHS = ["-p", "epochs", "12"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


def start(runs, *arguments):
    command = [str(Path(sys.executable).parent / "edge-export"), "run", "--dataset", "digits", "--out", str(runs), *EPOCHS, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)


def records(folder):
    "When each artifact's record was written."
    return {p.name: p.stat().st_mtime_ns for p in folder.glob("*-*.json")}


def test_interrupt_then_resume(runs):
    job = start(runs)
    deadline = time.monotonic() + 300
    while not list(runs.glob("*/onnx-int8-dynamic.json")) and job.poll() is None and time.monotonic() < deadline:
        time.sleep(.05)
    os.killpg(job.pid, signal.SIGINT)
    said = job.communicate(timeout=120)[1]
    assert job.returncode == 130, said
    assert "The same command goes on from here" in said
    folder, = [p for p in runs.iterdir() if not p.name.startswith(".")]
    assert not (folder / "results.json").exists() and not list(folder.glob(".*"))
    before = records(folder)
    assert "onnx-fp32.json" in before

    out, said = (job := start(runs)).communicate(timeout=600)
    assert job.returncode == 0, said
    assert "epoch" not in said and "· onnx-fp32" not in said, "what was finished before the interrupt was made again"
    after = records(folder)
    assert all(after[name] == when for name, when in before.items()) and len(after) == 8
    results = read_results(folder / "results.json")
    assert [r["recipe"] for r in results["rows"]][0] == "onnx-fp32" and len(results["rows"]) == 8
    assert results["parameters"]["epochs"] == 12 and results["seed"] == 0 and results["dataset"] == "digits"


def test_finished_is_shown(runs):
    folder, = runs.glob("digits-s0-*")
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    out, said = (job := start(runs)).communicate(timeout=120)
    assert job.returncode == 0 and "tflite-int8-static" in out and "Executing" not in said
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before


def test_one_parameter_rebuilds_only_its_descendants(runs):
    old, = runs.glob("digits-s0-*")
    out, said = (job := start(runs, "-p", "scheme", "u8u8")).communicate(timeout=600)
    assert job.returncode == 0, said
    new, = [p for p in runs.glob("digits-s0-*") if p != old]
    made = {name for name, when in records(new).items() if records(old).get(name) != when}
    assert made == {"onnx-int8-static@scheme=u8u8.json"}
    assert "onnx-int8-static@scheme=u8u8" in [r["recipe"] for r in read_results(new / "results.json")["rows"]]


def test_a_misspelt_parameter_is_an_error(runs):
    _, said = (job := start(runs, "-p", "epoch", "3")).communicate(timeout=120)
    assert job.returncode == 1 and "no day has the parameter 'epoch'" in said
