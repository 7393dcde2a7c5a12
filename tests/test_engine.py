"The engine on other people's models: a few of the zoo's; `make bench AREA=engine` has all of them."
from dataclasses import replace

import numpy as np
import pytest

from edge_export import build, compare, fit, session
from edge_export.artifact import EdgeExportError
from edge_export.data import Dataset, Part
from edge_export.engine import counted, verdicts_of
from edge_export.formats.onnx import read_onnx
from edge_export.model import predict
from edge_export.qat import fake_quantize
from edge_export.recipes import RECIPES, built
from edge_export.task import classification, metric
from edge_export.zoo import trained

FEW = {
    "depthwise": ["onnx-int8-static", "tflite-int8-static"],     # folded batch norm, three channels
    "padded pooling": ["tflite-int8-static"],                    # a padding that no int8 range survives
    "image to image": ["onnx-int8-static", "tflite-fp32", "tflite-fp16"],   # no classes, and an output with a layout
    "per step": ["tflite-int8-static"],                          # three dimensions that are no image
    "two outputs": ["onnx-int8-static", "tflite-int8-static"],   # a dict with a tuple, one of them an activation
    "tokens and numbers": ["tflite-int8-static"],                # two inputs, one of whole numbers
    "outputs of two sizes": ["onnx-fp32", "onnx-int8-static"],   # an int8 file with a dead output
}


@pytest.fixture(scope="module")
def found():
    return [f for name, recipes in FEW.items() for f in verdicts_of(name, recipes)]


def test_no_right_file_is_refused_and_no_wrong_one_kept(found):
    values = counted(found)
    assert (values["false_refusals"], values["wrong_kept"]) == (0, 0), found
    assert values["kept"] == 11


def test_a_dead_output_is_named(found):
    last = found[-1]
    assert not last["kept"] and "SQNR of output 1" in last["why"] and len(last["why"]) < 500


def brighter(data, factor):
    "The same data with other values in the calibration part."
    part = data.calibration
    return Dataset(data.name, data.training, data.validation,
                   Part(part.images * np.float32(factor), part.labels, part.index), data.evaluation)


def test_other_calibration_values_are_another_file(tmp_path):
    model, data = trained("mlp")
    first, = build(["onnx-int8-static"], model, data, tmp_path)
    other = brighter(data, 1.5)
    second, = build(["onnx-int8-static"], model, other, tmp_path)
    assert first.inputs["calibration"] != second.inputs["calibration"] and first.sha256 != second.sha256


def test_a_folder_lists_the_files_of_one_model(tmp_path):
    model, data = trained("mlp")
    build(["onnx-int8-static", "onnx-int8-dynamic"], model, data, tmp_path)
    build(["onnx-int8-dynamic"], trained("mlp", 100)[0], data, tmp_path)
    assert [f.recipe for f in built(tmp_path)] == ["onnx-fp32", "onnx-int8-dynamic"]


def test_few_samples_are_weak_evidence_and_fewer_are_none(tmp_path):
    model, data = trained("mlp")
    def few(n): return replace(data, evaluation=data.evaluation.first(n))
    artifact, = build(["onnx-fp32"], model, few(50), tmp_path)
    assert artifact.facts["evidence"] == "weak: 50 evaluation samples, of 100 or more"
    with pytest.raises(EdgeExportError, match="has 15 different evaluation samples: give 16, 100 to be believed"):
        build(["onnx-fp32"], model, few(15), tmp_path)
    again = replace(data.evaluation, images=data.evaluation.images[np.arange(len(data.evaluation)) % 15])
    with pytest.raises(EdgeExportError, match="has 15 different"):   # ten times each, they are still 15
        build(["onnx-fp32"], model, replace(data, evaluation=again), tmp_path)


def test_scales_of_one_element_are_read(tmp_path, monkeypatch):
    from onnx import numpy_helper
    recipe = RECIPES["onnx-int8-static"]

    def make(source, target, data, **chosen):
        "Valid ONNX: the scale and the zero point of a tensor as vectors of one."
        recipe.make(source, target, data, **chosen)
        graph = read_onnx(target)
        for i in graph.graph.initializer:
            values = numpy_helper.to_array(i)
            if values.ndim == 0: i.CopyFrom(numpy_helper.from_array(values.reshape(1), i.name))
        target.write_bytes(graph.SerializeToString(deterministic=True))
    monkeypatch.setitem(RECIPES, recipe.name, replace(recipe, make=make))
    model, data = trained("mlp")
    assert build([recipe.name], model, data, tmp_path)[0].facts["weights"] == "within half a step"


def test_a_record_under_another_name_is_not_believed(tmp_path):
    model, data = trained("mlp")
    float_, half = build(["tflite-fp32", "tflite-fp16"], model, data, tmp_path)
    half.record.write_text(float_.record.read_text())
    again, = build(["tflite-fp16"], model, data, tmp_path)
    assert again.sha256 == half.sha256 and again.recipe == "tflite-fp16"


def test_a_model_that_says_the_same_to_all_is_no_evidence(tmp_path):
    model, data = trained("mlp")
    for p in model.parameters(): p.data.zero_()
    with pytest.raises(EdgeExportError, match="nearly the same answer"):
        build(["onnx-fp32"], model, data, tmp_path)


@pytest.mark.parametrize("other, why", [
    (dict(scheme="u8u8"), "is stored as uint8, not as int8"),
    (dict(reduce_range=False), "reaches 127, not 64"),
    (dict(per_channel=False), "has one scale"),
    (dict(keep="0"), "is stored as float32"),
])
def test_a_file_is_what_its_name_says(other, why, tmp_path, monkeypatch):
    "A right file of another name, planted under this one."
    recipe = RECIPES["onnx-int8-static"]

    def make(source, target, data, **chosen): recipe.make(source, target, data, **chosen | other)
    monkeypatch.setitem(RECIPES, recipe.name, replace(recipe, make=make))
    model, data = trained("mlp")
    with pytest.raises(EdgeExportError, match=why):
        build([recipe.name], model, data, tmp_path)
    assert not (tmp_path / f"{recipe.name}.onnx").exists()


def test_a_float_file_is_no_dynamic_one(tmp_path, monkeypatch):
    recipe = RECIPES["onnx-int8-dynamic"]

    def make(source, target, data, **chosen): target.write_bytes(source.read_bytes())
    monkeypatch.setitem(RECIPES, recipe.name, replace(recipe, make=make))
    model, data = trained("mlp")
    with pytest.raises(EdgeExportError, match="is a float: the file is not what it is called"):
        build([recipe.name], model, data, tmp_path)


@pytest.mark.parametrize("name", ["tflite-fp16", "tflite-int8-dynamic"])
def test_a_float_file_is_no_smaller_one(name, made, digits, tmp_path, monkeypatch):
    floats = next(f.file for f in made[2] if f.recipe == "tflite-fp32")

    def make(source, target, data, **chosen): target.write_bytes(floats.read_bytes())
    monkeypatch.setitem(RECIPES, name, replace(RECIPES[name], make=make))
    with pytest.raises(EdgeExportError, match="so this is an fp32 file"):
        build([name], made[1], digits, tmp_path)


def test_an_operator_that_fails_in_the_call_is_one_clear_error(tmp_path):
    model, data = trained("layer norm")
    with pytest.raises(EdgeExportError, match="LiteRT cannot run this graph"):
        build(["tflite-int16x8"], model, data, tmp_path)


@pytest.mark.parametrize("name", ["batch norm", "relu6"])   # folded; zero points that two layers share
def test_other_models_are_trained_with_the_rounding_in_sight(name, tmp_path):
    model, data = trained(name)
    artifact, = build(["onnx-int8-qat"], fake_quantize(model, data), data, tmp_path)
    assert artifact.facts["weights"] == "the learned integers of 8 bits" and artifact.facts["check"]["flips_beyond_ties"] == 0


def test_a_layer_that_would_stay_in_float_is_named_before_training():
    with pytest.raises(EdgeExportError, match="weight 'conv.weight' would stay in float"):
        fake_quantize(*trained("three times"))


def test_tokens_go_through(tmp_path):
    model, data = trained("embedding")
    files = build(["onnx-int8-static", "tflite-int8-static"], model, data, tmp_path)
    assert all(session(f).dtype == np.int64 for f in files)
    with pytest.raises(EdgeExportError, match="images are float32, the model takes int64"):
        session(files[0])(data.evaluation.images.astype("float32"))
    with pytest.raises(EdgeExportError, match="cannot answer samples of int64 .*index out of range"):
        predict(model, data.evaluation.images + 50)


def test_a_regression_is_scored(tmp_path):
    model, data = trained("one output")
    files = build(["onnx-fp32", "onnx-int8-static"], model, data, tmp_path)
    own = [f.facts["check"]["score"] for f in files]
    errors = [np.square(session(f)(data.evaluation.images) - data.evaluation.labels).mean() for f in files]
    assert np.allclose([s["mean"] for s in own], errors, rtol=1e-5) and own[0]["lost"] < 1e-5 < own[1]["lost"]
    assert compare(files).headers[2:4] == ["squared error [95 %]", "difference [95 %]"] and files[0].inputs["task"] == "regression"


def test_a_score_of_ones_own_is_a_gate(tmp_path):
    model, data = trained("one output")
    near = metric(lambda answers, labels: (np.abs(answers - labels) < .1).all(1), "share near", allowed=-.5)
    with pytest.raises(EdgeExportError, match="the share near is worse by up to .*, allowed -0.5"):
        build(["onnx-fp32"], model, replace(data, task=near), tmp_path)


def test_neither_labels_nor_training_images_are_needed(tmp_path):
    model, data = trained("mlp")
    def bare(part): return Part(part.images, None, part.index)
    alone = Dataset("bare", None, None, bare(data.calibration), bare(data.evaluation))
    artifact, = build(["onnx-int8-static"], model, alone, tmp_path)
    assert artifact.facts["check"]["accuracy"] is None and artifact.facts["check"]["outputs"]["sqnr_db"]["value"] > 20
    with pytest.raises(EdgeExportError, match="no training images with classes"):
        fit(model, alone)


def test_labels_that_are_no_classes_are_refused(tmp_path):
    model, data = trained("mlp")
    shifted = replace(data.evaluation, labels=data.evaluation.labels + 96)
    with pytest.raises(EdgeExportError, match="labels from 96 to 99 are no classes"):
        build(["onnx-fp32"], model, replace(data, evaluation=shifted, task=classification()), tmp_path)
