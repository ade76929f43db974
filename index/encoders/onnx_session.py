"""onnxruntime as this project runs it: on one thread of one processor, repeatably."""

import onnxruntime


def options() -> onnxruntime.SessionOptions:
    """Of a session, for more to be set."""
    found = onnxruntime.SessionOptions()
    found.intra_op_num_threads = found.inter_op_num_threads = 1
    found.log_severity_level = 3  # errors
    return found


def session(model: str | bytes, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    """A model, by its path or its bytes, loaded."""
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
