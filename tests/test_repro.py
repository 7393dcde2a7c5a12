"The same bytes: here against the published ones, on an emulated CPU against this one; and each way in which they can differ, named."
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

from edge_export import TREE, SimpleCNN, build, fit
from edge_export.artifact import EdgeExportError, read_json, sha256, write_json
from edge_export.reference import CheckFailed
from edge_export.cli import main
from edge_export.results import read_results
from edge_export.process import emulated, in_new_process, interpreter
from edge_export.repro import cpus_equal, onnx_same_bytes
from edge_export.reproduce import CONTAINER, DIFFERENT, SAME, compare_folder, published_run

PUBLISHED = ROOT / "edge_export" / "assets" / "published"


@pytest.fixture(scope="module")
def haswell():
    "New processes run on an emulated CPU with AVX2 and no VNNI. CI must have the emulator."
    try:
        command = emulated("Haswell")
    except EdgeExportError as e:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"not run: {e}")
    return command


def test_two_epochs_on_another_cpu(haswell):
    assert cpus_equal(("Haswell",), epochs=2) == 2


def test_the_onnx_files_on_another_cpu(haswell):
    assert onnx_same_bytes("digits", "Haswell") == 3


def modes_agree(pairs):
    "Runs on the emulated CPU: for which pairs of weights do ONNX Runtime's two modes give the same?"
    import onnx.parser

    from edge_export.formats.onnx import OnnxSession
    ends, found = np.float32([[127, 127], [-128, 127], [127, -128], [-128, -128]]), []
    for a, b in pairs:
        graph = onnx.parser.parse_model(f"""<ir_version: 9, opset_import: ["" : 20]>
            g (float[N,2] image) => (float[N,1] logits)
            <float step = {{1.0}}, int8 zero = {{0}}, int8[2,1] weights = {{{a}, {b}}}>
            {{ integers = QuantizeLinear(image, step, zero)
               left = DequantizeLinear(integers, step, zero)
               right = DequantizeLinear(weights, step, zero)
               logits = MatMul(left, right) }}""").SerializeToString()
        both = [OnnxSession(graph, exact=e).run(ends) for e in (False, True)]
        assert (both[1][:, 0] == ends @ np.float32([a, b])).all()
        found.append(bool(np.array_equal(*both)))
    return found


def test_the_saturation_rule_on_a_cpu_that_saturates(haswell):
    pairs = [(64, 64), (65, 64), (127, 1), (127, 2), (100, -100), (127, -128), (-64, -64), (-65, -64), (-128, -1)]
    token = interpreter.set(haswell)
    try:
        agree = in_new_process(modes_agree, pairs, environment={})
    finally:
        interpreter.reset(token)
    assert agree == [a * b < 0 or abs(a + b) <= 128 for a, b in pairs]


def test_a_file_that_can_saturate_is_refused_on_every_cpu(made, digits):
    with pytest.raises(CheckFailed, match="can saturate on an x86 CPU without VNNI"):
        build(["onnx-int8-static@reduce_range=False"], made[1], digits, made[0])
    assert not list(made[0].glob("*reduce_range*"))


def test_published_is_what_models_holds():
    was, rows = published_run("mnist")["files"], read_results(ROOT / "models" / "results.json")["rows"]
    assert {r["recipe"]: r["sha256"] for r in rows} == {n: was[n]["sha256"] for n in TREE}
    assert sha256(PUBLISHED / "mnist.safetensors") == sha256(ROOT / "models" / "torch.safetensors") == was["torch"]["sha256"]
    assert sha256(PUBLISHED / "digits.safetensors") == published_run("digits")["files"]["torch"]["sha256"]
    assert {p.name for p in PUBLISHED.iterdir()} == {f"{n}.{s}" for n in ("mnist", "digits") for s in ("json", "safetensors")}


def test_models_are_the_published_bytes(digits):
    "What lies in models/ is compared without MNIST, as long as it is the same."
    assert {v.verdict for v in compare_folder(ROOT / "models", digits, published_run("mnist"))} == {SAME}


def test_nine_of_nine_from_nothing(capsys):
    assert main(["reproduce", "--dataset", "digits"]) == 0
    assert "9 of 9 files are the published bytes" in capsys.readouterr().out


@pytest.fixture
def copy(made, tmp_path):
    shutil.copytree(made[0], tmp_path / "out")
    return tmp_path / "out"


def verdicts(folder, digits):
    return {v.name: v for v in compare_folder(folder, digits)}


def test_one_bit_of_the_checkpoint(copy, digits, capsys):
    path = copy / "torch.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    found = verdicts(copy, digits)
    assert found.pop("torch").verdict == DIFFERENT and {v.verdict for v in found.values()} == {SAME}
    assert main(["reproduce", "--dataset", "digits", "--from", str(copy)]) == 1
    said = capsys.readouterr().out
    assert "8 of 9 files are the published bytes" in said and "tensor '" in said


def repacked(path, change=lambda model: None):
    "A TFLite file written anew: the same network in another container."
    from edge_export.formats.tflite_file import packed, read_tflite
    model = read_tflite(path)
    model.description = b"another converter"
    change(model)
    path.write_bytes(packed(model))


def test_another_tensorflow(copy, digits):
    "Its container is another one, and its record says so."
    for name in ("tflite-fp32", "tflite-int8-static"):
        repacked(copy / f"{name}.tflite")
        record = read_json(copy / f"{name}.json")
        write_json(copy / f"{name}.json", record | dict(versions=record["versions"] | dict(tensorflow="2.20.0")))
        found = verdicts(copy, digits)[name]
        assert found.verdict == CONTAINER and found.why.startswith("tensorflow 2.20.0 instead of ")


def test_one_file_altered(copy, digits):
    def one_bit(model):
        weight = next(t for t in model.subgraphs[0].tensors if list(t.shape) == [50, 400])
        model.buffers[weight.buffer].data = np.bitwise_xor(model.buffers[weight.buffer].data, [1] + [0] * 19_999).astype("uint8")
    repacked(copy / "tflite-int8-static.tflite", one_bit)
    (copy / "onnx-fp32.onnx").write_bytes((copy / "onnx-fp32.onnx").read_bytes()[:9_000])
    found = verdicts(copy, digits)
    assert "is another (1 of 8 are)" in found["tflite-int8-static"].why
    assert "cannot be used" in found["onnx-fp32"].why
    assert [n for n, v in found.items() if v.verdict != SAME] == ["onnx-fp32", "tflite-int8-static"]


def test_records_name_the_cpu(made):
    from edge_export.artifact import machine
    assert all(f.machine == machine() for f in made[2])
    assert read_json(made[0] / "torch.json")["machine"] == machine()


def test_every_published_file_but_the_dynamic_one_is_alone_in_any_company():
    rows = read_results(ROOT / "models" / "results.json")["rows"]
    assert {r["recipe"] for r in rows if r["alone"]} == {"onnx-int8-dynamic"}
    assert {r["neighbour_difference"] for r in rows if not r["alone"]} == {0}


def test_the_callers_process_stays_as_it_was(tmp_path):
    "Training changes no variable and imports no TensorFlow; a second training of another seed is another one."
    code = """
import os
before = dict(os.environ)
import edge_export
from edge_export import *
assert dict(os.environ) == before, "the import changed the environment"
fit(SimpleCNN(), load_data("digits"), epochs=1)
import sys
assert dict(os.environ) == before and "tensorflow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)


def test_one_core_gives_the_same_weights(digits):
    "Two threads on one core are two threads."
    cpus = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(cpus)})
        one = fit(SimpleCNN(), digits, epochs=1)
    finally:
        os.sched_setaffinity(0, cpus)
    two = fit(SimpleCNN(), digits, epochs=1)
    assert all((a == b).all() for a, b in zip(one.parameters(), two.parameters()))


def test_the_changelog_begins_with_the_version():
    from edge_export import __version__
    heading = next(line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## "))
    assert heading.split()[1] == __version__
    assert f"version = {__version__}\n" in (ROOT / "settings.ini").read_text()
