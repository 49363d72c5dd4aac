"""Decodes codes of `restok encode` with ONNX Runtime.

python decode_codes.py CODES.npz FOLDER PIXELS.npy [KEPT]

FOLDER is what `restok export` wrote; PIXELS.npy becomes uint8 [N, H, W, 3]; KEPT leading latents are used.
"""
import sys
import numpy
import onnxruntime

codes, folder, out = sys.argv[1:4]
indices = numpy.load(codes)["indices"].astype(numpy.int32)
kept = int(sys.argv[4]) if len(sys.argv) > 4 else indices.shape[1]
session = onnxruntime.InferenceSession(f"{folder}/decode.onnx", providers=["CPUExecutionProvider"])
feeds = {"indices": indices, "num_kept": numpy.full(len(indices), kept, numpy.int32)}
(pixels,) = session.run(["pixels"], feeds)
numpy.save(out, (pixels.clip(0, 1) * 255).round().astype(numpy.uint8))
