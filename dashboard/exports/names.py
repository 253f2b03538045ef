"""How files that leave the application are named."""

import re
import unicodedata
from datetime import date


def file_name(*parts: str, on: date) -> str:
    """« ccsp-departement-zou-2026-11-23 »: letters that every disk takes, without extension."""
    plain = (
        unicodedata.normalize("NFKD", "-".join(p for p in parts if p))
        .encode("ascii", "ignore")
        .decode()
        .lower()
    )
    return f"ccsp-{re.sub('[^a-z0-9]+', '-', plain)[:80].strip('-')}-{on.isoformat()}"
