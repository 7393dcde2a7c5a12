"""Is a converted file right? Asked of the raw runtimes alone: this script knows nothing of the package it judges.

    python oracle.py FILE SAMPLES.npz

SAMPLES.npz holds `inputs` (N, *shape) float32, `outputs` of the PyTorch model on them, and `exact`, the same in double precision.
It prints JSON: `right`, the worst SQNR about the mean of an output that varies, and the largest error in multiples of
PyTorch's own rounding error. A file of floats is right within twenty times that error, one of integers with 20 dB.
"""
import itertools
import json
import sys

import numpy as np


def onnx(path):
    import onnxruntime
    runtime = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = runtime.get_inputs()[0].name
    return lambda x: runtime.run(None, {name: x})[0]


def tflite(path):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
    lite = Interpreter(path, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    lite.allocate_tensors()
    entry, leave = lite.get_input_details()[0], lite.get_output_details()[0]

    def call(x):
        x = laid_out(x, tuple(entry["shape"]))
        if entry["quantization"][0]:
            scale, zero = entry["quantization"]
            limits = np.iinfo(entry["dtype"])
            x = np.clip(np.rint(x / scale) + zero, limits.min, limits.max).astype(entry["dtype"])
        lite.set_tensor(entry["index"], x)
        lite.invoke()
        out, (scale, zero) = lite.get_tensor(leave["index"]), leave["quantization"]
        return (out.astype(np.float32) - zero) * scale if scale else out
    return call


def savedmodel(path):
    import tensorflow as tf
    serve = tf.saved_model.load(path).signatures["serving_default"]
    (name, spec), = serve.structured_input_signature[1].items()
    return lambda x: next(iter(serve(**{name: tf.constant(laid_out(x, tuple(spec.shape)))}).values())).numpy()


def laid_out(x, shape):
    "Channels last where the file wants it."
    if x.ndim < 3 or tuple(shape[1:]) == x.shape[1:] and x.shape[1] != x.shape[-1]: return x
    return np.ascontiguousarray(np.moveaxis(x, 1, -1))


def answers(call, inputs, like):
    "One sample a call; several dimensions in the order that fits best."
    out = np.concatenate([call(x[None]) for x in inputs])
    if out.ndim == like.ndim > 2:
        orders = ((0, *p) for p in itertools.permutations(range(1, out.ndim)))
        fits = [out.transpose(p) for p in orders if out.transpose(p).shape == like.shape]
        return min(fits, key=lambda o: np.abs(o - like).max())
    return out.reshape(like.shape)


def judge(out, outputs, exact, floats):
    columns = outputs.shape[1] if outputs.ndim == 2 else 1
    own, was = (a.reshape(-1, columns).astype(np.float64) for a in (out, outputs))
    spread = was.std(0)
    varies = spread > 1e-5 * np.ptp(was)
    with np.errstate(divide="ignore"):
        sqnr = 20 * np.log10(spread / np.sqrt(np.square(own - was).mean(0)))[varies].min()
    least = 2.0**-24 * np.abs(outputs).max()
    times = np.abs(own - was).max() / max(np.abs(outputs - exact).max(), least)
    right = times <= 20 if floats else sqnr >= 20
    return dict(right=bool(np.isfinite(own).all() and right), sqnr_db=min(float(sqnr), 999.0), times=float(times))


def main(path, samples):
    data = np.load(samples)
    load = tflite if path.endswith(".tflite") else onnx if path.endswith(".onnx") else savedmodel
    try: out = answers(load(path), data["inputs"], data["outputs"])
    except Exception as e:
        return dict(right=False, why=f"{type(e).__name__}: {e}"[:200])
    return judge(out, data["outputs"], data["exact"], "int8" not in path and "fp16" not in path)


if __name__ == "__main__": print(json.dumps(main(*sys.argv[1:])))
