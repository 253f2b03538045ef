"""Every setting of the application: name in the environment, default, meaning. Read once, here only."""

import os
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Setting:
    """One environment variable: its name, its default (whose type is the setting's) and its meaning."""

    name: str
    default: str | int
    meaning: str


SETTINGS = (
    Setting(
        "DATABASE_URL",
        f"sqlite:///{ROOT / 'data' / 'ccsp.db'}",
        "Database: the embedded SQLite file, or postgresql://user:password@host/base",
    ),
    Setting(
        "WAIT_THRESHOLD_MINUTES",
        30,
        "A wait of this many whole minutes or fewer counts as short (0 to 239)",
    ),
    Setting(
        "OPERATING_DAYS",
        30,
        "A site is operating if it had a visit or a closing in the last so many days",
    ),
    Setting("STALE_DAYS", 10, "Data older than this many days turn the banner on"),
    Setting("UPLOAD_MAX_MB", 10, "Largest workbook accepted, in megabytes"),
    Setting("PRODUCT_NAME", "Tableau de bord CCSP", "Name in the browser's tab"),
    Setting(
        "ISSUER_NAME",
        "Ministère du Travail et de la Fonction publique",
        "Who issues the figures, on opening slides",
    ),
    Setting(
        "LOGO", "", "Path of a PNG logo for the pages, opening slides and dossiers; empty: none"
    ),
    Setting(
        "COPIES",
        "",
        "Folder of the copies made before an update; empty: copies/ beside the embedded database, or"
        " data/copies for PostgreSQL",
    ),
    Setting("WORKBOOK_SECONDS", 60, "Longest time the reading of one workbook may take"),
)


@dataclass(frozen=True)
class Settings:
    """The values in force; one field per entry of SETTINGS, in lower case."""

    database_url: str
    wait_threshold_minutes: int
    operating_days: int
    stale_days: int
    upload_max_mb: int
    product_name: str
    issuer_name: str
    logo: str
    copies: str
    workbook_seconds: int


@cache
def load() -> Settings:
    """The settings in force, read from the environment once.

    Raises ValueError, naming the variable, when a number is expected and something else stands there.
    """
    values = {}
    for setting in SETTINGS:
        raw = os.environ.get(setting.name, "").strip()
        if not raw:
            values[setting.name.lower()] = setting.default
        elif isinstance(setting.default, int):
            if not raw.isdigit():
                raise ValueError(f"{setting.name} : un nombre entier est attendu, lu « {raw} ».")
            values[setting.name.lower()] = int(raw)
        else:
            values[setting.name.lower()] = raw
    if values["logo"] and not Path(values["logo"]).is_file():
        raise ValueError(f"LOGO : le fichier « {values['logo']} » n'existe pas.")
    if not 0 <= values["wait_threshold_minutes"] <= 239:
        raise ValueError("WAIT_THRESHOLD_MINUTES : de 0 à 239 minutes.")
    return Settings(**values)


assert [f.name for f in fields(Settings)] == [s.name.lower() for s in SETTINGS]
