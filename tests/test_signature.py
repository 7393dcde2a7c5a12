"Models of several inputs and outputs, from the data to the race."
import json

import numpy as np
import pytest

from edge_export import build, compare, compare_layers, race, session
from edge_export.artifact import EdgeExportError
from edge_export.data import split
from edge_export.formats import onnx
from edge_export.model import predict
from edge_export.mutations import given
from edge_export.qat import fake_quantize, fine_tune
from edge_export.quantize import sweep, sweep_table
from edge_export.recipes import RECIPES, built, parse
from edge_export.reference import CheckFailed
from edge_export.task import classification, metric, regression
from edge_export.trials import in_place_of
from edge_export.zoo import trained

RECIPES_HERE = ["onnx-fp32", "onnx-int8-static", "tflite-fp32", "tflite-int8-static"]


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    folder = tmp_path_factory.mktemp("several")
    model, data = trained("two of each")
    return model, data, build(RECIPES_HERE, model, data, folder), folder


def test_every_file_takes_and_gives_them_by_name(several):
    model, data, files, _ = several
    images, wanted = data.evaluation.images, predict(model, data.evaluation.images)
    for file in files:
        asked = session(file)({"numbers": images["numbers"], "image": images["image"]})
        assert asked.dtype == wanted.dtype and asked.dtype.names == ("output_0", "output_1")
        for name in asked.dtype.names:
            assert np.abs(asked[name] - wanted[name]).max() < .2 * np.ptp(wanted[name])


def test_a_record_says_what_a_file_takes(several):
    lite = json.loads(several[2][2].record.read_text())["facts"]["signature"]
    assert [(t["name"], t["shape"], t["layout"]) for t in lite["inputs"]] == [("image", [1, 12, 12], "NHWC"), ("numbers", [3], "")]
    assert lite["batch"] == "1" and [t["shape"] for t in lite["outputs"]] == [[4], [2]]


def test_they_are_compared_raced_and_found_again(several):
    model, data, files, folder = several
    table = compare(files)
    assert "Of several outputs the noisiest is shown: output_" in table.note and len(table.rows) == len(files)
    assert len(race(files, rounds=30).times) - 2 == len(files)
    assert [f.sha256 for f in build(RECIPES_HERE, model, data, folder)] == [f.sha256 for f in files]
    assert "savedmodel-fp32" in [f.recipe for f in built(folder)]


@pytest.mark.parametrize("wrong, words", [
    (lambda x: {"image": x["image"]}, "the samples have image, the model takes image, numbers"),
    (lambda x: x["image"], "the samples have image, the model takes"),
    (lambda x: {"image": x["image"], "numbers": x["numbers"][:, :2]}, "the rows of 'numbers' have shape"),
    (lambda x: {"image": x["image"], "numbers": x["numbers"][:3]}, "not as many rows")])
def test_other_samples_get_one_clear_error(several, wrong, words):
    with pytest.raises(EdgeExportError, match=words):
        session(several[2][0])(wrong(several[1].evaluation.images))


def exchanged(path):
    "Two outputs of one shape change their names."
    graph = onnx.read_onnx(path)
    names = [o.name for o in graph.graph.output]
    turned = dict(zip(names, names[::-1]))
    for node in graph.graph.node:
        for i, name in enumerate(node.output): node.output[i] = turned.get(name, name)
    path.write_bytes(graph.SerializeToString(deterministic=True))


def test_exchanged_outputs_are_refused(tmp_path):
    import torch

    class Twins(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = torch.nn.Linear(6, 3), torch.nn.Linear(6, 3)

        def forward(self, x): return {"left": self.a(x), "right": self.b(x)}
    samples = np.random.default_rng(0).normal(size=(400, 6)).astype("float32")
    torch.manual_seed(0)
    model, data = Twins().eval(), split("twins", samples, None, (100, 100, 100))
    good, = build(["onnx-fp32"], model, data, tmp_path / "good")
    with in_place_of("onnx-fp32", given(parse("onnx-fp32")[0], good.file, exchanged)):
        with pytest.raises(CheckFailed, match="left: largest logit error"): build(["onnx-fp32"], model, data, tmp_path / "bad")
    assert RECIPES["onnx-fp32"].make is onnx.export_onnx


def test_a_task_of_several_outputs(tmp_path):
    model, data = trained("two outputs")
    inputs, answers = data.evaluation.images, predict(model, data.evaluation.images)
    rows = np.concatenate([data.calibration.images, inputs])
    given_by = predict(model, rows)
    labels = {name: given_by[name] for name in given_by.dtype.names}
    size = (0, 0, len(data.calibration))
    numbers = split("numbers", rows, labels, size, order=np.arange(len(rows)), task=regression())
    file, = build(["onnx-int8-static"], model, numbers, tmp_path / "numbers")
    assert 0 < file.facts["check"]["score"]["mean"] == file.facts["check"]["score"]["delta"]

    def right(answers, labels): return (answers["scores"].argmax(1) == labels).astype(float)
    classes = given_by["scores"].argmax(1)
    own = split("own", rows, classes, size, order=np.arange(len(rows)), task=metric(right, "share of right answers", allowed=.1))
    file, = build(["onnx-int8-static"], model, own, tmp_path / "own")
    assert .9 < file.facts["check"]["score"]["mean"] <= 1 and answers.dtype.names == ("scores", "rest_0", "rest_1")
    with pytest.raises(EdgeExportError, match="name another task"):
        build(["onnx-fp32"], model, split("classes", rows, classes, size, order=np.arange(len(rows)), task=classification()), tmp_path / "c")


@pytest.mark.parametrize("ask", [lambda m, d, f: fake_quantize(m, d), lambda m, d, f: compare_layers(f, m, d)])
def test_what_is_for_one_tensor_says_so(several, ask):
    model, data, files, _ = several
    with pytest.raises(EdgeExportError, match="one input and one output, not of image, numbers"): ask(model, data, files)


def test_a_regression_is_swept_and_trained_on(tmp_path):
    model, data = trained("one output")
    table = sweep(["onnx-int8-static", "onnx-int8-static@scheme=u8u8"], model, data, tmp_path)
    assert (table.verdict == "passes").all() and (table.score < .1).all() and table.accuracy.isna().all()
    assert sweep_table(table).headers == ["variant", "bytes", "score", "SQNR in dB", "verdict"]
    learned = fine_tune(fake_quantize(model, data), data, epochs=2)
    file, = build(["onnx-int8-qat"], learned, data, tmp_path / "qat")
    assert file.facts["check"]["score"]["mean"] < .1


def test_tokens_are_compared_layer_by_layer(tmp_path):
    model, data = trained("embedding")
    found = compare_layers(build(["onnx-int8-static"], model, data, tmp_path), model, data)
    assert {r.layer for r in found.rows} >= {"table", "fc"} and found.culprits()
