"A full disk, an unwritable folder, a corrupt file, a killed worker: one clear error each, and nothing good is lost."
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from edge_export import build, session
from edge_export.artifact import EdgeExportError, sha256, whole
from edge_export.worker import fresh_worker


@pytest.fixture
def copy(made, tmp_path):
    "A copy of the artifacts that a test may spoil: (folder, model)."
    folder, model, _ = made
    shutil.copytree(folder, tmp_path / "out")
    return tmp_path / "out", model


def hashes(folder):
    return {p.name: sha256(p) for p in folder.iterdir() if p.suffix in (".onnx", ".tflite") or p.name == "savedmodel-fp32"}


@pytest.mark.parametrize("name", ["onnx-int8-static.onnx", "savedmodel-fp32"])
def test_full_disk(copy, name):
    out, _ = copy
    good = sha256(out / name)
    with pytest.raises(EdgeExportError, match="cannot write .*: the disk is full"), whole(out / name) as scratch:
        with open("/dev/full", "wb") as f:   # the kernel's own ENOSPC
            f.write(b"x" * 100_000)
        scratch.write_bytes(b"never reached")
    assert sha256(out / name) == good and not list(out.glob(".*"))


def test_unwritable_folder(made, digits):
    _, model, _ = made
    with pytest.raises(EdgeExportError, match="cannot write /dev/null/out/.*choose another folder"):
        build(["onnx-fp32"], model, digits, "/dev/null/out")


def test_corrupt_onnx_file_is_named_and_made_again(copy, digits, capsys):
    out, model = copy
    good = hashes(out)
    (out / "onnx-fp32.onnx").write_bytes((out / "onnx-fp32.onnx").read_bytes()[:-1000])
    build(["onnx-int8-static"], model, digits, out)
    said = capsys.readouterr().out
    assert "onnx-fp32.onnx was altered" in said and "onnx-int8-static" not in said
    assert hashes(out) == good


@pytest.mark.parametrize("recipe", ["onnx-fp32", "onnx-int8-static", "savedmodel-fp32", "tflite-fp32", "tflite-int8-static"])
def test_bad_images_get_the_same_error_from_every_session(made, digits, recipe):
    ask = session(next(f for f in made[2] if f.recipe == recipe))
    images = digits.evaluation.images[:3].copy()
    with pytest.raises(EdgeExportError, match=r"shape \(3, 28, 28, 1\), the model takes \(N, 1, 28, 28\)"):
        ask(images.transpose(0, 2, 3, 1))
    with pytest.raises(EdgeExportError, match="images are float64, the model takes float32"):
        ask(images.astype("float64"))
    images[2, 0, 5, 5] = np.nan
    with pytest.raises(EdgeExportError, match="image 2 holds NaN"):
        ask(images)


def workers():
    "Worker processes of this process."
    return [p for p in psutil.Process().children() if "popen_loky" in " ".join(p.cmdline())]


def test_killed_worker(copy, digits):
    out, model = copy
    good = hashes(out)
    for record in ("savedmodel-fp32.json", "tflite-fp32.json"):
        (out / record).unlink()
    fresh_worker()
    before = set(workers())

    def kill_the_converter():
        while not (started := set(workers()) - before):
            time.sleep(.05)
        time.sleep(1)
        started.pop().kill()

    thread = threading.Thread(target=kill_the_converter)
    thread.start()
    with pytest.raises(EdgeExportError, match="savedmodel-fp32 could not be made: the worker process died"):
        build(["tflite-fp32"], model, digits, out)
    thread.join()
    assert hashes(out) == good and not list(out.glob(".*"))
    build(["tflite-fp32"], model, digits, out)
    assert hashes(out) == good


def test_a_full_disk_in_a_converter_is_named(copy, digits, monkeypatch):
    out, model = copy
    from dataclasses import replace

    from edge_export.recipes import RECIPES

    def make(source, target, data, **parameters):
        with open("/dev/full", "wb") as f:
            f.write(b"x" * 100_000)
    monkeypatch.setitem(RECIPES, "onnx-int8-dynamic", replace(RECIPES["onnx-int8-dynamic"], make=make, packages=("onnx",)))
    good = hashes(out)
    with pytest.raises(EdgeExportError, match="cannot write .*onnx-int8-dynamic.onnx: the disk is full"):
        build(["onnx-int8-dynamic"], model, digits, out)
    assert hashes(out) == good and Path(out / "onnx-int8-dynamic.json").exists()
