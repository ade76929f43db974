"""Settings, from the environment or a `.env` file, with the prefix BALI_."""

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

import corpus
from corpus.scans.tesseract import LANGUAGES
from index.encoders.models import Models
from index.encoders.weights import PACKAGED


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="BALI_", env_file=".env", extra="ignore")

    var: Path = Field(Path("var"), description="folder of what is built")
    corpus: Path = Field(
        Path(corpus.__file__).parent, description="folder of catalogue.toml and the documents"
    )
    model: str = Field(PACKAGED, description="the packaged model's name, or the folder of another")
    token_model: str | None = Field(None, description="folder of a multi-vector model, for the token vectors")
    reranker: str | None = Field(None, description="folder of a CrossEncoder, which judges the best passages")
    ocr_languages: str = Field(
        LANGUAGES,
        max_length=200,
        pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$",
        description="languages of scanned documents, as Tesseract names them, with + between",
    )
    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the service listens on")
    workers: int | None = Field(
        None, ge=0, le=256, description="processes that answer, or none; one a core unless it is set"
    )
    allowed_hosts: str = Field(
        "", max_length=4_000, description="names, with commas, that others reach the service by"
    )
    requests_per_minute: int = Field(600, ge=1, le=1_000_000, description="of each API key")
    audit_questions: Literal["text", "hash"] = Field(
        "hash", description="what the audit log has of a question"
    )
    audit_days: int = Field(365, ge=1, le=36_500, description="for how long the audit log is kept")

    @property
    def models(self) -> Models:
        return Models(self.model, self.token_model, self.reranker)

    @property
    def host_names(self) -> tuple[str, ...]:
        """The hosts that requests may name: this machine's own names, the address, and the allowed names."""
        allowed = (name.strip().lower() for name in self.allowed_hosts.split(","))
        own = () if is_everywhere(self.host) else (self.host.lower().strip("[]"),)
        return tuple(dict.fromkeys([*LOOPBACK_NAMES, *own, *(name for name in allowed if name)]))

    @property
    def for_others(self) -> bool:
        """Whether others than this machine can ask: by the address, or through a proxy that they reach."""
        return not all(is_loopback(name) for name in (self.host, *self.host_names))


LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")


def is_loopback(host: str) -> bool:
    """Whether a name or an address leads to this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_everywhere(host: str) -> bool:
    """Whether `host` stands for every address of the machine, and so names no host."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        return not host
