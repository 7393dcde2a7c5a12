"""Mutation test: each fault that a conversion can have turns the build red.

A mutant is a real recipe whose file (or data, or session) is spoilt after it was really made. `build` must raise
and keep nothing. A mutant whose logits are bit-identical to the good file's is equivalent: there is nothing to catch.
"""
from dataclasses import replace
from pathlib import Path

import numpy as np

from edge_export import SimpleCNN, build
from edge_export.artifact import EdgeExportError, Session
from edge_export.formats import onnx, savedmodel, tflite
from edge_export.recipes import RECIPES


def spoil_onnx(tensor, change):
    "Change one initializer of the file."
    def spoil(path):
        from onnx import numpy_helper
        graph = onnx.read_onnx(path)
        stored = next(i for i in graph.graph.initializer if i.name == tensor)
        stored.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(change(numpy_helper.to_array(stored).copy())), tensor))
        Path(path).write_bytes(graph.SerializeToString())
    return spoil


def spoil_tflite(shape, change):
    "Change the first constant tensor of this shape."
    def spoil(path):
        import flatbuffers
        from ai_edge_litert import schema_py_generated as schema
        model = tflite.read_tflite(path)
        kinds = {schema.TensorType.FLOAT32: np.float32, schema.TensorType.INT8: np.int8, schema.TensorType.INT32: np.int32}
        stored = next(t for t in model.subgraphs[0].tensors if list(t.shape) == shape and model.buffers[t.buffer].data is not None)
        values = np.frombuffer(np.asarray(model.buffers[stored.buffer].data, np.uint8).tobytes(), kinds[stored.type]).reshape(shape)
        model.buffers[stored.buffer].data = np.frombuffer(np.ascontiguousarray(change(values.copy())).tobytes(), np.uint8)
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        Path(path).write_bytes(bytes(builder.Output()))
    return spoil


def truncated(path):
    Path(path).write_bytes(Path(path).read_bytes()[:-3000])


def nan_in_first(values):
    values.flat[0] = np.nan
    return values


class Through(Session):
    "A session that spoils what goes in or comes out."
    def __init__(self, inner, scale=1.0, order=slice(None)):
        self.inner, self.shape, self.scale, self.order = inner, inner.shape, np.float32(scale), order

    def run(self, images):
        return np.ascontiguousarray(self.inner(images * self.scale)[:, self.order])


def file_fault(spoil):
    def mutate(recipe):
        def make(source, target, data, **parameters):
            recipe.make(source, target, data, **parameters)
            spoil(target)
        return replace(recipe, make=make)
    return mutate


def session_fault(**wrong):
    return lambda recipe: replace(recipe, load=lambda path: Through(recipe.load(path), **wrong))


def calibration_fault(choose):
    def mutate(recipe):
        def make(source, target, data, **parameters):
            part = choose(data.calibration)
            recipe.make(source, target, replace(data, calibration=part), **parameters)
        return replace(recipe, make=make)
    return mutate


def noise(part):
    return replace(part, images=np.random.default_rng(0).normal(size=part.images.shape).astype("float32"))


def one_class(part):
    ones = part.labels == 1
    return replace(part, images=part.images[ones], labels=part.labels[ones], index=part.index[ones])


def untrained(recipe):
    def make(source, target, data, **parameters):
        other = Path(target).with_name("untrained.onnx")
        onnx.export_onnx(SimpleCNN(seed=1), other, data)
        recipe.make(other, target, data, **parameters)
    return replace(recipe, make=make)


SWAPPED = [1, 0, *range(2, 10)]
ROLL = lambda v: np.roll(v, 1, axis=0)   # noqa: E731
ZERO = np.zeros_like

FAULTS = [
    ("untrained weights", "savedmodel-fp32", untrained),
    ("FC rows permuted", "onnx-fp32", file_fault(spoil_onnx("fc1.weight", ROLL))),
    ("FC rows permuted", "onnx-int8-static", file_fault(spoil_onnx("fc1.weight_quantized", ROLL))),
    ("FC rows permuted", "tflite-fp32", file_fault(spoil_tflite([50, 400], ROLL))),
    ("FC rows permuted", "tflite-int8-static", file_fault(spoil_tflite([50, 400], ROLL))),
    ("inputs in 0-255", "onnx-fp32", session_fault(scale=255)),
    ("inputs in 0-255", "onnx-int8-static", session_fault(scale=255)),
    ("inputs in 0-255", "tflite-int8-dynamic", session_fault(scale=255)),
    ("inputs in 0-255", "tflite-int8-static", session_fault(scale=255)),
    ("calibrated on noise", "onnx-int8-static", calibration_fault(noise)),
    ("calibrated on noise", "tflite-int8-static", calibration_fault(noise)),
    ("calibrated on one class", "onnx-int8-static", calibration_fault(one_class)),
    ("calibrated on one class", "tflite-int8-static", calibration_fault(one_class)),
    ("NaN in one layer", "onnx-fp32", file_fault(spoil_onnx("conv2.bias", nan_in_first))),
    ("NaN in one layer", "tflite-fp32", file_fault(spoil_tflite([16], nan_in_first))),
    ("NaN in one layer", "onnx-int8-static", file_fault(spoil_onnx("logits_scale", lambda v: v * np.float32("nan")))),
    ("two logit columns swapped", "onnx-fp32", file_fault(spoil_onnx("fc2.weight", lambda v: v[SWAPPED]))),
    ("two logit columns swapped", "onnx-int8-dynamic", session_fault(order=SWAPPED)),
    ("two logit columns swapped", "onnx-int8-static", session_fault(order=SWAPPED)),
    ("two logit columns swapped", "tflite-fp16", session_fault(order=SWAPPED)),
    ("two logit columns swapped", "tflite-int8-static", session_fault(order=SWAPPED)),
    ("truncated file", "onnx-fp32", file_fault(truncated)),
    ("truncated file", "onnx-int8-dynamic", file_fault(truncated)),
    ("truncated file", "onnx-int8-static", file_fault(truncated)),
    ("truncated file", "savedmodel-fp32", file_fault(lambda path: truncated(path / "saved_model.pb"))),
    ("truncated file", "tflite-fp32", file_fault(truncated)),
    ("truncated file", "tflite-int8-static", file_fault(truncated)),
    ("one bias dropped", "onnx-fp32", file_fault(spoil_onnx("fc1.bias", ZERO))),
    ("one bias dropped", "onnx-int8-dynamic", file_fault(spoil_onnx("fc1.bias", ZERO))),
    ("one bias dropped", "onnx-int8-static", file_fault(spoil_onnx("fc1.bias_quantized", ZERO))),
    ("one bias dropped", "tflite-fp32", file_fault(spoil_tflite([50], ZERO))),
    ("one bias dropped", "tflite-int8-dynamic", file_fault(spoil_tflite([50], ZERO))),
    ("one bias dropped", "tflite-int8-static", file_fault(spoil_tflite([50], ZERO))),
]


def verdict(made, digits, recipe, mutate, monkeypatch):
    "caught, missed or equivalent; and the message."
    folder, model, files = made
    name = f"mutant-{recipe}"
    with monkeypatch.context() as patch:
        patch.setitem(RECIPES, name, replace(mutate(RECIPES[recipe]), name=name))
        try:
            mutant, = build([name], model, digits, folder)
        except EdgeExportError as e:
            assert not list(folder.glob("mutant-*")), "a file that failed its check was kept"
            return "caught", str(e).split(": ", 1)[1]
        good = next(f for f in files if f.recipe == recipe)
        images = digits.evaluation.images
        same = np.array_equal(RECIPES[name].load(mutant.file)(images), RECIPES[recipe].load(good.file)(images))
        mutant.file.unlink()
        mutant.record.unlink()
    return ("equivalent" if same else "missed"), ""


def test_every_fault_is_caught(made, digits, monkeypatch, capsys):
    found = [(fault, recipe, *verdict(made, digits, recipe, mutate, monkeypatch)) for fault, recipe, mutate in FAULTS]
    with capsys.disabled():
        print()
        for fault, recipe, result, why in found:
            print(f"{result:10} {fault:26} {recipe:20} {why[:110]}")
    assert [row[:2] for row in found if row[2] == "missed"] == []


def test_the_good_recipes_pass(made):
    assert [f.recipe for f in made[2]] == list(RECIPES)
    assert savedmodel.SavedModelSession(made[0] / "savedmodel-fp32").shape == (1, 28, 28)
