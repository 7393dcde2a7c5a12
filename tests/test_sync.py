"Notebooks, package and README say the same: exporting and cleaning a copy changes nothing."
import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

from edge_export.publish import readme

ROOT = Path(__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "runs", "_out", "_proc", "_docs", "*.egg-info", "__pycache__", "nbdev.yml", ".ipynb_checkpoints")


def differences(a, b):
    "Files that are only on one side, or differ."
    files = {p.relative_to(side) for side in (a, b) for p in side.rglob("*") if p.is_file()}
    return sorted(str(f) for f in files if not ((a / f).is_file() and (b / f).is_file() and filecmp.cmp(a / f, b / f, shallow=False)))


def test_export_and_clean_change_nothing(tmp_path):
    before, after = tmp_path / "before", tmp_path / "a path with spaces"
    shutil.copytree(ROOT, before, ignore=LEFT_OUT)
    shutil.copytree(before, after)
    environment = {k: v for k, v in os.environ.items() if k != "IN_TEST"}
    for command in ("nbdev_export", "nbdev_clean"):
        subprocess.run([Path(sys.executable).parent / command], cwd=after, check=True, env=environment)
    shutil.rmtree(after / "edge_export" / "__pycache__", ignore_errors=True)
    assert differences(before, after) == [], "edit the notebook, then nbdev_export and nbdev_clean"


def test_a_hand_edit_is_found(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    for side, text in ((a, "x = 1"), (b, "x = 2")):
        side.mkdir()
        (side / "m.py").write_text(text)
    assert differences(a, b) == ["m.py"]


def test_readme_is_the_index():
    assert (ROOT / "README.md").read_text() == readme(ROOT / "nbs" / "index.ipynb"), "make publish writes it"
