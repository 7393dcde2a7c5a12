"The engine on other people's models: a few of the zoo's; `make bench AREA=engine` has all of them."
from dataclasses import replace

import numpy as np
import pytest

from edge_export import build
from edge_export.artifact import EdgeExportError
from edge_export.data import Dataset, Part
from edge_export.engine import counted, verdicts_of
from edge_export.recipes import RECIPES
from edge_export.zoo import trained

FEW = {
    "depthwise": ["onnx-int8-static", "tflite-int8-static"],     # folded batch norm, three channels
    "padded pooling": ["tflite-int8-static"],                    # a padding that no int8 range survives
    "image to image": ["onnx-int8-static", "tflite-fp32"],       # no classes, and an output with a layout
    "per step": ["tflite-int8-static"],                          # three dimensions that are no image
    "outputs of two sizes": ["onnx-fp32", "onnx-int8-static"],   # an int8 file with a dead output
}


@pytest.fixture(scope="module")
def found():
    return [f for name, recipes in FEW.items() for f in verdicts_of(name, recipes)]


def test_no_right_file_is_refused_and_no_wrong_one_kept(found):
    values = counted(found)
    assert (values["false_refusals"], values["wrong_kept"]) == (0, 0), found
    assert values["kept"] == 7


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
