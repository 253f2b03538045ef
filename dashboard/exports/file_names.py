"""The names of exported files."""

import re
import unicodedata
from datetime import date

LONGEST = 80  # letters of the parts together


def file_name(*parts: str, on: date) -> str:
    """A file name without extension, of letters that every disk takes: « ccsp-departement-zou-2026-11-23 ». Where the
    parts are too long, the longest loses its last words: a place at the end stays."""
    slugs = [name for part in parts if (name := slug(part))]
    while len("-".join(slugs)) > LONGEST:
        n = max(range(len(slugs)), key=lambda n: len(slugs[n]))
        slugs[n] = slugs[n].rpartition("-")[0] or slugs[n][:-1]
    return f"ccsp-{'-'.join(slugs)}-{on.isoformat()}"


def slug(text: str) -> str:
    """A text in letters that every disk takes: « registre-ccsp-cove »."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")
