"""Changes to reference data: words of the lists, outlines. Each is one transaction with its line in the journal."""

import json
import re
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from dashboard import french
from db.codes import LONGEST
from db.engine import writing
from db.journal import note, now
from db.models import Boundary, Commune, Service, Term
from db.write import Refused

WORDS = {"service": "prestation", "category": "catégorie", "channel": "canal", "reason": "motif"}


def slug(label: str) -> str:
    """A code for a label: lower case, no accents, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", french.plain(label)).strip("-")


def add(engine: Engine, kind: str, label: str, by: str) -> str:
    """Add a service, category, channel or reason; a sentence says what was done. Raises Refused if it cannot be."""
    label = " ".join(label.split())
    if not slug(label) or len(label) > LONGEST["label"] or not label.isprintable():
        raise Refused(
            f"Le libellé doit avoir de 1 à {LONGEST['label']} caractères que l'on peut lire, dont une lettre ou"
            " un chiffre."
        )
    with writing(engine) as c:
        table = Service if kind == "service" else Term
        query = (
            select(table.label)
            if kind == "service"
            else select(Term.label).where(Term.kind == kind)
        )
        known = {slug(word): word for word in c.execute(query).scalars()}
        if slug(label) in known:
            return f"« {known[slug(label)]} » est déjà dans la liste ({WORDS[kind]})."
        if kind == "service":
            codes = set(c.execute(select(Service.code)).scalars())
            c.execute(
                insert(Service).values(
                    code=_free(slug(label)[:56].rstrip("-"), codes),
                    label=label,
                    theme="Autre",
                    link="ministère",
                    source="ajouté par le ministère",
                )
            )
        else:
            c.execute(insert(Term).values(kind=kind, label=label))
        note(c, by, "added", {"kind": kind, "label": label})
    return f"« {label} » est ajouté ({WORDS[kind]})."


def _free(code: str, taken: set[str]) -> str:
    """The code, with a number where another service has it: long labels may differ only at their end."""
    return next(c for c in (code, *(f"{code}-{i}" for i in range(2, 1000))) if c not in taken)


def load_boundaries(engine: Engine, path: Path, source: str, by: str) -> int:
    """Keep the communes' outlines of a GeoJSON file; each must name its commune in a property. Returns how many.

    Raises Refused where the file is not such outlines, or does not have one for each place that we know.
    """
    features = _outlines(path)
    with writing(engine) as c:
        wanted = {slug(name): name for name in c.execute(select(Commune.name)).scalars()}
        outlines, named = [], set()
        for feature in features:
            names = [
                str(v)
                for k, v in (feature.get("properties") or {}).items()
                if k.casefold() in ("name", "nom", "commune", "adm2_fr")
            ]
            name = next((wanted[slug(n)] for n in names if slug(n) in wanted), None)
            if name:
                named.add(name)
                outlines.append(
                    {
                        "type": "Feature",
                        "properties": {"commune": name},
                        "geometry": feature["geometry"],
                    }
                )
        missing = sorted(set(wanted.values()) - named)
        if missing:
            raise Refused(
                f"Limites absentes du fichier : {', '.join(missing[:10])}"
                f"{' …' if len(missing) > 10 else ''} ({len(missing)})."
            )
        c.execute(delete(Boundary).where(Boundary.level == "commune"))
        c.execute(
            insert(Boundary).values(
                level="commune",
                source=source,
                loaded_at=now(),
                geojson=json.dumps({"type": "FeatureCollection", "features": outlines}),
            )
        )
        note(c, by, "loaded", {"boundaries": "commune"}, source)
    return len(outlines)


def _outlines(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON file of polygons in Benin. Raises Refused."""
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
        features: list[dict[str, Any]] = collection["features"]
        shapes = {f["geometry"]["type"] for f in features}
        longitudes = [x for f in features for x in _first_numbers(f["geometry"]["coordinates"])]
    except (ValueError, KeyError, TypeError):
        raise Refused("Ce fichier n'est pas un GeoJSON de limites (FeatureCollection).") from None
    if not shapes <= {"Polygon", "MultiPolygon"}:
        raise Refused("Les limites doivent être des polygones.")
    if any(not -5 <= x <= 8 for x in longitudes):
        raise Refused(
            "Les coordonnées ne sont pas au Bénin : attendues en degrés, longitude d'abord (WGS 84)."
        )
    return features


def _first_numbers(coordinates: list[Any]) -> list[float]:
    """The longitudes of nested coordinates."""
    if coordinates and isinstance(coordinates[0], (int, float)):
        return [coordinates[0]]
    return [x for part in coordinates for x in _first_numbers(part)]
