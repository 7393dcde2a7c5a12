"Bad input to quantization: one clear error each, and the fp32 artifact is untouched."
from dataclasses import replace

import numpy as np
import pytest
import torch

from edge_export import SimpleCNN, build, fake_quantize
from edge_export.artifact import EdgeExportError
from edge_export.data import Dataset, Part


class Sine(torch.nn.Module):
    def forward(self, x):
        return torch.sin(x)


class Singular(torch.nn.Module):
    def forward(self, x):
        return torch.linalg.svdvals(x[:, 0])[:, :10]


def wavy():
    "A model with an operator that has no integer kernel in TFLite."
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3, 3), Sine(), torch.nn.Flatten(), torch.nn.Linear(162, 10)).eval()


def part(images, like):
    n = len(images)
    return Part(images, like.labels[:n], like.index[:n])


BAD = [
    ("no calibration data", lambda x: x[:0], "has no calibration images"),
    ("one image", lambda x: x[:1], "one calibration image is no sample"),
    ("all-equal images", lambda x: np.zeros_like(x), "calibration images are equal"),
    ("a wrong shape", lambda x: x[:, :, :14], "the model takes (N, 1, 28, 28)"),
    ("a wrong type", lambda x: x.astype("float64"), "images are float64, the model takes float32"),
    ("NaN", lambda x: np.where(x == x.max(), np.nan, x).astype("float32"), "holds NaN or infinity"),
]


@pytest.mark.parametrize("recipe", ["onnx-int8-static", "tflite-int8-static", "tflite-int16x8"])
@pytest.mark.parametrize("change, words", [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_calibration_images(recipe, change, words, made, digits):
    folder, model, files = made
    before = {f.recipe: f.file.stat().st_mtime_ns for f in files}
    with pytest.raises(EdgeExportError) as e:
        data = replace(digits, calibration=part(change(digits.calibration.images), digits.calibration))
        build([recipe], model, data, folder / "bad")
    assert words in str(e.value)
    assert not list(folder.glob(f"bad/{recipe}*"))
    assert {f.recipe: f.file.stat().st_mtime_ns for f in files} == before


def test_an_overlap_raises(digits):
    with pytest.raises(EdgeExportError, match="calibration and evaluation share"):
        replace(digits, calibration=digits.evaluation)
    assert isinstance(digits, Dataset)


def test_an_unsupported_operator(digits, tmp_path):
    with pytest.raises(EdgeExportError, match="operators .*SIN.*no integer kernel"):
        build(["tflite-int8-static"], wavy(), digits, tmp_path)
    assert not list(tmp_path.glob("tflite-*")) and (tmp_path / "onnx-fp32.onnx").exists()
    with pytest.raises(EdgeExportError, match="PyTorch cannot export the model to ONNX.*linalg_svd"):
        build(["onnx-int8-static"], torch.nn.Sequential(Singular()), digits, tmp_path / "svd")


def test_an_already_quantized_model(made, digits, tmp_path):
    fake = fake_quantize(made[1], digits)
    for recipe in ("onnx-int8-static", "tflite-int8-static", "onnx-fp32"):
        with pytest.raises(EdgeExportError, match="fake-quantized already"):
            build([recipe], fake, digits, tmp_path)
    with pytest.raises(EdgeExportError, match="fake-quantized already"):
        fake_quantize(fake, digits)
    with pytest.raises(EdgeExportError, match="needs a model from fake_quantize"):
        build(["tflite-int8-qat"], SimpleCNN(), digits, tmp_path)
    assert not [p for p in tmp_path.iterdir() if p.suffix in (".onnx", ".tflite")]
