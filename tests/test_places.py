"Other places: a tool that is missing, dies, hangs or talks nonsense costs its own row, and says what to do."
import os
import re
import stat
import sys

import numpy as np
import pytest
from conftest import ROOT

from edge_export.artifact import EdgeExportError
from edge_export.cli import main
from edge_export.datasets import load_data
from edge_export.ledger import everywhere
from edge_export.recipes import build
from edge_export.storage import clean, held
from edge_export.targets import armnn, elsewhere, x86
from edge_export.targets.arm64 import BOARDS, on_arm64
from edge_export.targets.arm64_root import arm64_root, lacking
from edge_export.targets.x86 import on_x86

SAYS = {"exit 3": "status 3|died", "kill -ABRT $$": "SIGABRT|died|status", "sleep 30": "did not end", "echo garbage": "wrote nothing|died"}


@pytest.fixture(scope="module")
def files(made):
    return build(["onnx-fp32", "onnx-int8-static", "tflite-int8-static@dense=tensor"], made[1], load_data("digits"), made[0])


@pytest.fixture
def samples():
    return load_data("digits").evaluation.images[:10]


def complete():
    "Skipped where this machine has not the tools; CI sets the variable and must have them."
    for why in filter(None, (lacking(), armnn.lacking(), x86.emulator_lacks())):
        if os.environ.get("EDGE_EXPORT_COMPLETE"):
            raise EdgeExportError(why)
        pytest.skip(f"not run: {why}")


def test_every_place_answers(files, samples):
    complete()
    seen = everywhere(files, samples)
    assert [v.why for v in seen if v.why] == []
    assert {v.place for v in seen} == {"Haswell", *BOARDS, "this one, Arm NN CpuRef", "cortex-a76, Arm NN CpuAcc"}
    assert {v.found.equal for v in seen if v.file == "onnx-int8-static"} == {10}


GO = {"qemu-aarch64": lambda files, samples: on_arm64(files[:2], samples), "qemu-x86_64": lambda files, samples: on_x86(files[:2], samples),
      "Arm NN": lambda files, samples: armnn.in_armnn(files[2:], samples)}


@pytest.fixture
def spoil(tmp_path, monkeypatch):
    "Put a program that does something else in a tool's place, and wait two seconds for it."
    def put(tool, does):
        complete()
        fake = tmp_path / tool
        fake.write_text(f"#!/bin/sh\n{does}\n")
        fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        if tool == "qemu-x86_64":
            monkeypatch.setattr(x86, "PATIENCE", 2)
        if tool == "Arm NN":
            monkeypatch.setattr(armnn, "PYTHON", str(fake))
        asking = elsewhere._ran
        monkeypatch.setattr(elsewhere, "_ran", lambda command, folder, patience: asking(
            command, folder, 2 if command[0] in (tool, str(fake)) else patience))
    return put


@pytest.mark.parametrize("does", SAYS)
@pytest.mark.parametrize("tool", GO)
def test_a_damaged_tool_says_what_it_did(tool, does, files, samples, spoil):
    spoil(tool, does)
    seen = GO[tool](files, samples)
    assert seen and all(v.found is None and re.search(SAYS[does], v.why) for v in seen), [v.why for v in seen]


def test_a_damaged_tool_costs_its_own_rows_alone(files, samples, spoil):
    spoil("qemu-aarch64", "exit 3")
    seen = everywhere(files, samples)
    assert {v.place for v in seen if v.why} == {*BOARDS, "cortex-a76, Arm NN CpuAcc"} and {v.place for v in seen if v.found} == {"Haswell", "this one, Arm NN CpuRef"}


def test_without_tools_each_place_says_what_to_install(files, samples, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(armnn, "lacking", lambda: "Arm NN is not installed: make tools")
    seen = everywhere(files, samples)
    assert len({v.place for v in seen}) == 5 and all(v.found is None and v.why.endswith("make tools") for v in seen)


def test_another_version_of_a_wheel_is_another_root(tmp_path, monkeypatch):
    "A root whose wheels are not those of this version, or whose record was altered, is made again."
    complete()
    import shutil

    from edge_export.artifact import read_sealed, write_sealed
    from edge_export.targets import arm64_root as room
    copy = shutil.copytree(arm64_root(), tmp_path / "arm64", symlinks=True)
    record = read_sealed(copy / "root.json")
    assert room._current(copy) and room.damage(copy) == ""
    write_sealed(copy / "root.json", record | dict(wheels={n: "0" * 64 for n in record["wheels"]}))
    assert not room._current(copy)
    (copy / "root.json").write_text("{}")
    assert "root.json" in room.damage(copy)


def test_the_wheels_are_those_of_the_lock():
    lock = set((ROOT / "requirements.txt").read_text().splitlines())
    wanted = re.findall(r"^([\w-]+==[\w.]+)", (ROOT / "edge_export/assets/targets/arm64.txt").read_text(), re.M)
    assert len(wanted) == 3 and set(wanted) <= lock


def test_planted_bits_are_a_failed_check(files, samples, monkeypatch):
    "The check goes red on a file whose answers elsewhere have other bits."
    complete()
    asking = elsewhere.ask
    def other(*args, **kwargs): return {n: v + np.float32(.5) * (np.arange(len(v)) == 3)[:, None] for n, v in asking(*args, **kwargs).items()}
    monkeypatch.setattr(sys.modules["edge_export.targets.arm64"], "ask", other)
    seen = on_arm64(files[1:2], samples)
    assert "1 of 10 answers have other bits there, the first is number 3" in seen[0].why


def test_the_command_asks_a_file_of_ones_own(files, samples, tmp_path, capsys):
    complete()
    np.save(tmp_path / "samples.npy", samples)
    assert main(["on", "cortex-a76", str(files[0].file), str(files[1].file), "--samples", str(tmp_path / "samples.npy")]) == 0
    assert "10 samples, emulated" in capsys.readouterr().out
    assert main(["on", "cortex-m0", str(files[0].file)]) == 1


def test_the_root_is_held_and_freed(tmp_path, monkeypatch):
    monkeypatch.setenv("EDGE_EXPORT_CACHE", str(tmp_path))
    (tmp_path / "arm64" / "usr").mkdir(parents=True)
    (tmp_path / "arm64-armnn").mkdir()
    (tmp_path / "arm64" / "usr" / "file").write_bytes(bytes(10_000))
    own = [h for h in held(tmp_path / "runs") if h.kind == "arm64"]
    assert len(own) == 2 and own[0].bytes >= 10_000 and clean(own) >= 10_000 and not [*tmp_path.iterdir()]
