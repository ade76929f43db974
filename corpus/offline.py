"""Keeps libraries offline: no telemetry, look-ups or downloads, and no files outside `BALI_VAR`.

Libraries read these variables on import, so `__init__.py` of each package imports this module first.
"""

import os
from pathlib import Path


def go_offline() -> None:
    """Set the environment variables, overriding what is set."""
    var = Path(os.environ.get("BALI_VAR", "var")).absolute()
    os.environ |= {
        "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime: writes a device id and a database under HOME, looks up a host
        "HF_HUB_OFFLINE": "1",  # huggingface-hub, transformers and sentence-transformers
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "LANGSMITH_TRACING": "false",  # langchain's packages
        "LANGCHAIN_TRACING_V2": "false",
        "TORCHINDUCTOR_CACHE_DIR": os.sep,  # unused, but torch creates a folder unless this one exists
        "MPLCONFIGDIR": str(var / "matplotlib"),  # its list of fonts; the default is under HOME
    }
