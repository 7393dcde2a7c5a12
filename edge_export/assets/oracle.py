"""Is a converted file right? Asked of the raw runtimes alone: this script knows nothing of the package it judges.

    python oracle.py FILE SAMPLES.npz

SAMPLES.npz holds `inputs` (N, *shape), `outputs` of the PyTorch model on them, and `exact`, the same in double precision; several
tensors are fields of a structured array, by name.
It prints JSON: `right`, the worst SQNR about the mean of an output that varies, and the largest error in multiples of
PyTorch's own rounding error. A file of floats is right within twenty times that error, one of integers with 20 dB.
"""
import itertools
import json
import sys

import numpy as np


def fields(values):
    "Tensors by name; a single one has none."
    return {name: values[name] for name in values.dtype.names or [...]}


def by_name(wanted, found):
    "What a runtime calls its only tensor does not matter."
    return found if len(wanted) > 1 else dict(zip(wanted, found.values()))


def onnx(path):
    import onnxruntime
    runtime = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    entries, ends = ([v.name for v in side] for side in (runtime.get_inputs(), runtime.get_outputs()))
    return lambda x: dict(zip(ends, runtime.run(None, by_name(entries, x))))


def tflite(path):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType
    lite = Interpreter(path, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    lite.allocate_tensors()
    if lite.get_signature_list():
        runner = lite.get_signature_runner()
        entries, ends = runner.get_input_details(), runner.get_output_details()
    else: entries, ends = ({d["name"]: d for d in side} for side in (lite.get_input_details(), lite.get_output_details()))

    def call(x):
        for name, value in by_name(entries, x).items():
            entry = entries[name]
            value = laid_out(value, tuple(entry["shape"]))
            if entry["quantization"][0]:
                scale, zero = entry["quantization"]
                limits = np.iinfo(entry["dtype"])
                value = np.clip(np.rint(value / scale) + zero, limits.min, limits.max).astype(entry["dtype"])
            lite.set_tensor(entry["index"], value)
        lite.invoke()
        found = {}
        for name, leave in ends.items():
            out, (scale, zero) = lite.get_tensor(leave["index"]), leave["quantization"]
            found[name] = (out.astype(np.float32) - zero) * scale if scale else out
        return found
    return call


def savedmodel(path):
    import tensorflow as tf
    loaded = tf.saved_model.load(path)
    serve = loaded.signatures["serving_default"]
    specs = serve.structured_input_signature[1]

    def call(x):
        given = {name: tf.constant(laid_out(v, tuple(specs[name].shape))) for name, v in by_name(specs, x).items()}
        return {name: v.numpy() for name, v in serve(**given).items()}
    call.loaded = loaded   # the function dies with the object that holds it
    return call


def laid_out(x, shape):
    "Channels last where the file wants it."
    if x.ndim < 3 or tuple(shape[1:]) == x.shape[1:] and x.shape[1] != x.shape[-1]: return np.ascontiguousarray(x)
    return np.ascontiguousarray(np.moveaxis(x, 1, -1))


def answers(call, inputs, like):
    "One sample a call; several dimensions in the order that fits best."
    wanted, asked = fields(like), [call(fields(inputs[i:i + 1])) for i in range(len(inputs))]
    asked = [by_name(wanted, a) for a in asked]
    return {name: fitted(np.concatenate([a[name] for a in asked]), was) for name, was in wanted.items()}


def fitted(out, like):
    if out.ndim == like.ndim > 2:
        orders = ((0, *p) for p in itertools.permutations(range(1, out.ndim)))
        fits = [out.transpose(p) for p in orders if out.transpose(p).shape == like.shape]
        return min(fits, key=lambda o: np.abs(o - like).max())
    return out.reshape(like.shape)


def columns(values):
    "The values of each channel as a column; a sequence is looked at both ways."
    if values.ndim == 1: return [values[:, None].astype(np.float64)]
    axes = (1, 2) if values.ndim == 3 else (1,)
    return [np.moveaxis(values, a, -1).reshape(-1, values.shape[a]).astype(np.float64) for a in axes]


def decibels(own, was):
    "The worst signal to noise of a channel that varies, about its mean."
    spread = was.std(0)
    varies = spread > 1e-5 * np.ptp(was)
    with np.errstate(divide="ignore"):
        return 20 * np.log10(spread / np.sqrt(np.square(own - was).mean(0)))[varies].min()


def judge(out, outputs, exact, floats):
    sqnr = min(decibels(own, was) for own, was in zip(columns(out), columns(outputs)))
    least = 2.0**-24 * np.abs(outputs).max()
    times = np.abs(out.astype(np.float64) - outputs).max() / max(np.abs(outputs - exact).max(), least)
    right = times <= 20 if floats else sqnr >= 20
    return dict(right=bool(np.isfinite(out).all() and right), sqnr_db=min(float(sqnr), 999.0), times=float(times))


def main(path, samples):
    data = np.load(samples)
    load = tflite if path.endswith(".tflite") else onnx if path.endswith(".onnx") else savedmodel
    try: out = answers(load(path), data["inputs"], data["outputs"])
    except Exception as e:
        return dict(right=False, why=f"{type(e).__name__}: {e}"[:200])
    floats, outputs, exact = "int8" not in path and "fp16" not in path, fields(data["outputs"]), fields(data["exact"])
    found = [judge(out[name], outputs[name], exact[name], floats) for name in outputs]
    return dict(right=all(f["right"] for f in found), sqnr_db=min(f["sqnr_db"] for f in found), times=max(f["times"] for f in found))


if __name__ == "__main__": print(json.dumps(main(*sys.argv[1:])))
