"""Settings, from the environment or a `.env` file, each prefixed BALI_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

import corpus
from index.encoder import PACKAGED


class Settings(BaseSettings):
    """Where things lie and where the service listens."""

    model_config = SettingsConfigDict(env_prefix="BALI_", env_file=".env", extra="ignore")

    var: Path = Field(Path("var"), description="folder of what is built")
    corpus: Path = Field(
        Path(corpus.__file__).parent, description="folder of catalogue.toml and the documents"
    )
    model: str = Field(PACKAGED, description="the packaged model's name, or the folder of another")
    host: str = Field("127.0.0.1", description="address the service listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the service listens on")
