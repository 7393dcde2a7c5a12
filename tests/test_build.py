"What spans the tree: the same bytes twice, sizes, no machine's paths, identical weights along the chain."
from edge_export import TREE, SimpleCNN, build, fit, session
from edge_export.artifact import files_in
from edge_export.worker import fresh_worker

LIMITS = {"onnx-fp32": 90_000, "onnx-int8-dynamic": 30_500, "onnx-int8-static": 34_000, "tflite-fp32": 91_000,
          "tflite-fp16": 48_500, "tflite-int8-dynamic": 28_200, "tflite-int8-static": 28_300}


def test_same_seed_same_bytes(made, digits, tmp_path):
    fresh_worker()
    again = build(TREE, fit(SimpleCNN(), digits, out=tmp_path), digits, tmp_path)
    assert {f.recipe: f.sha256 for f in again} == {f.recipe: f.sha256 for f in made[2]}
    assert {f.recipe: f.parent for f in again} == {f.recipe: f.parent for f in made[2]}


def test_sizes(made):
    assert {f.recipe: f.bytes for f in made[2] if f.bytes > LIMITS.get(f.recipe, 200_000)} == {}


def test_no_absolute_path_in_any_artifact(made, tmp_path):
    for artifact in made[2]:
        for file in files_in(artifact.file):
            content = file.read_bytes()
            for place in (b"/home/", b"/root/", b"/tmp/", b"/usr/", b"site-packages", str(made[0]).encode()):
                assert place not in content, (file.name, place)


def test_every_artifact_names_its_parent(made):
    hashes = {f.recipe: f.sha256 for f in made[2]}
    parents = {f.recipe: f.parent for f in made[2]}
    assert parents["savedmodel-fp32"] == parents["onnx-int8-static"] == hashes["onnx-fp32"]
    assert {parents[r] for r in TREE if r.startswith("tflite")} == {hashes["savedmodel-fp32"]}


def test_sessions_agree_with_a_runtime_used_by_hand(made, digits):
    "The oracle is the runtimes' own API, without our sessions."
    import numpy as np
    import onnxruntime
    from ai_edge_litert.interpreter import Interpreter
    files = {f.recipe: f for f in made[2]}
    images = digits.evaluation.images[:20]
    runtime = onnxruntime.InferenceSession(str(files["onnx-int8-static"].file), providers=["CPUExecutionProvider"])
    assert np.array_equal(runtime.run(None, {"image": images})[0], session(files["onnx-int8-static"])(images))
    lite = Interpreter(str(files["tflite-int8-static"].file), num_threads=1)
    lite.allocate_tensors()
    entry, exit_ = lite.get_input_details()[0], lite.get_output_details()[0]
    for image, logits in zip(images, session(files["tflite-int8-static"])(images)):
        scale, zero = entry["quantization"]
        lite.set_tensor(entry["index"], (np.round(image.transpose(1, 2, 0)[None] / scale) + zero).clip(-128, 127).astype("int8"))
        lite.invoke()
        scale, zero = exit_["quantization"]
        own = (lite.get_tensor(exit_["index"])[0].astype("float32") - zero) * np.float32(scale)
        assert np.array_equal(own, logits)
