"""What people enter beside the data: targets, decisions on signals, new levels of control charts, presentations.

Each change is one transaction with its line in the journal. Nothing is invented: without an entry there is none.
"""

from datetime import date, datetime

from sqlalchemy import Connection, Engine, delete, insert, select, update

from dashboard.french import date_short
from dashboard.period import YEARS
from db.codes import ACCEPTED, LONGEST, REFUSED, SET
from db.journal import note, utc_now
from db.models import Commune, Decision, KeptStory, Rebase, Site, Target
from db.write import Refused
from db.write_lock import write_transaction

NATION = "nation"


class StoryConflict(Exception):
    """A presentation was not saved: another version than the one that it was to replace is saved by now, or none; the
    database is as it was."""


def scopes(connection: Connection) -> set[str]:
    """The scopes that a target, a decision or a new level may have: the nation, a department, a site's code."""
    departments = connection.execute(select(Commune.department).distinct()).scalars()
    return {NATION, *departments, *connection.execute(select(Site.code)).scalars()}


def set_target(
    engine: Engine, indicator: str, scope: str, value: float, valid_from: date, source: str, by: str
) -> None:
    """Save a target, which holds from a day on, until a later one. Raises Refused for an unknown scope, an empty
    source, or a day for which one is set."""
    _require_text(source, "la source de la cible")
    _refuse_day_outside_calendar(valid_from)
    with write_transaction(engine) as c:
        _require_scope(c, scope)
        if c.execute(
            select(Target.value).where(
                Target.indicator == indicator,
                Target.scope == scope,
                Target.valid_from == valid_from,
            )
        ).first():
            raise Refused(
                "Une cible est déjà fixée pour cet indicateur, ce périmètre et ce jour : la retirer d'abord, ou"
                " choisir un autre jour."
            )
        c.execute(
            insert(Target).values(
                indicator=indicator,
                scope=scope,
                value=value,
                valid_from=valid_from,
                source=source.strip(),
                set_by=by,
            )
        )
        note(c, by, "targeted", {"indicator": indicator, "scope": scope, "value": value}, source)


def remove_target(engine: Engine, indicator: str, scope: str, valid_from: date, by: str) -> None:
    """Remove a target. Raises Refused if there is none."""
    with write_transaction(engine) as c:
        removed = c.execute(
            delete(Target).where(
                Target.indicator == indicator,
                Target.scope == scope,
                Target.valid_from == valid_from,
            )
        )
        if not removed.rowcount:
            raise Refused(
                "Il n'y a pas de cible à retirer pour cet indicateur, ce périmètre et cette date."
            )
        note(
            c,
            by,
            "untargeted",
            {"indicator": indicator, "scope": scope, "valid_from": valid_from.isoformat()},
        )


def decide(
    engine: Engine,
    indicator: str,
    scope: str,
    decided_on: date,
    who: str,
    what: str,
    due_on: date | None,
    by: str,
    aim: str = "",
) -> int:
    """Save a decision about a signal: who does what by when, and what for. Returns its number. Raises Refused."""
    _require_text(what, "ce qui est décidé")
    _require_text(who, "qui agit", LONGEST["decided by"])
    if aim.strip():
        _require_text(aim, "ce qu'on en attend")
    for day in (decided_on, due_on):
        _refuse_day_outside_calendar(day)
    if due_on is not None and due_on < decided_on:
        raise Refused("L'échéance est avant la décision.")
    with write_transaction(engine) as c:
        _require_scope(c, scope)
        number = c.execute(
            insert(Decision)
            .values(
                indicator=indicator,
                scope=scope,
                decided_on=decided_on,
                who=who.strip(),
                what=what.strip(),
                due_on=due_on,
                noted_by=by,
                aim=aim.strip(),
            )
            .returning(Decision.id)
        ).scalar_one()
        note(c, by, "decided", {"decision": number, "indicator": indicator, "scope": scope}, what)
    return number


def carry_out(engine: Engine, number: int, done_on: date | None, by: str) -> None:
    """Note that a decision was carried out, on which day; None: that it was not. Raises Refused where there is none."""
    with write_transaction(engine) as c:
        found = _decision(c, number)
        c.execute(update(Decision).where(Decision.id == number).values(done_on=done_on))
        did = "reopened" if done_on is None else "carried out"
        note(c, by, did, {"decision": number, **found})


def take_back(engine: Engine, number: int, by: str) -> None:
    """Remove a decision that was noted by mistake. Raises Refused where there is none."""
    with write_transaction(engine) as c:
        found = _decision(c, number)
        c.execute(delete(Decision).where(Decision.id == number))
        note(c, by, "undecided", {"decision": number, **found})


def _decision(connection: Connection, number: int) -> dict[str, str]:
    """The indicator and scope of a decision. Raises Refused where there is none."""
    asked = select(Decision.indicator, Decision.scope).where(Decision.id == number)
    found = connection.execute(asked).one_or_none()
    if found is None:
        raise Refused("Cette décision n'est plus notée.")
    return {"indicator": found.indicator, "scope": found.scope}


def rebase(engine: Engine, indicator: str, scope: str, month: date, reason: str, by: str) -> None:
    """Begin a new level of a series from a month on, for a stated reason. Raises Refused."""
    _level(engine, indicator, scope, month, reason, by, SET, "rebased")


def refuse_level(
    engine: Engine, indicator: str, scope: str, month: date, reason: str, by: str
) -> None:
    """Refuse a proposed level that begins in a month: the limits before it hold on. Raises Refused."""
    _level(engine, indicator, scope, month, reason, by, REFUSED, "refused level")


def accept_level(
    engine: Engine, indicator: str, scope: str, month: date, reason: str, by: str
) -> None:
    """Accept a proposed level that begins in a month. Raises Refused."""
    _level(engine, indicator, scope, month, reason, by, ACCEPTED, "accepted level")


def _level(
    engine: Engine,
    indicator: str,
    scope: str,
    month: date,
    reason: str,
    by: str,
    kind: str,
    action: str,
) -> None:
    """Save what somebody says of the level of a month, in the place of what was said of it before."""
    _require_text(reason, "la raison")
    _refuse_day_outside_calendar(month)
    with write_transaction(engine) as c:
        _require_scope(c, scope)
        month = month.replace(day=1)
        c.execute(
            delete(Rebase).where(
                Rebase.indicator == indicator, Rebase.scope == scope, Rebase.month == month
            )
        )
        c.execute(
            insert(Rebase).values(
                indicator=indicator,
                scope=scope,
                month=month,
                reason=reason.strip(),
                author=by,
                kind=kind,
            )
        )
        note(
            c,
            by,
            action,
            {"indicator": indicator, "scope": scope, "month": month.isoformat()},
            reason,
        )


def keep_story(
    engine: Engine,
    name: str,
    title: str,
    body: str,
    by: str,
    *,
    account: str = "",
    only_own: bool = False,
    replaced_kept_at: datetime | None = None,
) -> datetime:
    """Save a presentation under a name; returns the time (UTC) of the saved version.

    account: of who saves it, "" for none; replaced_kept_at: the time of the version that it replaces, None where
    there is none; only_own: only the account's own is replaced. Raises Refused without a name or a title, or for one
    of another's; StoryConflict where another version is saved under that name by now.
    """
    _require_text(name, "sous quel nom garder la présentation", LONGEST["story name"])
    _require_text(title, "le titre de la présentation", LONGEST["story title"])
    with write_transaction(engine) as c:
        keeper, kept_at = _keeper(c, name)
        if only_own and keeper not in (None, account):
            raise Refused(
                f"Quelqu'un d'autre a gardé une présentation « {title} » : en choisir un autre titre."
            )
        if kept_at != replaced_kept_at:
            raise StoryConflict(name)
        at = utc_now()
        c.execute(delete(KeptStory).where(KeptStory.name == name))
        c.execute(
            insert(KeptStory).values(
                name=name,
                title=title.strip(),
                body=body,
                kept_by=by,
                account_id=account,
                kept_at=at,
            )
        )
        note(c, by, "kept story", {"name": name})
    return at


def forget_story(
    engine: Engine,
    name: str,
    by: str,
    *,
    account: str = "",
    only_own: bool = False,
    kept_at: datetime | None = None,
) -> None:
    """Delete a saved presentation. only_own: only one that the account saved; kept_at: the time (UTC) of the version
    meant, None for whichever it is. Raises Refused if there is none, or for another version."""
    with write_transaction(engine) as c:
        keeper, standing = _keeper(c, name)
        if keeper is None or (only_own and keeper != account):
            raise Refused(
                f"Aucune présentation à vous n'est gardée sous le nom « {name} »."
                if only_own
                else f"Aucune présentation n'est gardée sous le nom « {name} »."
            )
        if kept_at not in (None, standing):
            raise Refused(
                "Une autre version de cette présentation a été gardée entre-temps : la revoir d'abord."
            )
        c.execute(delete(KeptStory).where(KeptStory.name == name))
        note(c, by, "removed story", {"name": name})


def _keeper(connection: Connection, name: str) -> tuple[str | None, datetime | None]:
    """The account that saved a presentation, "" for none, and when (UTC); None and None where there is no such
    presentation."""
    found = connection.execute(
        select(KeptStory.account_id, KeptStory.kept_at).where(KeptStory.name == name)
    ).one_or_none()
    return (found.account_id, found.kept_at) if found else (None, None)


def _require_text(text: str, what: str, most: int = LONGEST["typed"]) -> None:
    """Raises Refused where a text is missing or too long."""
    if not text.strip():
        raise Refused(f"Il faut dire {what}.")
    if len(text.strip()) > most:
        raise Refused(f"Trop long, {most} caractères au plus : {what}.")


def _refuse_day_outside_calendar(day: date | None) -> None:
    """Raises Refused for a day too near the calendar's ends for pages to show the months before and after."""
    if day is not None and day.year not in YEARS:
        raise Refused(f"Un jour de {YEARS[0]} à {YEARS[-1]} est attendu, non le {date_short(day)}.")


def _require_scope(connection: Connection, scope: str) -> None:
    """Raises Refused for an unknown scope."""
    if scope not in scopes(connection):
        raise Refused(f"« {scope} » n'est ni nation, ni un département, ni le code d'un centre.")
