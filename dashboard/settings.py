"""Every setting of the application, in one class: name, default, meaning, check. Read from the environment, here only."""

import os
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def _text(default: str, meaning: str, *, a_file: bool = False) -> Any:
    """A field that is a text; a_file: the path of a file that must be there, or nothing."""
    return field(default=default, metadata={"meaning": meaning, "a_file": a_file})


def _whole(default: int, between: tuple[int, int], meaning: str) -> Any:
    """A field that is a whole number, with the least and the greatest that it may be."""
    return field(default=default, metadata={"meaning": meaning, "between": between})


@dataclass(frozen=True)
class Settings:
    """The values in force. A field's variable has its name in capitals; one that is blank leaves the default.

    The environment is all that is read: no file, no folder of secrets.
    """

    database_url: str = _text(
        f"sqlite:///{ROOT / 'data' / 'ccsp.db'}",
        "Database: the embedded SQLite file, or postgresql://user:password@host/base",
    )
    wait_threshold_minutes: int = _whole(
        30, (0, 239), "A wait of this many whole minutes or fewer counts as short"
    )
    operating_days: int = _whole(
        30, (1, 366), "A site is operating if it had a visit or a closing in the last so many days"
    )
    stale_days: int = _whole(10, (0, 3650), "Data older than this many days turn the banner on")
    upload_max_mb: int = _whole(10, (1, 1000), "Largest workbook accepted, in megabytes")
    product_name: str = _text("Tableau de bord CCSP", "Name in the browser's tab")
    issuer_name: str = _text(
        "Ministère du Travail et de la Fonction publique",
        "Who issues the figures, on opening slides",
    )
    logo: str = _text(
        "",
        "Path of a PNG logo for the pages, opening slides and dossiers; empty: none",
        a_file=True,
    )
    copies: str = _text(
        "",
        "Folder of the copies made before an update; empty: copies/ beside the embedded"
        " database, or data/copies for PostgreSQL",
    )
    workbook_seconds: int = _whole(
        60, (1, 3600), "Longest time the reading of one workbook may take"
    )
    port: int = _whole(8501, (1, 65535), "Port that the server answers on")


def fields_by_name() -> dict[str, Field[Any]]:
    """Each setting's field: its default, its type, and its meaning in the metadata."""
    return {one.name: one for one in fields(Settings)}


def bounds(name: str) -> tuple[int, int] | None:
    """The least and the greatest value of a setting; None for a text."""
    between: tuple[int, int] | None = fields_by_name()[name].metadata.get("between")
    return between


@cache
def load() -> Settings:
    """The settings in force, read from the environment once.

    Raises ValueError, with one sentence that names the variable, for the first value that cannot be.
    """
    values: dict[str, Any] = {name: _value(one) for name, one in fields_by_name().items()}
    return Settings(**values)


def _value(one: Field[Any]) -> str | int:
    """What is written in the variable, without the blanks around it; the default where nothing is."""
    variable = one.name.upper()
    written = os.environ.get(variable, "").strip()
    value: str = written or str(one.default)
    if between := bounds(one.name):
        return _number(variable, value, *between)
    if one.metadata["a_file"] and value and not Path(value).is_file():
        raise ValueError(f"{variable} : le fichier « {value} » n'existe pas.")
    return value


def _number(variable: str, written: str, least: int, most: int) -> int:
    with suppress(ValueError):
        if least <= (number := int(written)) <= most:
            return number
    raise ValueError(
        f"{variable} : un nombre entier de {least} à {most} est attendu, lu « {written} »."
    )
