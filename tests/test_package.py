"The wheel alone, outside the checkout, runs the postcard of the README."
import os
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    "The Python of an environment that holds our wheel and sees the lock's packages, but not the checkout."
    folder = tmp_path_factory.mktemp("outside")
    shutil.copytree(ROOT, folder / "source", ignore=shutil.ignore_patterns(".git", ".venv", "runs", "_out", "build", "*.egg-info"))
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", folder / "source"],
                   check=True, capture_output=True)
    shutil.rmtree(folder / "source")
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    python = folder / "env" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--no-deps", *(folder / "dist").glob("*.whl")], check=True)
    own = subprocess.run([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True)
    packages = [p for p in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))]
    with open(os.path.join(own.stdout.strip(), "lock.pth"), "w") as f:
        f.write("\n".join(dict.fromkeys(packages)))
    return python, folder


def postcard():
    "The first Python block of the README."
    return re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S).group(1)


def ask(outside, code):
    python, folder = outside
    work = folder / "work"
    work.mkdir(exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "EDGE_EXPORT_DATA")} | {"EDGE_EXPORT_DATASET": "digits"}
    done = subprocess.run([python, "-c", code], cwd=work, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_is_what_is_imported(outside):
    assert str(ROOT) not in ask(outside, "import edge_export; print(edge_export.__file__)")


def test_the_postcard(outside):
    code = postcard()
    assert all(word in code for word in ("build(", "compare(files)", "race(files)"))
    said = ask(outside, code.replace("compare(files)", "print(compare(files))").replace("race(files)", "print(race(files))"))
    assert "tflite-int8-static" in said and "450 evaluation images" in said and "ratio to onnx-fp32" in said


def test_the_schema_is_in_the_wheel(outside):
    assert "results.json" in ask(outside, "from edge_export.results import schema; print(schema()['title'])")


def test_import_is_light(outside):
    heavy = ask(outside, "import sys, edge_export; print([m for m in ('torch', 'tensorflow', 'onnx', 'onnxruntime', 'scipy', 'sklearn', 'pandas', 'matplotlib', 'papermill') if m in sys.modules])")
    assert heavy.strip() == "[]"


def test_a_missing_extra_is_named(outside):
    said = ask(outside, """
import sys
sys.modules["onnx2tf"] = sys.modules["tensorflow"] = None      # as if it were not installed
from importlib import metadata
real = metadata.version
def version(name):
    if name in ("tensorflow", "onnx2tf"): raise metadata.PackageNotFoundError(name)
    return real(name)
import edge_export.artifact
edge_export.artifact.version = version
from edge_export import *
data = load_data("digits")
try: build(["tflite-fp32"], SimpleCNN(), data, out="out")
except Exception as e: print(type(e).__name__, e)
""")
    assert "EdgeExportError" in said and "pip install 'edge_export[tflite]'" in said
