"""Loads reference data from data/reference into the tables. Adds what is missing; never undoes what somebody changed."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, Select, func, insert, or_, select
from sqlalchemy.exc import DataError, IntegrityError

from dashboard.settings import ROOT
from db.codes import TERMS
from db.journal import note
from db.models import Commune, Service, Site, SiteLocation, SitePeriod, Term
from db.shared_types import BEGINNING
from db.write import Refused
from db.write_lock import write_transaction

REFERENCE = ROOT / "data" / "reference"


def read_csv(name: str, folder: Path = REFERENCE) -> list[dict[str, str]]:
    """The lines of a reference file as dicts. Raises Refused where it cannot be read."""
    try:
        with (folder / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    except (UnicodeDecodeError, csv.Error):
        raise Refused(f"{name} n'est pas un CSV en UTF-8.") from None


def seed(engine: Engine, folder: Path = REFERENCE, by: str = "application") -> None:
    """Load communes, sites, services and terms that the database does not have yet; the journal says how many.

    Raises Refused, naming the line, where a file is not what it should be; then nothing changed.
    """
    with write_transaction(engine) as c:
        added = {
            "communes": _add_missing(
                c, select(Commune.name), "communes.csv", folder, "commune", _commune
            ),
            "sites": _add_missing(c, select(Site.code), "sites.csv", folder, "code", _site),
            "services": _add_missing(
                c, select(Service.code), "services.csv", folder, "code", _service
            ),
            "terms": _terms(c),
        }
        if any(added.values()):  # the line also tells open pages that there is something new
            note(c, by, "seeded", added)


def beyond_reference(connection: Connection) -> dict[str, int]:
    """For each table that `seed` fills, how many rows somebody else added."""
    codes = {
        name: {row["code"] for row in read_csv(f"{name}s.csv")} for name in ("site", "service")
    }
    terms = {(kind, label) for kind, labels in TERMS.items() for label in labels}
    communes = {row["commune"] for row in read_csv("communes.csv")}
    moved = (
        select(func.count()).select_from(SiteLocation).where(SiteLocation.valid_from != BEGINNING)
    )
    changed = (
        select(func.count())
        .select_from(SitePeriod)
        .where(or_(SitePeriod.opens_on != BEGINNING, SitePeriod.closes_on.is_not(None)))
    )
    return {
        "commune": len(set(connection.execute(select(Commune.name)).scalars()) - communes),
        "site": len(set(connection.execute(select(Site.code)).scalars()) - codes["site"]),
        "site_location": connection.execute(moved).scalar_one(),
        "site_period": connection.execute(changed).scalar_one(),
        "service": len(set(connection.execute(select(Service.code)).scalars()) - codes["service"]),
        "term": len(
            {tuple(row) for row in connection.execute(select(Term.kind, Term.label))} - terms
        ),
    }


def _add_missing(
    c: Connection,
    existing: Select[str],
    name: str,
    folder: Path,
    key: str,
    add: Callable[[Connection, dict[str, str]], None],
) -> int:
    """Add each line of a file whose key is not known; returns how many."""
    there, added = set(c.execute(existing).scalars()), 0
    for number, row in enumerate(read_csv(name, folder), 2):  # line 1 holds the headings
        with _line(name, number):
            if row[key] not in there:
                add(c, row)
                there.add(row[key])
                added += 1
    return added


@contextmanager
def _line(name: str, number: int) -> Iterator[None]:
    """Within the block, what a line of a file lacks is raised as Refused, naming the line."""
    try:
        yield
    except Refused as reason:
        raise Refused(f"{name}, ligne {number} : {reason}") from None
    except KeyError as missing:
        raise Refused(
            f"{name}, ligne {number} : la colonne « {missing.args[0]} » manque."
        ) from None
    except IntegrityError:
        raise Refused(
            f"{name}, ligne {number} : cette ligne fait double emploi avec une autre."
        ) from None
    except DataError:
        raise Refused(
            f"{name}, ligne {number} : un texte est trop long, ou un nombre trop grand."
        ) from None
    except (ValueError, TypeError):
        raise Refused(
            f"{name}, ligne {number} : un nombre ou une date (AAAA-MM-JJ) n'est pas lisible, ou la ligne est"
            " coupée."
        ) from None


def _commune(c: Connection, row: dict[str, str]) -> None:
    c.execute(
        insert(Commune).values(
            name=row["commune"],
            department=row["department"],
            population_2013=int(row["population_2013"]),
            lat=float(row["lat"]),
            lon=float(row["lon"]),
            point_kind=row["point_kind"],
        )
    )


def _site(c: Connection, row: dict[str, str]) -> None:
    commune = c.execute(select(Commune.id).where(Commune.name == row["commune"])).scalar()
    if commune is None:
        raise Refused(
            f"la commune « {row['commune']} » du centre {row['code']} n'est pas dans communes.csv."
        )
    site = c.execute(
        insert(Site)
        .values(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            host=row["host"],
            aliases=row["aliases"],
            launched_on=date.fromisoformat(row["launched_on"]) if row["launched_on"] else None,
        )
        .returning(Site.id)
    ).scalar_one()
    c.execute(insert(SitePeriod).values(site_id=site, opens_on=BEGINNING))
    c.execute(
        insert(SiteLocation).values(
            site_id=site,
            valid_from=BEGINNING,
            commune_id=commune,
            lat=float(row["lat"]),
            lon=float(row["lon"]),
        )
    )


def _service(c: Connection, row: dict[str, str]) -> None:
    c.execute(
        insert(Service).values(
            code=row["code"],
            label=row["label"],
            theme=row["theme"],
            link=row["link"],
            source=row["source"],
            deadline_days=int(row["deadline_days"]) if row["deadline_days"] else None,
        )
    )


def _terms(c: Connection) -> int:
    there = {tuple(row) for row in c.execute(select(Term.kind, Term.label))}
    new = [
        (kind, label)
        for kind, labels in TERMS.items()
        for label in labels
        if (kind, label) not in there
    ]
    for kind, label in new:
        c.execute(insert(Term).values(kind=kind, label=label))
    return len(new)
