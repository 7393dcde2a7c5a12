"""Recompute bytes, accuracy and flips of a run, knowing nothing of edge_export: python recompute.py RUN_FOLDER EVALUATION.npz"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
from ai_edge_litert.interpreter import Interpreter


def answers(file, images):
    if file.suffix == ".onnx":
        return onnxruntime.InferenceSession(str(file)).run(None, {"image": images})[0].argmax(1)
    lite = Interpreter(str(file), num_threads=1)
    lite.allocate_tensors()
    entry, out, found = lite.get_input_details()[0], lite.get_output_details()[0]["index"], []
    for x in images.transpose(0, 2, 3, 1):
        scale, zero = entry["quantization"]
        lite.set_tensor(entry["index"], (np.rint(x[None] / scale) + zero).astype("int8") if scale else x[None])
        lite.invoke()
        found.append(lite.get_tensor(out).argmax())
    return np.array(found)


folder, data = Path(sys.argv[1]), np.load(sys.argv[2])
rows = {r["recipe"]: r for r in json.loads((folder / "results.json").read_text())["rows"] if (folder / r["file"]).is_file()}
pytorch = answers(folder / rows["onnx-fp32"]["file"], data["images"])    # fp32: the same answers as PyTorch's
for recipe, r in rows.items():
    own = answers(folder / r["file"], data["images"])
    found = dict(bytes=(folder / r["file"]).stat().st_size, accuracy=float((own == data["labels"]).mean()), flips=int((own != pytorch).sum()))
    assert all(r[k] == v for k, v in found.items()), (recipe, found, {k: r[k] for k in found})
    print(recipe, found)
