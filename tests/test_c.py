"Networks as C: the same bits from every operator, compiler, form and CPU; clean code; and no wrong program from a broken file."
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT

from edge_export import build, compare, race, session
from edge_export.artifact import EdgeExportError
from edge_export.cli import main
from edge_export.datasets import load_digits
from edge_export.formats.c import drawn, runtime_answers, to_c, write_c, write_c_float
from edge_export.formats.c_graph import read_graph
from edge_export.formats.c_layers import LAYERS, SAME_NUMBERS, TABLES
from edge_export.formats.c_run import TARGETS, compiler, emulated_answers, forms, run_rows
from edge_export.formats.onnx import export_onnx
from edge_export.formats.savedmodel import convert_savedmodel
from edge_export.formats.tflite import convert_tflite
from edge_export.formats.tflite_file import operators
from edge_export.model import SimpleCNN, load_checkpoint
from edge_export.zoo import trained

MODELS = ROOT / "models"
INT8 = MODELS / "tflite-int8-static.tflite"
NETWORKS = ("squeeze", "hard swish", "padded pooling", "pixel shuffle", "dense", "residual")
WARNINGS = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-O2", "-c"]
COMPILERS = [[*compiler(), *flags] for flags in ((), ("-mavx2", "-mfma"), ("-march=icelake-server",))]
COMPILERS += [[sys.executable, "-m", "ziglang", "cc", f"-mcpu={cpu}"] for cpu in ("x86_64", "x86_64_v3", "icelake_server")]
# what clang-tidy says of this code on purpose
TIDY = {
    "bugprone-implicit-widening-of-multiplication-result": "offsets are below 2^24, which the generator refuses to exceed",
    "bugprone-signed-bitwise": "shifts of signed numbers are the arithmetic, and the file checks that they are arithmetic",
    "bugprone-easily-swappable-parameters": "y, x, channel is the order everywhere",
    "bugprone-signed-char-misuse": "an int8_t is a number here, not a character",
    "cert-str34-c": "the same check under its second name",
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    "Full-integer files of networks that use every kind of operator."
    found = {"SimpleCNN": INT8}
    for name in NETWORKS:
        folder = tmp_path_factory.mktemp("network")
        model, data = trained(name)
        export_onnx(model, folder / "a.onnx", data)
        convert_savedmodel(folder / "a.onnx", folder / "saved", data)
        convert_tflite(folder / "saved", folder / "a.tflite", data, "int8-static")
        found[name] = folder / "a.tflite"
    return found


def test_operators_are_all_met(files):
    met = set().union(*(operators(f) for f in files.values()))
    assert met >= {"CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D", "AVERAGE_POOL_2D", "ADD", "MUL", "CONCATENATION", "PAD", "RESHAPE",
                   "HARD_SWISH", "SOFTMAX", "LOGISTIC", "MEAN", "TRANSPOSE"}
    assert met <= {*LAYERS, *TABLES, *SAME_NUMBERS}


@pytest.mark.parametrize("name", ["SimpleCNN", *NETWORKS])
def test_networks_are_exact_and_proven(files, name, tmp_path):
    for form in ("vectors", "plain"):
        assert "are rounded as by LiteRT's reference kernels" in repr(to_c(files[name], tmp_path / form, form=form))
        for command in COMPILERS: subprocess.run([*command, *WARNINGS, "model.c"], cwd=tmp_path / form, check=True)


def test_micro_and_xnnpack(files, tmp_path):
    for name in ("SimpleCNN", "squeeze", "residual", "hard swish"): to_c(files[name], tmp_path / "micro", "tflm")
    to_c(INT8, tmp_path / "xnnpack", "xnnpack")
    with pytest.raises(EdgeExportError, match="how XNNPACK rounds ADD is not known here: take rounding=litert"):
        to_c(files["residual"], tmp_path / "xnnpack", "xnnpack")


@pytest.mark.parametrize("target", list(TARGETS))
def test_other_cpus_give_the_same_bits(target, tmp_path):
    rows = drawn((28, 28, 1), 1000)
    for form in ("vectors", "plain"):
        write_c(INT8, tmp_path / form, form=form)
        assert np.array_equal(emulated_answers(tmp_path / form, rows, target), runtime_answers(INT8, rows, "litert"))


def test_sanitizers_have_nothing_to_say(files, tmp_path):
    checked = [*compiler(), "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    for name, file in files.items():
        write_c(file, tmp_path / name)
        rows = drawn(read_graph(file).input.shape[1:], 50)
        for flags in forms().values():
            assert np.array_equal(run_rows(tmp_path / name, rows, [*checked, *flags]), runtime_answers(file, rows, "litert")), name


# channels in and out, size of the window, stride, dilation, padding
CONVOLUTIONS = [(1, 8, 3, 1, 1, 0), (3, 5, 3, 2, 1, 1), (2, 8, 5, 1, 2, 2), (4, 7, 1, 1, 1, 0), (1, 3, 2, 3, 1, 0), (2, 16, 3, 1, 1, 1)]


@pytest.mark.parametrize("kind", CONVOLUTIONS, ids=str)
def test_convolutions_in_float_under_the_sanitizers(kind, tmp_path):
    "ONNX Runtime's answers, compared by the program's own test, in each form; nothing is read beside an array."
    import torch
    torch.manual_seed(0)
    before, after, size, stride, dilation, padding = kind
    model = torch.nn.Sequential(torch.nn.Conv2d(before, after, size, stride, padding, dilation), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
                                torch.nn.Conv2d(after, 4, 2), torch.nn.Flatten(), torch.nn.LazyLinear(10))
    images = torch.rand(2, before, 26, 33)
    model(images)
    export_onnx(model, tmp_path / "a.onnx", SimpleNamespace(calibration=SimpleNamespace(images=images.numpy())))
    write_c_float(tmp_path / "a.onnx", tmp_path / "c")
    checked = [*compiler(), "-std=c99", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    for flags in forms().values():
        files = [str(tmp_path / "c" / n) for n in ("model.c", "model_test.c")]
        subprocess.run([*checked, *flags, *files, "-o", str(tmp_path / "test")], check=True)
        done = subprocess.run([str(tmp_path / "test")], capture_output=True, text=True)
        assert done.returncode == 0, (flags, done.stdout, done.stderr[-2000:])


def test_clang_tidy_passes(files, tmp_path):
    write_c(files["squeeze"], tmp_path / "fast")
    write_c(INT8, tmp_path / "plain", form="plain")
    write_c_float(MODELS / "onnx-fp32.onnx", tmp_path / "float")
    checks = "-*,bugprone-*,cert-*," + ",".join(f"-{name}" for name in TIDY)
    for folder, flags in (("fast", ["-mavx2"]), ("fast", ["-march=icelake-server"]), ("fast", []), ("plain", []), ("float", []), ("float", ["-march=icelake-server"])):
        names = [str(tmp_path / folder / n) for n in ("model.c", "model_test.c")]
        command = [str(Path(sys.executable).with_name("clang-tidy")), "--warnings-as-errors=*", f"--checks={checks}", *names, "--", "-std=c99", *flags]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:]


def test_the_recipes_stand_beside_the_others(tmp_path):
    data = load_digits()
    model = load_checkpoint(SimpleCNN(), MODELS / "torch.safetensors")
    recipes = ["c-fp32", "c-int8-static", "c-int8-static@form=plain", "tflite-int8-static"]
    made = dict(zip(recipes, build(recipes, model, data, tmp_path)))
    table = repr(compare(list(made.values())))
    assert all(name in table for name in recipes)
    assert "c-fp32" in repr(race(list(made.values())))
    images = data.evaluation.images
    ours, same = (session(made[name])(images) for name in recipes[1:3])
    assert np.array_equal(ours, same)
    assert made["c-fp32"].facts["check"]["flips"] == 0
    assert made["c-int8-static"].facts["proof"]["channels"] == 84
    assert "static void conv1(" in (made["c-int8-static"].file / "model.c").read_text()


def test_the_command(tmp_path, capsys):
    assert main(["c", str(INT8), "--out", str(tmp_path / "c")]) == 0
    assert "84 channels" in capsys.readouterr().out
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == ["model.c", "model.h", "model_test.c"]
    assert main(["c", str(MODELS / "tflite-fp32.tflite"), "--out", str(tmp_path / "c")]) == 1
    assert main(["c", str(tmp_path / "none.tflite"), "--out", str(tmp_path / "c")]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 2
    binary = tmp_path / "test"
    subprocess.run([*compiler(), "-std=c99", "-O2", "-o", binary, tmp_path / "c" / "model.c", tmp_path / "c" / "model_test.c"], check=True)
    assert subprocess.run([binary], capture_output=True, text=True).stdout == "0 of 40 numbers differ\n"
    assert main(["verify", str(binary), str(INT8)]) == 0
    assert "all 21,808 parameters" in capsys.readouterr().out
    assert main(["verify", str(binary), str(MODELS / "onnx-fp32.onnx")]) == 1
    assert "it holds no program of" in capsys.readouterr().err


def test_without_a_compiler_one_line_says_what_to_install(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler")
    assert main(["c", str(INT8), "--out", str(tmp_path / "c")]) == 1
    assert "there is none here: apt install gcc" in capsys.readouterr().err
    assert not (tmp_path / "c").exists()
    assert main(["doctor"]) == 0
    assert "apt install gcc" in capsys.readouterr().out


def test_broken_files_become_no_wrong_program():
    from edge_export.c_fuzz import broken_files
    found = broken_files(1500, 8)
    assert found["foreign"] == found["wrong"] == 0 and found["compiled"] == 8 and found["refused"] > 100


def test_nothing_of_others_is_lost(tmp_path, capsys):
    (tmp_path / "mine.py").write_text("years of work")
    (tmp_path / "link").symlink_to(tmp_path)
    for out in (tmp_path, tmp_path / "mine.py", tmp_path / "link"):
        assert main(["c", str(INT8), "--out", str(out)]) == 1
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert (tmp_path / "mine.py").read_text() == "years of work" and (tmp_path / "link").is_symlink()
