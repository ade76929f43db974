"""Settings, from the environment or a `.env` file, each prefixed BALI_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

import corpus
from index.models import Models
from index.weights import PACKAGED


class Settings(BaseSettings):
    """Where things lie and where the service listens."""

    model_config = SettingsConfigDict(env_prefix="BALI_", env_file=".env", extra="ignore")

    var: Path = Field(Path("var"), description="folder of what is built")
    corpus: Path = Field(
        Path(corpus.__file__).parent, description="folder of catalogue.toml and the documents"
    )
    model: str = Field(PACKAGED, description="the packaged model's name, or the folder of another")
    token_model: str | None = Field(None, description="folder of a multi-vector model, for the token vectors")
    reranker: str | None = Field(None, description="folder of a CrossEncoder, which judges the best passages")
    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the service listens on")

    @property
    def models(self) -> Models:
        """The models that are set."""
        return Models(self.model, self.token_model, self.reranker)
