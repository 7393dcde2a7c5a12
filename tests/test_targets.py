"Other runtimes stand in the same table; a tool that is missing, aborts, hangs or prints garbage breaks its own row alone."
import stat
import subprocess

import pytest

from edge_export import build, compare, load_data, race, session
from edge_export.artifact import EdgeExportError
from edge_export import process
from edge_export.formats import ethosu, executorch, iree, openvino
from edge_export.formats.onnx import OnnxSession
from edge_export.process import interpreter
from edge_export.recipes import installed
from edge_export.tree import RECIPES
from edge_export.zoo import trained

TARGETS = [name for name, r in RECIPES.items() if r.extra in ("openvino", "executorch", "iree", "ethosu")]


@pytest.fixture(scope="module")
def others(made, tmp_path_factory):
    "The CNN in every other runtime, beside its parents."
    folder = tmp_path_factory.mktemp("others")
    return dict(zip(TARGETS, build(TARGETS, made[1], load_data("digits"), folder)))


def test_they_are_compared_and_raced_like_the_rest(others):
    table, found = repr(compare(list(others.values()))), race([*others.values()], rounds=3)
    assert len(TARGETS) == 8 and all(name in table for name in TARGETS)
    assert set(found.times) >= set(TARGETS) - {"ethosu-int8-static"} and "ethosu-int8-static" not in found.times
    assert found.delegates["executorch-fp32"] == "XnnpackBackend" and found.delegates["openvino-fp32"].startswith("the CPU plugin on ")
    for name, file in others.items():
        if name.endswith("fp32"):
            assert file.facts["check"]["flips"] == 0, name


def test_what_nothing_here_runs_has_an_estimate_and_no_accuracy(others):
    file = others["ethosu-int8-static"]
    assert "check" not in file.facts and file.facts["cpu_operators"] == 0 and file.facts["estimate"]["cycles"] > 10_000
    with pytest.raises(EdgeExportError, match="nothing here runs ethosu-int8-static"):
        session(file)
    table = compare(list(others.values()))
    assert table.headers[-1] == "estimated µs" and [row[-1] != "" for row in table.rows] == [name.startswith("ethosu") for name in TARGETS]


def test_each_says_what_it_multiplies(others):
    shares = {name: file.facts["integers"] for name, file in others.items()}
    assert shares == {name: float("int8" in name) for name in TARGETS}
    assert not any(file.facts["lint"] or "unread" in file.facts for file in others.values())


def test_integers_of_a_compiler_are_those_of_onnx_runtime(others):
    "But for a sum that lies halfway."
    file, images = others["iree-int8-static"], load_data("digits").evaluation.images
    same = session(file)(images) == OnnxSession(file.file.with_name("onnx-int8-static.onnx"), exact=True)(images)
    assert file.facts["equal_to_onnxruntime"] == same.all(1).sum() >= .99 * len(images)


def test_another_network_goes_there_too(tmp_path):
    model, data = trained("hard swish")
    for recipe in ("openvino-fp32", "openvino-int8-static", "executorch-fp32", "iree-fp32"):
        made, = build([recipe], model, data, tmp_path)
        assert made.facts["check"]["max_abs"] >= 0, recipe


def test_networks_of_several_inputs_go_there_too(tmp_path):
    model, data = trained("tokens and numbers")   # int64 and float32 lie side by side in a record
    for recipe in ("openvino-fp32", "executorch-fp32"):
        made, = build([recipe], model, data, tmp_path)
        assert made.facts["integers"] == 0 and made.facts["check"]["max_abs"] < 1e-4, recipe


def test_a_layer_that_nncf_leaves_in_float_is_named_and_not_refused(tmp_path):
    model, data = trained("squeeze")
    made, = build(["openvino-int8-static"], model, data, tmp_path)
    assert made.facts["in_float"] and {kind for _, kind in made.facts["lint"]} == {"float island"} and .9 < made.facts["integers"] < 1


def test_what_a_runtime_cannot_run_or_gets_wrong_is_refused_in_its_own_words(tmp_path):
    model, data = trained("volume")
    with pytest.raises(EdgeExportError, match="ExecuTorch cannot run this program .*an operator outside XNNPACK has no kernel"):
        build(["executorch-fp32"], model, data, tmp_path)
    model, data = trained("pixel shuffle")   # IREE takes its channels in another order
    with pytest.raises(EdgeExportError, match="iree-fp32 failed its check and is not kept: largest logit error"):
        build(["iree-fp32"], model, data, tmp_path / "shuffled")


@pytest.mark.parametrize("recipe", TARGETS)
def test_a_missing_extra_is_named(recipe, monkeypatch):
    from importlib.metadata import PackageNotFoundError

    from edge_export import recipes

    def missing(*names):
        raise PackageNotFoundError(RECIPES[recipe].packages[-1])
    monkeypatch.setattr(recipes, "versions", missing)
    with pytest.raises(EdgeExportError, match=rf"pip install 'edge_export\[{RECIPES[recipe].extra}\]'"):
        installed(RECIPES[recipe])


FAULTS = {"exit 3": "cannot compile|died", "kill -ABRT $$": "cannot compile|died", "sleep 60": "did not end within", "echo garbage": "cannot compile|died"}


@pytest.mark.parametrize("recipe, tool", [("iree-fp32", iree), ("openvino-fp32", openvino), ("executorch-fp32", executorch)])
@pytest.mark.parametrize("does", FAULTS)
def test_a_tool_that_fails_breaks_its_own_row_alone(recipe, tool, does, made, tmp_path, monkeypatch):
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\n{does}\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    data, out = load_data("digits"), tmp_path / "out"
    good, = build(["onnx-fp32"], made[1], data, out)
    monkeypatch.setattr(tool, "PATIENCE", 2)
    if tool is iree:
        monkeypatch.setattr(process.sys, "executable", str(fake))
    before = interpreter.set([str(fake)])
    try:
        with pytest.raises(EdgeExportError, match=f"{recipe} could not be made: .*({FAULTS[does]})"):
            build([recipe], made[1], data, out)
    finally:
        interpreter.reset(before)
    assert good.file.exists() and not list(out.glob(f"{recipe}*"))


@pytest.mark.parametrize("does", FAULTS)
def test_a_compiler_for_an_npu_that_fails_breaks_its_own_row_alone(does, others, made, tmp_path, monkeypatch):
    fake = tmp_path / "python"
    fake.write_text(f"#!/bin/sh\n{does}\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    good = others["ethosu-int8-static"]
    monkeypatch.setattr(ethosu, "PATIENCE", 2)
    monkeypatch.setattr(process.sys, "executable", str(fake))
    name = "ethosu-int8-static@accelerator=ethos-u65-512"
    with pytest.raises(EdgeExportError, match=f"{name} could not be made: .*({FAULTS[does]})"):
        build([name], made[1], load_data("digits"), good.file.parent)
    assert good.file.exists() and not list(good.file.parent.glob(f"{name}*"))


def test_make_run_downloads_nothing_of_the_second_lock():
    from conftest import ROOT
    done = subprocess.run(["make", "-n", ".venv/ready"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "requirements-targets" not in done.stdout   # `make run` downloads nothing of it
    def needs(*days):
        return ".venv/targets" in subprocess.run(["make", "-np", *days, "run"], cwd=ROOT, capture_output=True, text=True).stdout.partition("\nrun:")[2].partition("\n")[0]
    assert needs("DAYS=6") and not needs()
