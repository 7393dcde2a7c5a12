"""On the machine with Hailo's Dataflow Compiler: model.onnx and calibration.npy to model.hef, in int8.

python hailo.py [hailo8l]
"""
import sys

import numpy as np
from hailo_sdk_client import ClientRunner

target = sys.argv[1] if len(sys.argv) > 1 else "hailo8l"
runner = ClientRunner(hw_arch=target)
runner.translate_onnx_model("model.onnx", "model")
runner.optimize(np.load("calibration.npy"))   # (N, height, width, channels), as the network was trained
with open("model.hef", "wb") as f: f.write(runner.compile())
