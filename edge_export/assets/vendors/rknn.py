"""On the machine with RKNN-Toolkit2: model.onnx and dataset.txt to model.rknn, in int8.

python rknn.py [rk3588]
"""
import sys

from rknn.api import RKNN

target = sys.argv[1] if len(sys.argv) > 1 else "rk3588"
channels = 1
rknn = RKNN(verbose=True)
# the images of dataset.txt have 0 to 255, the network was trained on 0 to 1
rknn.config(mean_values=[[0] * channels], std_values=[[255] * channels], target_platform=target)
for step in (lambda: rknn.load_onnx("model.onnx"),
             lambda: rknn.build(do_quantization=True, dataset="dataset.txt"),
             lambda: rknn.export_rknn("model.rknn")):
    if status := step(): sys.exit(status)
rknn.release()
