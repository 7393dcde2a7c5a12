"""Ask TFLite files in Debian's Arm NN 20.08, with a system's own Python: armnn.py CpuRef|CpuAcc FOLDER

FOLDER is as run.py has it. Arm NN may end the process: the caller then blames the file that was asked.
"""
import json
import logging
import os
import sys
from pathlib import Path

import numpy as np

if sys.argv[1] == "CpuAcc":  # it has a thread for each core that it sees; for a small network they cost more than they bring
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
logging.disable(logging.WARNING)  # it announces every parser that it was built without
import pyarmnn as ann  # noqa: E402


def parsed(path):
    "The network of a file, and its one input and its one output."
    parser = ann.ITfLiteParser()
    network = parser.CreateNetworkFromBinaryFile(path)
    graph = parser.GetSubgraphCount() - 1
    inputs = [parser.GetNetworkInputBindingInfo(graph, n) for n in parser.GetSubgraphInputTensorNames(graph)]
    outputs = [parser.GetNetworkOutputBindingInfo(graph, n) for n in parser.GetSubgraphOutputTensorNames(graph)]
    if len(inputs) + len(outputs) > 2:
        raise ValueError("the file has several inputs or outputs")
    return network, inputs[0], outputs[0]


def answer(path, rows, backend):
    "The raw answers, one sample a call."
    runtime = ann.IRuntime(ann.CreationOptions())
    network, first, last = parsed(path)
    if rows.shape[1:] != tuple(first[1].GetShape())[1:]:  # it counts bytes, and no more
        raise ValueError(f"samples are {rows.shape[1:]}, the file takes {tuple(first[1].GetShape())[1:]}")
    chosen = [ann.BackendId(backend)]
    graph, _ = ann.Optimize(network, chosen, runtime.GetDeviceSpec(), ann.OptimizerOptions())
    number, found = runtime.LoadNetwork(graph)[0], []
    target = ann.make_output_tensors([last])
    for row in np.ascontiguousarray(rows):
        runtime.EnqueueWorkload(number, ann.make_input_tensors([first], [row[None]]), target)
        found.append(ann.workload_tensors_to_ndarray(target)[0][0].copy())
    return np.stack(found)


if __name__ == "__main__":
    backend, place = sys.argv[1], Path(sys.argv[2])
    for job in json.loads((place / "job.json").read_text()):
        try:
            found = answer(job["file"], np.load(place / job["rows"]), backend)
            np.savez(place / "scratch.npz", found)
            (place / "scratch.npz").rename(place / f"{job['name']}.npz")
        except Exception as e:  # whatever it raises is the answer of this job alone
            (place / f"{job['name']}.txt").write_text(" ".join(f"{type(e).__name__}: {e}".split())[:400])
