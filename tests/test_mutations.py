"""Mutation test: each fault that a conversion can have turns the build red.

A mutant is a real recipe whose file (or data, or session) is spoilt after it was really made. `build` must raise
and keep nothing. A mutant whose logits are bit-identical to the good file's is equivalent: there is nothing to catch.
"""
from dataclasses import replace

import numpy as np
import pytest

from edge_export import build
from edge_export.artifact import EdgeExportError
from edge_export.faults import FAULTS
from edge_export.formats import savedmodel
from edge_export.qat import fake_quantize
from edge_export.recipes import RECIPES, TREE


def verdict(made, digits, fault, monkeypatch):
    "caught, missed or equivalent; and the message."
    folder, model, files = made
    name, recipe = f"mutant-{fault.recipe}", RECIPES[fault.recipe]
    with monkeypatch.context() as patch:
        patch.setitem(RECIPES, name, replace(fault.spoil(recipe), name=name))
        try:
            mutant, = build([name], model, digits, folder)
        except EdgeExportError as e:
            assert not list(folder.glob("mutant-*")), "a file that failed its check was kept"
            return "caught", str(e).split(": ", 1)[1]
        good = next(f for f in files if f.recipe == fault.recipe)
        images = digits.evaluation.images
        same = np.array_equal(RECIPES[name].load(mutant.file)(images), recipe.load(good.file)(images))
        mutant.file.unlink()
        mutant.record.unlink()
    return ("equivalent" if same else "missed"), ""


@pytest.fixture(scope="module")
def learned(made, digits, tmp_path_factory):
    "The two QAT files, as `made` has the others."
    folder, fake = tmp_path_factory.mktemp("learned"), fake_quantize(made[1], digits)
    return folder, fake, build(["onnx-int8-qat", "tflite-int8-qat"], fake, digits, folder)


@pytest.mark.parametrize("files", ["made", "learned"])
def test_every_fault_is_caught(files, request, digits, monkeypatch, capsys):
    made = request.getfixturevalue(files)
    faults = [f for f in FAULTS if f.recipe in [a.recipe for a in made[2]]]
    found = [(f.name, f.recipe, *verdict(made, digits, f, monkeypatch)) for f in faults]
    with capsys.disabled():
        print()
        for fault, recipe, result, why in found:
            print(f"{result:10} {fault:28} {recipe:20} {why[:110]}")
    assert [row[:2] for row in found if row[2] == "missed"] == []


def test_no_fault_is_left_out(made, learned):
    assert {f.recipe for f in FAULTS} <= {a.recipe for a in [*made[2], *learned[2]]}
    assert len(FAULTS) >= 54


def test_the_good_recipes_pass(made, learned):
    assert [f.recipe for f in [*made[2], *learned[2]]] == [*TREE, "onnx-int8-qat", "tflite-int8-qat"]
    assert savedmodel.SavedModelSession(made[0] / "savedmodel-fp32").shape == (1, 28, 28)
