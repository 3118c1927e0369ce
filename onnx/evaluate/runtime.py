"""ONNX Runtime as this project uses it."""

import onnxruntime


def session(data, threads=1):
    """An ONNX Runtime session for a file's path or its bytes, on the CPU with `threads` threads."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
