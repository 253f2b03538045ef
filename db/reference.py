"""Changes to reference data: words of the lists, outlines. Each is one transaction with its line in the journal."""

import json
import re
import stat
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from dashboard import french
from db.codes import LONGEST
from db.journal import note, utc_now
from db.models import Boundary, Commune, Service, Term
from db.write import Refused
from db.write_lock import write_transaction

Json = dict[str, Any]
NAMES = ("name", "nom", "commune", "adm2_fr")  # properties that may hold the name of a commune
MOST_BYTES = 50 * 10**6
WORDS = {"service": "prestation", "category": "catégorie", "channel": "canal", "reason": "motif"}


def slug(label: str) -> str:
    """A code for a label: lower case, no accents, words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", french.fold_accents(label)).strip("-")


def add(engine: Engine, kind: str, label: str, by: str) -> str:
    """Add a service, category, channel or reason; returns a sentence that says what was done. Raises Refused if it
    cannot be."""
    label = " ".join(label.split())
    if not slug(label) or len(label) > LONGEST["label"] or not label.isprintable():
        raise Refused(
            f"Le libellé doit avoir de 1 à {LONGEST['label']} caractères que l'on peut lire, dont une lettre ou"
            " un chiffre."
        )
    with write_transaction(engine) as c:
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
                    code=_free_code(slug(label)[:56].rstrip("-"), codes),
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


def _free_code(code: str, existing: set[str]) -> str:
    """The code, with a number where another service has it: long labels may differ only at their end."""
    return next(c for c in (code, *(f"{code}-{i}" for i in range(2, 1000))) if c not in existing)


def load_boundaries(engine: Engine, path: Path, source: str, by: str) -> int:
    """Store the communes' outlines of a GeoJSON file; each must name its commune in a property. Returns how many.

    Raises Refused where the file is not such outlines, or does not have one for each place that we know.
    """
    source = " ".join(source.split())
    if not 1 <= len(source) <= LONGEST["typed"]:
        raise Refused(f"Dire d'où viennent les limites, en {LONGEST['typed']} signes au plus.")
    features = _outlines(path)
    with write_transaction(engine) as c:
        wanted = {slug(name): name for name in c.execute(select(Commune.name)).scalars()}
        outlines, named = [], set()
        for names, geometry in features:
            name = next((wanted[slug(n)] for n in names if slug(n) in wanted), None)
            if name:
                named.add(name)
                outlines.append(
                    {"type": "Feature", "properties": {"commune": name}, "geometry": geometry}
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
                loaded_at=utc_now(),
                geojson=json.dumps({"type": "FeatureCollection", "features": outlines}),
            )
        )
        note(c, by, "loaded", {"boundaries": "commune"}, source)
    return len(outlines)


def _outlines(path: Path) -> list[tuple[list[str], Json]]:
    """The names that each feature of a GeoJSON file of polygons in Benin may go by, and its shape. Raises Refused."""
    status = path.stat()
    # Opening a pipe would wait for ever, as reading a device would, or a file of the system's own, which has no size.
    if not stat.S_ISREG(status.st_mode) or not status.st_size:
        raise Refused(f"« {path} » n'est pas un fichier ordinaire, ou est vide.")
    if status.st_size > MOST_BYTES:
        raise Refused(
            f"Ce fichier pèse plus de {MOST_BYTES // 10**6} Mo : la page de la carte le reçoit tout entier. Simplifier"
            " les limites."
        )
    try:
        features = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
        return [(_names(feature), _shape(feature["geometry"])) for feature in features]
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Refused("Ce fichier n'est pas un GeoJSON de limites (FeatureCollection).") from None


def _names(feature: Json) -> list[str]:
    properties = (feature["properties"] or {}).items()
    return [str(value) for key, value in properties if key.casefold() in NAMES]


def _shape(geometry: Json) -> Json:
    """A polygon, or several, with its two coordinates at each point and nothing else."""
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind == "Polygon":
        return {"type": kind, "coordinates": _rings(coordinates)}
    if kind == "MultiPolygon":
        return {"type": kind, "coordinates": [_rings(polygon) for polygon in coordinates]}
    raise Refused("Les limites doivent être des polygones.")


def _rings(polygon: list[list[list[float]]]) -> list[list[list[float]]]:
    rings = [[[float(point[0]), float(point[1])] for point in ring] for ring in polygon]
    if any(not (-5 <= x <= 8 and 3 <= y <= 16) for ring in rings for x, y in ring):
        raise Refused(
            "Les coordonnées ne sont pas au Bénin : attendues en degrés, longitude d'abord (WGS 84)."
        )
    return rings
