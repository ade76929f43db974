"""Keeps the libraries to themselves: they report, look up and download nothing, and leave nothing behind.

They read these variables when they are imported, so `__init__.py` of each package comes here first.
"""

import os
from pathlib import Path


def go_offline() -> None:
    """Set the variables, whatever they were."""
    var = Path(os.environ.get("BALI_VAR", "var")).absolute()
    os.environ |= {
        "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime: a device id and a database under HOME, and look-ups of a host
        "HF_HUB_OFFLINE": "1",  # huggingface-hub, and transformers and sentence-transformers by it
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "LANGSMITH_TRACING": "false",  # langchain's packages, by langsmith
        "LANGCHAIN_TRACING_V2": "false",
        "TORCHINDUCTOR_CACHE_DIR": os.sep,  # of compilers never used here: a folder that exists, else torch makes one
        "MPLCONFIGDIR": str(var / "matplotlib"),  # its list of fonts, otherwise under HOME
    }
