"Every kind of fault, once, at the strength that it is promised to be caught from; `make bench AREA=engine` climbs all the ladders."
import pytest

from edge_export.families import FAMILIES
from edge_export.trials import subject

RECIPES = ("onnx-int8-static", "tflite-fp32")   # one file of integers, one of floats


@pytest.fixture(scope="module")
def mlp(tmp_path_factory):
    return subject("mlp", tmp_path_factory.mktemp("mlp"), RECIPES)


def test_a_fault_at_the_promised_strength_is_caught(mlp):
    planted, kept = set(), []
    for family in FAMILIES:
        for recipe in RECIPES:
            if recipe not in family.recipes:
                continue
            why = family.plant(recipe, family.promise(recipe), mlp)
            if why is not None:
                planted.add(family.name)
            if why == "":
                kept.append((family.name, recipe))
    assert kept == []
    assert len(planted) >= 70
