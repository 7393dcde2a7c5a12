"""Mutation test: each fault that a conversion can have turns the build red.

A mutant is a real recipe whose file (or data, or session) is spoilt after it was really made. `build` must raise
and keep nothing. A mutant whose logits are bit-identical to the good file's is equivalent: there is nothing to catch.
"""
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge_export import SimpleCNN, build
from edge_export.artifact import EdgeExportError, Session
from edge_export.formats import onnx, savedmodel, tflite
from edge_export.model import fake_quantize
from edge_export.recipes import RECIPES, TREE


def spoil_onnx(tensor, change):
    "Change one initializer of the file."
    def spoil(path):
        from onnx import numpy_helper
        graph = onnx.read_onnx(path)
        stored = next(i for i in graph.graph.initializer if i.name == tensor)
        values = numpy_helper.to_array(stored)
        stored.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(change(values.copy())).reshape(values.shape), tensor))
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


def spoil_scale(shape, change):
    "Change the quantization of the first tensor of this shape."
    def spoil(path):
        import flatbuffers
        model = tflite.read_tflite(path)
        change(next(t for t in model.subgraphs[0].tensors if list(t.shape) == shape).quantization)
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), b"TFL3")
        Path(path).write_bytes(bytes(builder.Output()))
    return spoil


def double_scale(quantization):
    quantization.scale = 2 * np.asarray(quantization.scale)


def next_zero(quantization):
    quantization.zeroPoint = np.asarray(quantization.zeroPoint) + 1


def last_axis(quantization):
    quantization.quantizedDimension = 3


def other_axis(path):
    graph = onnx.read_onnx(path)
    node = next(n for n in graph.graph.node if n.input[0] == "conv2.weight_quantized")
    next(a for a in node.attribute if a.name == "axis").i = 1
    Path(path).write_bytes(graph.SerializeToString())


def four_bits(weight):
    "A float weight on a grid of 4 bits, one scale for the whole tensor."
    step = np.abs(weight).max() / 7
    return (np.rint(weight / step) * step).astype(np.float32)


def coarse_source(recipe):
    "Made from a file whose weights were rounded to 4 bits before."
    def make(source, target, data, **parameters):
        coarse = Path(target).with_name("coarse.onnx")
        coarse.write_bytes(Path(source).read_bytes())
        for name in ("conv1", "conv2", "fc1", "fc2"):
            spoil_onnx(f"{name}.weight", four_bits)(coarse)
        recipe.make(coarse, target, data, **parameters)
    return replace(recipe, make=make)


def coarse_integers(values):
    return (np.rint(values / 18.0) * 18).clip(-127, 127).astype(np.int8)


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


def evaluation_fault(recipe):
    "Calibrated on evaluation images, behind the back of the data set."
    def make(source, target, data, **parameters):
        part = data.calibration
        cheat = replace(data, calibration=replace(part, images=data.evaluation.images[:len(part)]))
        recipe.make(source, target, cheat, **parameters)
    return replace(recipe, make=make)


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
DOUBLE = lambda v: 2 * v   # noqa: E731
NEXT = lambda v: v + np.ones_like(v)   # noqa: E731

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
    ("calibrated on evaluation", "onnx-int8-static", evaluation_fault),
    ("calibrated on evaluation", "tflite-int8-static", evaluation_fault),
    ("scale off by a power of two", "onnx-int8-static", file_fault(spoil_onnx("fc1.weight_scale", DOUBLE))),
    ("scale off by a power of two", "onnx-int8-static", file_fault(spoil_onnx("relu_1_scale", DOUBLE))),
    ("scale off by a power of two", "tflite-int8-static", file_fault(spoil_scale([50, 400], double_scale))),
    ("scale off by a power of two", "tflite-int8-static", file_fault(spoil_scale([1, 26, 26, 8], double_scale))),
    ("zero point off by one", "onnx-int8-static", file_fault(spoil_onnx("fc1.weight_zero_point", NEXT))),
    ("zero point off by one", "onnx-int8-static", file_fault(spoil_onnx("relu_1_zero_point", NEXT))),
    ("zero point off by one", "tflite-int8-static", file_fault(spoil_scale([1, 50], next_zero))),
    ("weights in 4 bits before", "onnx-int8-static", coarse_source),
    ("weights in 4 bits before", "tflite-int8-static", file_fault(spoil_tflite([50, 400], coarse_integers))),
    ("channel axis swapped", "onnx-int8-static", file_fault(other_axis)),
    ("channel axis swapped", "tflite-int8-static", file_fault(spoil_scale([16, 3, 3, 8], last_axis))),
    ("scales of channels permuted", "onnx-int8-static", file_fault(spoil_onnx("fc1.weight_scale", ROLL))),
]

LEARNED = [
    ("scale off by a power of two", "onnx-int8-qat", file_fault(spoil_onnx("fc1.weight_scale", DOUBLE))),
    ("zero point off by one", "onnx-int8-qat", file_fault(spoil_onnx("conv2.weight_zero_point", NEXT))),
    ("zero point off by one", "onnx-int8-qat", file_fault(spoil_onnx("linear_1_zero_point", NEXT))),
    ("channel axis swapped", "onnx-int8-qat", file_fault(other_axis)),
    ("scales of channels permuted", "onnx-int8-qat", file_fault(spoil_onnx("conv1.weight_scale", ROLL))),
    ("FC rows permuted", "onnx-int8-qat", file_fault(spoil_onnx("fc2.weight_quantized", ROLL))),
    ("zero point off by one", "tflite-int8-qat", file_fault(spoil_scale([1, 10], next_zero))),
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


@pytest.fixture(scope="module")
def learned(made, digits, tmp_path_factory):
    "The two QAT files, as `made` has the others."
    folder, fake = tmp_path_factory.mktemp("learned"), fake_quantize(made[1], digits)
    return folder, fake, build(["onnx-int8-qat", "tflite-int8-qat"], fake, digits, folder)


@pytest.mark.parametrize("faults, files", [(FAULTS, "made"), (LEARNED, "learned")])
def test_every_fault_is_caught(faults, files, request, digits, monkeypatch, capsys):
    made = request.getfixturevalue(files)
    found = [(fault, recipe, *verdict(made, digits, recipe, mutate, monkeypatch)) for fault, recipe, mutate in faults]
    with capsys.disabled():
        print()
        for fault, recipe, result, why in found:
            print(f"{result:10} {fault:28} {recipe:20} {why[:110]}")
    assert [row[:2] for row in found if row[2] == "missed"] == []


def test_the_good_recipes_pass(made, learned):
    assert [f.recipe for f in [*made[2], *learned[2]]] == [*TREE, "onnx-int8-qat", "tflite-int8-qat"]
    assert savedmodel.SavedModelSession(made[0] / "savedmodel-fp32").shape == (1, 28, 28)
