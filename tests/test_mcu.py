"Microcontrollers: the same bits on emulated cores, forms that no compiler and no sanitizer complains of, tools that fail."
import os
import shutil
import subprocess

import numpy as np
import pytest
from conftest import ROOT

from edge_export.artifact import EdgeExportError
from edge_export.cli import main
from edge_export.datasets import load_data
from edge_export.formats.c import runtime_answers, write_c
from edge_export.formats.c_run import compiler, forms_of, run_rows
from edge_export.formats.c_weights import from_checkpoint
from edge_export.formats.tflite import TFLiteSession
from edge_export.recipes import build
from edge_export.targets.core_proof import prove_on_core
from edge_export.targets.cortexm import seats
from edge_export.targets.elsewhere import rows_of
from edge_export.targets.firmware import TOOLS, Project, built, lacking, run_firmware, write_project
from edge_export.targets.parts import CORES, PARTS, part_of
from edge_export.zoo import trained

SOURCE = ROOT / "models" / "tflite-int8-static.tflite"
WORDS = "-Wall -Wextra -Wconversion -pedantic -Werror -std=c99".split()
needs_tools = pytest.mark.skipif(bool(lacking()) and "EDGE_EXPORT_COMPLETE" not in os.environ, reason="make tools installs them")


@pytest.fixture(scope="module")
def rows():
    data = load_data("digits")
    images = np.concatenate([data.training.images, data.evaluation.images])[:1000]
    return rows_of(TFLiteSession(SOURCE), images)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cores")
    write_c(SOURCE, folder, rounding="tflm", form="cortexm")
    return folder


@needs_tools
@pytest.mark.parametrize("rounding", ["tflm", "litert"])
def test_three_cores_give_the_bits_of_a_thousand_images(rows, rounding):
    found = seats(SOURCE, rows, (rounding,), ("cortex-m0", "cortex-m4", "cortex-m55"))
    assert [(s.equal, s.n, s.why) for s in found] == [(1000, 1000, "")] * 3


@needs_tools
def test_the_other_rounding_is_told_apart(rows):
    wanted = runtime_answers(SOURCE, rows, "litert")
    assert 0 < (wanted == runtime_answers(SOURCE, rows, "tflm")).all(1).sum() < 1000


@needs_tools
def test_counts_repeat_and_stay_below_what_is_promised(rows):
    twice = [seats(SOURCE, rows[:4], ("tflm",), ("cortex-m4", "cortex-m55")) for _ in range(2)]
    counts = [[s.made.instructions for s in found] for found in twice]
    assert counts[0] == counts[1] and counts[0][0] <= 245_000 and counts[0][1] <= 72_000
    assert twice[0][0].made.size.flash <= 24_900 and twice[0][0].made.size.ram <= 3_300


@needs_tools
@pytest.mark.parametrize("level", ["-Os", "-O2", "-O3"])
@pytest.mark.parametrize("cpu", CORES)
def test_arms_compiler_is_silent(program, tmp_path, cpu, level):
    for more in ([], ["-ffreestanding"]):
        command = ["arm-none-eabi-gcc", *CORES[cpu].flags, *WORDS, level, *more, "-c", str(program / "model.c"), "-o", str(tmp_path / "a.o")]
        assert subprocess.run(command, capture_output=True, text=True).stderr == ""


@needs_tools
@pytest.mark.parametrize("cpu", ["cortex-m4", "cortex-m55"])
def test_without_a_library_the_answers_are_the_same(tmp_path, cpu):
    write_project(Project(SOURCE, CORES[cpu].machine, part_of(cpu=cpu), "tflm", 4096), tmp_path)
    for level in ("-Os -ffreestanding", "-O3 -ffreestanding"):
        (tmp_path / "emulated.elf").unlink(missing_ok=True)
        assert run_firmware(built(tmp_path, more=level), CORES[cpu])[0]["golden_wrong"] == 0


@needs_tools
def test_the_rounding_of_a_core_is_asked_where_answers_change():
    assert prove_on_core(SOURCE, "cortex-m33") > 30_000


@pytest.mark.parametrize("form", forms_of("cortexm"))
def test_each_form_is_silent_and_sane_here(program, rows, form, tmp_path):
    flags = forms_of("cortexm")[form]
    for level in ("-Os", "-O2", "-O3"):
        command = [*compiler(), *WORDS, level, *flags, "-c", str(program / "model.c"), "-o", str(tmp_path / "a.o")]
        assert subprocess.run(command, capture_output=True, text=True).stderr == ""
    sane = [*compiler(), "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", *flags]
    assert np.array_equal(run_rows(program, rows[:200], sane), runtime_answers(SOURCE, rows[:200], "tflm"))


@needs_tools
def test_what_does_not_fit_is_an_answer_and_leaves_nothing(tmp_path, monkeypatch, capsys):
    small = PARTS["STM32F100RB"].__class__("cortex-m3", 0x0800_0000, 16, 0x2000_0000, 8, "made up")
    monkeypatch.setitem(PARTS, "STM32F100RB", small)
    assert main(["firmware", str(SOURCE), "--part", "STM32F100RB", "--out", str(tmp_path / "a")]) == 1
    assert "the program does not fit" in capsys.readouterr().err and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("how", ["exit 3", "kill -ABRT $$", "echo nonsense", "missing"])
def test_a_tool_that_fails_costs_a_core_and_no_more(tmp_path, monkeypatch, tool, how, rows):
    if how == "missing":
        for name in ("sh", "env", *TOOLS):
            if name != tool and (there := shutil.which(name)):
                (tmp_path / name).symlink_to(there)
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        (tmp_path / tool).write_text(f"#!/bin/sh\n{how}\n")
        (tmp_path / tool).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    seat, = seats(SOURCE, rows[:2], ("tflm",), ("cortex-m4",))
    assert seat.made is None and seat.why


def test_a_part_and_a_core_must_be_one():
    with pytest.raises(EdgeExportError, match="leave --cpu away"):
        part_of("nRF52840", "cortex-m55")


@pytest.mark.parametrize("name, followed", [("relu6", 3), ("batch norm", 1)])
def test_weights_are_followed_where_they_are_the_checkpoints(tmp_path, name, followed):
    "Layers called by a number, too; a convolution with its normalization in it is another, and no error."
    model, data = trained(name)
    file, = build(["tflite-int8-static"], model, data, tmp_path)
    away = from_checkpoint(file.file, tmp_path / "torch.safetensors")
    assert len(away) == followed and max(away.values()) < .501
