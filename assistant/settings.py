"""What can be set from outside: CLIPPINGS_... variables, of the same names as the flags."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one run; a flag given on the command line goes before the variable."""

    model_config = SettingsConfigDict(env_prefix="CLIPPINGS_", env_ignore_empty=True)

    store: Path = Path("store")
    model: str = ""  # chat models by name, the first one used unless another is chosen; empty: quotations
    embedding_model: str = ""  # a folder or a hub's name; empty: the store's own, or the packaged one
    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)  # 0: a free one
    certificate: Path | None = None  # PEM; with its key, the page is reached by https
    key: Path | None = None
