"""Sessions of onnxruntime: on one CPU thread each, so that results repeat."""

import onnxruntime


def options() -> onnxruntime.SessionOptions:
    """The options of every session; more may be set."""
    found = onnxruntime.SessionOptions()
    found.intra_op_num_threads = found.inter_op_num_threads = 1
    found.log_severity_level = 3  # errors
    return found


def session(model: str | bytes, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    """Load a model from a path or from its bytes."""
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
