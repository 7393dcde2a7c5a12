"Nothing stays stuck: a small, seeded part of what `make bench AREA=engine` does to runs, input and files; and the disk."
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time

import pytest

from edge_export.damage import call, damages
from edge_export.fuzz import fuzz
from edge_export.inputs import LINES, inputs
from edge_export.kills import COMMAND, MARK, kills, outlived, started
from edge_export.owner import owned

DAY1 = ["-p", "epochs", "2", "--days", "1"]


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    "A folder with runs that were killed, once in each way, and the run that was left in peace."
    out = tmp_path_factory.mktemp("killed")
    return out, kills(4, out)


def test_killed_runs_come_to_their_end(killed):
    assert killed[1] == dict(kills=4, wrong_after_kill=0, survivors=0, leftovers=0, noise=0)


def test_spoilt_runs_recover(killed, tmp_path):
    shutil.copytree(killed[0] / "peace", tmp_path / "finished")
    assert damages(2, tmp_path, seed=1) == dict(damaged=2, damaged_recovered=2)


def test_a_second_run_waits_or_says_for_whom(killed, tmp_path):
    shutil.copytree(killed[0] / "peace", tmp_path / "peace")
    folder, = [p for p in (tmp_path / "peace" / "runs").iterdir() if not p.name.startswith(".")]
    with owned(folder):
        done = call(tmp_path / "peace", "--no-wait")
        assert done.returncode == 1 and f"is in use by process {os.getpid()} on " in done.stderr and len(done.stderr.splitlines()) == 1
        own = {"TMPDIR": str(tmp_path), "EDGE_EXPORT_DATASET": "digits"}
        command = [sys.executable, "-c", COMMAND, "run", "--out", str(tmp_path / "peace" / "runs"), "-p", "epochs", "2"]
        second = subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert second.stderr.readline().startswith(f"waiting for process {os.getpid()} on ")
        time.sleep(1)
        assert second.poll() is None
    out, said = second.communicate(timeout=120)
    assert second.returncode == 0 and "tflite-int8-static" in out and not said


def test_wrong_input_is_one_line():
    found = inputs(random.Random(0).sample(LINES, 12))
    assert found["bad_inputs"] >= 150 and found["tracebacks"] == found["hangs"] == 0


def test_broken_files_are_one_error(tmp_path):
    found = fuzz(2_000, tmp_path)
    assert found["fuzz_inputs"] >= 1_500 and found["read"] and found["crashes"] == found["foreign"] == 0


def test_a_folder_that_vanishes_is_one_line(tmp_path):
    run = started(tmp_path, "vanishing", "--days", "1")
    deadline = time.monotonic() + 120
    while not list(tmp_path.glob("runs/digits*/torch.json")) and time.monotonic() < deadline:
        time.sleep(.05)
    folder = next((tmp_path / "runs").glob("digits*"))
    while folder.exists():   # the run still writes into it
        shutil.rmtree(folder, ignore_errors=True)
    run.expect(__import__("pexpect").EOF, timeout=120)
    run.close()
    assert run.exitstatus == 1 and "vanished" in run.before and "Traceback" not in run.before, run.before
    assert outlived("vanishing") == 0


def test_a_file_that_may_not_be_written_is_one_line_and_the_next_run_goes_on(tmp_path):
    "The kernel refuses files beyond 50,000 bytes: as on a full disk, a write ends in the middle."
    command = [sys.executable, "-c", COMMAND, "run", *DAY1, "--out", str(tmp_path / "runs")]
    environment = os.environ | {"EDGE_EXPORT_DATASET": "digits", "TMPDIR": str(tmp_path)}
    def small(): resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    done = subprocess.run(command, env=environment, preexec_fn=small, capture_output=True, text=True, timeout=300)
    said = [line for line in done.stderr.splitlines() if "edge-export:" in line]
    assert done.returncode == 1 and len(said) == 1 and "larger than a file may be here" in said[0] and "Traceback" not in done.stderr, done.stderr
    folder, = [p for p in (tmp_path / "runs").iterdir() if not p.name.startswith(".")]
    assert not [p.name for p in folder.iterdir() if p.name.startswith(".")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0 and "damaged" not in done.stderr, done.stderr


# A disk of its own: a file system in memory, seen by the processes of the test alone.
DISK = """
mount -t tmpfs -o size={size} none {disk}
{commands}
"""


def on_a_disk(folder, size, commands):
    "What commands say where `$D` is a small disk."
    can = subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode == 0 if shutil.which("unshare") else False
    if not can:
        pytest.skip("no file system can be mounted here (unshare -rm); a limit of the size of files is tried instead, above")
    disk = folder / "disk"
    disk.mkdir()
    script = DISK.format(size=size, disk=disk, commands=commands)
    own = {"D": str(disk), "EDGE_EXPORT_DATASET": "digits", MARK: str(folder)}
    done = subprocess.run(["unshare", "-rm", "bash", "-c", script], env=os.environ | own, capture_output=True, text=True, timeout=300)
    assert outlived(str(folder)) == 0
    return done


def edge(words):
    return f'{sys.executable} -c "{COMMAND}" {words}'


def test_too_small_a_disk_is_said_before_anything_is_made(tmp_path):
    done = on_a_disk(tmp_path, "50m", edge("run --days 1 --out $D/runs"))
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "free some space" in done.stderr, done.stderr


def test_a_disk_that_fills_loses_nothing_and_the_next_run_goes_on(tmp_path):
    run = edge("run " + " ".join(DAY1) + " --out $D/runs")
    done = on_a_disk(tmp_path, "130m", f"""
        {run} > /dev/null 2> $D/said &
        for i in $(seq 600); do ls $D/runs/digits*/torch.json > /dev/null 2>&1 && break; sleep .1; done
        cat /dev/zero > $D/filler 2> /dev/null
        wait $!; echo status $?; grep -a 'edge-export:' $D/said; grep -ac Traceback $D/said
        sha256sum $D/runs/digits*/torch.safetensors
        rm $D/filler
        {run} > /dev/null 2> $D/again; echo status $?; grep -c 'epoch' $D/again
        sha256sum $D/runs/digits*/torch.safetensors
        ls -A $D/runs/digits*""")
    lines = done.stdout.splitlines()
    assert lines[0] == "status 1" and "the disk is full" in lines[1] and lines[2] == "0", done.stdout + done.stderr
    assert lines[4:6] == ["status 0", "0"] and lines[3] == lines[6], done.stdout   # the training was not lost
    assert not [name for name in lines[7:] if name.startswith(".") or name == "damaged"], done.stdout


def test_a_disk_that_is_read_only_is_one_line(tmp_path):
    done = on_a_disk(tmp_path, "200m", "mount -o remount,ro $D; " + edge("run --days 1 --out $D/runs"))
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1 and "read-only" in done.stderr, done.stderr


@pytest.mark.parametrize("words", ["doctor", "doctor --json"])
def test_a_terminal_that_knows_ascii_only(words):
    own = {"LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", COMMAND, *words.split()], env=os.environ | own, capture_output=True, timeout=120)
    assert done.returncode == 0 and not done.stderr
    if "--json" in words:
        assert json.loads(done.stdout)["rows"]


def test_a_reader_that_leaves_and_an_output_that_is_full():
    one = subprocess.run(f"set -o pipefail; {edge('doctor')} | head -1", shell=True, executable="/bin/bash", capture_output=True, text=True, timeout=120)
    assert "Traceback" not in one.stderr and "Exception" not in one.stderr and one.stdout
    full = subprocess.run(f"{edge('doctor')} > /dev/full", shell=True, capture_output=True, text=True, timeout=120)
    assert full.returncode == 1 and len(full.stderr.splitlines()) == 1 and "the disk is full" in full.stderr, full.stderr
