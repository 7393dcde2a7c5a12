"""A rehearsal of Colab. For each image: an environment with that Python and the versions of all that we touch; a kernel that has
numpy, pandas and matplotlib loaded; the install cell run in it as it stands, but for our own address, which becomes the wheel just
built; then the day to its end, without a restart, on the digits. A preinstalled package that changed fails it."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from edge_export.runs import DAYS, parse_days

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / ".ci" / "colab-images"
LOADED = """import sys, types
import numpy, pandas, matplotlib, matplotlib.pyplot
sys.modules["google.colab"] = types.ModuleType("google.colab")"""
MAY_CHANGE = {"qat": {"torchao"}}   # by extra: the day says so
LIST = "import importlib.metadata as m; print(*{f'{d.name}=={d.version}' for d in m.distributions()}, sep=chr(10))"


def python_of(minor):
    "The interpreter of a minor version: on PATH, or one that pyenv has."
    found = [*Path.home().glob(f".pyenv/versions/{minor}.*/bin/python"), shutil.which(f"python{minor}")]
    for python in filter(None, found):
        said = subprocess.run([python, "--version"], capture_output=True, text=True).stdout
        if said.startswith(f"Python {minor}."):
            return str(python)
    sys.exit(f"colab: there is no Python {minor} here, neither on PATH nor in pyenv")


def installed(env):
    "Name to version of what is in an environment."
    said = subprocess.run([env / "bin" / "python", "-c", LIST], capture_output=True, text=True, check=True).stdout
    return dict(line.lower().replace("_", "-").split("==") for line in said.split())


def make_wheel(folder):
    "Our wheel, built from a copy of the checkout."
    source = folder / "source"
    source.mkdir()
    for name in ("settings.ini", "setup.py", "README.md", "edge_export"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, source / name)
    subprocess.run([sys.executable, "-m", "build", "-q", "--wheel", "--no-isolation", "--outdir", folder, source], check=True)
    return next(folder.glob("*.whl"))


def make_image(freeze, minor, env):
    "An environment with the image's versions; torch comes from $TORCH_INDEX where that is set."
    subprocess.run([python_of(minor), "-m", "venv", env], check=True)
    pins = [line.strip() for line in freeze.read_text().splitlines() if "==" in line and not line.startswith("#")]
    torch = [p for p in pins if re.match(r"torch(vision)?==", p)]
    index = ["--index-url", os.environ["TORCH_INDEX"]] if os.environ.get("TORCH_INDEX") else []
    pip = [env / "bin" / "pip", "install", "-q"]
    subprocess.run([*pip, *index, *torch], check=True)
    subprocess.run([*pip, *pins], check=True)
    print(f"colab: Python {minor}, {', '.join(f'{n} {installed(env)[n]}' for n in ('torch', 'numpy', 'tensorflow', 'ipython'))}")


def prepared(notebook, wheel):
    "The day as Colab would run it."
    day = nbformat.read(notebook, 4)
    install = next(c for c in day.cells if "google.colab" in c.source and c.cell_type == "code")
    install.metadata["tags"] = []
    install.source, count = re.subn(r"git\+https://\S+@v[\w.]+", wheel.as_uri(), install.source)
    assert count == 1, f"{notebook.name}: the install cell has no address of ours"
    day.cells.insert(0, nbformat.v4.new_code_cell(LOADED))
    return day, set(re.search(r"\[([\w,]+)\]", install.source)[1].split(","))


def kernel(env, folder):
    "A manager for kernels of the environment."
    spec = folder / "kernels" / "colab"
    spec.mkdir(parents=True, exist_ok=True)
    (spec / "kernel.json").write_text(json.dumps(dict(
        argv=[str(env / "bin" / "python"), "-m", "ipykernel_launcher", "-f", "{connection_file}"], display_name="colab",
        language="python", env={"PATH": f"{env / 'bin'}:{os.environ['PATH']}", "EDGE_EXPORT_DATASET": "digits", "PIP_NO_INPUT": "1"})))
    return AsyncKernelManager(kernel_name="colab", kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(folder / "kernels")]))


def rehearse(notebook, env, wheel, pristine):
    "Run one day; whether it passed, and the preinstalled packages that are not what they were."
    day, extras = prepared(notebook, wheel)
    with tempfile.TemporaryDirectory() as name:
        client = NotebookClient(day, km=kernel(env, Path(name)), timeout=1200, resources={"metadata": {"path": name}})
        try:
            client.execute()
            passed = True
        except CellExecutionError as e:
            print(f"{notebook.name} stopped:\n{str(e)[-1500:]}")
            passed = False
    now = installed(env)
    if "edge-export" not in now:
        said = "".join(o.get("text", "") for c in day.cells[:5] for o in c.get("outputs", []))
        print(f"{notebook.name}: the install cell installed nothing: {said[-1500:]}")
    allowed = set().union(*(MAY_CHANGE.get(e, set()) for e in extras))
    changed = {n: (v, now.get(n)) for n, v in pristine.items() if now.get(n) != v}
    for n, (old, new) in changed.items():
        print(f"{notebook.name}: {n} {old} became {new}{' (this day may)' if n in allowed else ''}")
    return dict(passed=passed and "edge-export" in now, changed=sorted(set(changed) - allowed))


def rehearse_image(name, freeze, minor, days):
    "All days in one image; the first day installs, the others find it done, as in a runtime that goes on."
    with tempfile.TemporaryDirectory() as folder:
        env = Path(folder) / "env"
        wheel = make_wheel(Path(folder))
        make_image(freeze, minor, env)
        pristine, found = installed(env), {}
        for day in days:
            found[f"day{day}"] = rehearse(ROOT / "nbs" / "days" / f"{DAYS[day]}.ipynb", env, wheel, pristine)
            r = found[f"day{day}"]
            print(f"colab {name} day {day}: {'passed' if r['passed'] else 'FAILED'}, "
                  f"{len(r['changed'])} preinstalled packages changed", flush=True)
    return found


def main():
    parser = argparse.ArgumentParser("colab")
    parser.add_argument("images", nargs="*", default=sorted(p.stem for p in IMAGES.glob("*.txt")))
    parser.add_argument("--days", default=f"1-{max(DAYS)}")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--freeze", type=Path)
    parser.add_argument("--python")
    args = parser.parse_args()
    jobs = [(n, IMAGES / f"{n}.txt", n.rpartition("-")[2]) for n in args.images]
    if args.freeze: jobs = [(args.freeze.stem, args.freeze.absolute(), args.python)]
    found = {name: rehearse_image(name, freeze, minor, parse_days(args.days)) for name, freeze, minor in jobs}
    if args.json: args.json.write_text(json.dumps(found, indent=1) + "\n")
    results = [r for days in found.values() for r in days.values()]
    sys.exit(not all(r["passed"] and not r["changed"] for r in results))


main()
