"""Ask model files on a machine that has NumPy and one runtime, and nothing of edge_export: run.py FOLDER.

FOLDER holds job.json, a list of jobs, and the samples. Of each job it gets NAME.npz, the answers in the file's own type,
one sample a call; or NAME.txt, one line that says why there are none.
"""
import json
import os
import sys
from pathlib import Path

import numpy as np


def onnxruntime(job):
    "A call of ONNX Runtime: a list of tensors in, a list of tensors out."
    import onnxruntime as ort
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(job["file"], options, ["CPUExecutionProvider"])
    return lambda row: session.run(None, dict(zip(job["inputs"], row)))


def litert(job):
    "A call of LiteRT, with its default kernels or with its reference kernels."
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
    kernels = OpResolverType.BUILTIN_REF if job["reference"] else OpResolverType.AUTO
    lite = Interpreter(job["file"], num_threads=1, experimental_op_resolver_type=kernels)
    lite.allocate_tensors()

    def ask(row):
        for index, values in zip(job["inputs"], row):
            lite.set_tensor(index, values)
        lite.invoke()
        return [lite.get_tensor(index) for index in job["outputs"]]
    return ask


RUNTIMES = {"onnxruntime": onnxruntime, "litert": litert}


def mark():
    "A system call that does nothing: count.c says here how many instructions there were."
    try:
        os.getpgid(0x5EED5EED)
    except OSError:
        pass


def answer(job, folder):
    "Ask a file for each sample, and write what it says; the samples from `mark` on are counted."
    rows, found = np.load(folder / job["rows"]), []
    ask, names = RUNTIMES[job["runtime"]](job), rows.dtype.names
    taken = [np.ascontiguousarray(rows[n]) for n in names] if names else [rows]
    for i in range(len(rows)):
        if i == job.get("mark"):
            mark()
        found.append(ask([v[i:i + 1] for v in taken]))
    if "mark" in job:
        mark()
    scratch = folder / "scratch.npz"
    np.savez(scratch, *(np.concatenate(column) for column in zip(*found)))
    scratch.rename(folder / f"{job['name']}.npz")


if __name__ == "__main__":
    place = Path(sys.argv[1])
    for one in json.loads((place / "job.json").read_text()):
        try:
            answer(one, place)
        except Exception as e:  # whatever a runtime raises is the answer of this job alone
            (place / f"{one['name']}.txt").write_text(" ".join(f"{type(e).__name__}: {e}".split())[:400])
