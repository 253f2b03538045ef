"""Checking what quality rules found: somebody says of rows that they are in order, and why, or takes that back.

Before: `dashboard.actions.quality_checks`. After: `db.quality_acknowledgements`, which reads it.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Engine, delete, insert, select

from db.codes import LONGEST
from db.journal import note, utc_now
from db.models import QualityAcknowledgement as Stored
from db.models import Site
from db.write import Refused
from db.write_lock import write_transaction


def acknowledge(
    engine: Engine,
    rule: str,
    title: str,
    site: str,
    days: tuple[date, date],
    marks: Sequence[str],
    reason: str,
    by: str,
) -> int:
    """Save that somebody checked rows, and why they are in order; returns its number. title: of the rule, for the journal;
    days: the first and the last that the rows are of; marks: theirs. Raises Refused
    without a reason or rows, or for an unknown site."""
    why = reason.strip()
    if not why:
        raise Refused("Dire ce qui a été vérifié : le journal le garde.")
    if len(why) > LONGEST["typed"]:
        raise Refused(f"Trop long, {LONGEST['typed']} caractères au plus : ce qui a été vérifié.")
    if not marks:
        raise Refused("Il n'y a plus rien à vérifier ici.")
    with write_transaction(engine) as c:
        site_id = c.execute(select(Site.id).where(Site.code == site)).scalar()
        if site_id is None:
            raise Refused("Ce centre n'existe pas.")
        number = int(
            c.execute(
                insert(Stored)
                .values(
                    rule=rule,
                    site_id=site_id,
                    first_day=days[0],
                    last_day=days[1],
                    marks=list(marks),
                    reason=why,
                    by=by,
                    at=utc_now(),
                )
                .returning(Stored.id)
            ).scalar_one()
        )
        told = {"acknowledgement": number, "rule": title, "site": site, "rows": len(marks)}
        note(c, by, "acknowledged", told, why)
    return number


def take_back(engine: Engine, number: int, title: str, by: str) -> None:
    """Take back what was said to be in order: its rows are to be checked again. Raises Refused where it is there no more."""
    with write_transaction(engine) as c:
        found = c.execute(
            select(Site.code).join(Stored, Stored.site_id == Site.id).where(Stored.id == number)
        ).scalar()
        if found is None:
            raise Refused("Cette vérification a déjà été reprise.")
        c.execute(delete(Stored).where(Stored.id == number))
        told = {"acknowledgement": number, "rule": title, "site": found}
        note(c, by, "took back check", told)
