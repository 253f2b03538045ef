"""Every setting of the application, in one class: name, default, meaning, check. Read from the environment, here only."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def _file(path: str) -> str:
    if path and not Path(path).is_file():
        raise ValueError(f"le fichier « {path} » n'existe pas.")
    return path


class Settings(BaseSettings):
    """The values in force. A field's variable has its name in capitals; one that is blank leaves the default.

    The environment is all that is read: no file, no folder of secrets.
    """

    model_config = SettingsConfigDict(
        frozen=True, case_sensitive=True, alias_generator=str.upper, validate_default=False
    )

    database_url: str = Field(
        default=f"sqlite:///{ROOT / 'data' / 'ccsp.db'}",
        description="Database: the embedded SQLite file, or postgresql://user:password@host/base",
    )
    wait_threshold_minutes: int = Field(
        default=30,
        ge=0,
        le=239,
        description="A wait of this many whole minutes or fewer counts as short",
    )
    operating_days: int = Field(
        default=30,
        ge=1,
        le=366,
        description="A site is operating if it had a visit or a closing in the last so many days",
    )
    stale_days: int = Field(
        default=10, ge=0, le=3650, description="Data older than this many days turn the banner on"
    )
    upload_max_mb: int = Field(
        default=10, ge=1, le=1000, description="Largest workbook accepted, in megabytes"
    )
    product_name: str = Field(
        default="Tableau de bord CCSP", description="Name in the browser's tab"
    )
    issuer_name: str = Field(
        default="Ministère du Travail et de la Fonction publique",
        description="Who issues the figures, on opening slides",
    )
    logo: Annotated[str, AfterValidator(_file)] = Field(
        default="",
        description="Path of a PNG logo for the pages, opening slides and dossiers; empty: none",
    )
    copies: str = Field(
        default="",
        description="Folder of the copies made before an update; empty: copies/ beside the embedded"
        " database, or data/copies for PostgreSQL",
    )
    workbook_seconds: int = Field(
        default=60, ge=1, le=3600, description="Longest time the reading of one workbook may take"
    )
    port: int = Field(default=8501, ge=1, le=65535, description="Port that the server answers on")

    @field_validator("*", mode="before")
    @classmethod
    def _or_default(cls, text: str, field: ValidationInfo) -> object:
        """What is written in the variable, without the blanks around it."""
        return text.strip() or cls.model_fields[str(field.field_name)].default


def bounds(name: str) -> tuple[int, int] | None:
    """The least and the greatest value of a setting; None for a text."""
    limits = {
        key: getattr(part, key)
        for part in Settings.model_fields[name].metadata
        for key in ("ge", "le")
        if hasattr(part, key)
    }
    return (limits["ge"], limits["le"]) if limits else None


@cache
def load() -> Settings:
    """The settings in force, read from the environment once.

    Raises ValueError, with one sentence that names the variable, for the first value that cannot be.
    """
    try:
        return Settings()
    except ValidationError as refused:
        error = refused.errors(include_url=False)[0]
    name = str(error["loc"][0])
    if between := bounds(name.lower()):
        raise ValueError(
            f"{name} : un nombre entier de {between[0]} à {between[1]} est attendu, lu « {error['input']} »."
        )
    raise ValueError(f"{name} : {error['ctx']['error']}")
