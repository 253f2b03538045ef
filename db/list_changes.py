"""What may change beside sites: holidays, directors, services and their deadlines, words of lists, what files write, and the
closures that sites declared.

Before: `db.reference_changes`, which keeps and undoes. After: `db.reference_commands`, `dashboard.actions.reference`.
"""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from dashboard import french
from db import read
from db.codes import LONGEST, TERMS
from db.models import Closure, FileSpelling, Holiday, ImportBatch, Service, Site, Term
from db.reference import slug
from db.reference_changes import Change, Make, Recorder, one_line
from db.working_days import public_holidays
from db.write import Refused

MOST_DEADLINE = 3_650  # days
LONGEST_HOLIDAY, LONGEST_DIRECTOR = 120, 80
OLDEST_HOLIDAY, LAST_HOLIDAY = date(2015, 1, 1), date(2100, 12, 31)
LISTS = {"category": "catégorie", "channel": "canal", "reason": "motif"}


class DeclaredClosure(NamedTuple):
    """Closures that a site declared, and nobody confirmed: the batch, the site's name, first and last day, reason, who said
    so."""

    batch: int
    site_code: str
    site: str
    first_day: date
    last_day: date
    reason: str
    by: str


def add_holiday(day: date, label: str) -> Make:
    """A day on which nobody works, that the calendar does not have."""

    def make(recorder: Recorder) -> Change:
        _within_reach(day)
        name = one_line(label, LONGEST_HOLIDAY)
        if not name:
            raise Refused("Un jour férié a un nom.")
        there = public_holidays(recorder.connection, day, day)
        if day in there:
            raise Refused(f"Le {_day(day)} est déjà férié : {there[day]}.")
        _set_holiday(recorder, day, name, works=False)
        return Change(f"{_long_day(day)} : férié ({name})")

    return make


def remove_holiday(day: date) -> Make:
    """A day that the calendar has as a holiday, and on which one works."""

    def make(recorder: Recorder) -> Change:
        _within_reach(day)
        there = public_holidays(recorder.connection, day, day)
        if day not in there:
            raise Refused(f"Le {_day(day)} n'est pas férié.")
        _set_holiday(recorder, day, there[day], works=True)
        return Change(f"{_long_day(day)} : non férié ({there[day]})")

    return make


def _set_holiday(recorder: Recorder, day: date, label: str, *, works: bool) -> None:
    """Say of a day what the calendar does not."""
    kept = recorder.connection.execute(select(Holiday.worked).where(Holiday.day == day)).first()
    if kept is None:
        recorder.add("holiday", {"day": day, "label": label, "worked": works})
        return
    recorder.remove("holiday", {"day": day})  # what was said before of the same day
    if (day in public_holidays(recorder.connection, day, day)) == works:
        recorder.add("holiday", {"day": day, "label": label, "worked": works})


def set_director(department: str, director: str, day: date) -> Make:
    """Who directs a department from a day on: a post or an account, no person's name."""

    def make(recorder: Recorder) -> Change:
        names = {
            french.normalise_key(d).casefold(): d for _, d, _ in read.communes(recorder.connection)
        }
        known = names.get(french.normalise_key(department).casefold())
        if known is None:
            raise Refused(f"Département inconnu : « {department[:60]} ».")
        _within_reach(day)
        told = one_line(director, LONGEST_DIRECTOR)
        if not told:
            raise Refused("Dire la fonction ou le compte de qui dirige ce département.")
        key = {"department": known, "valid_from": day}
        if not recorder.change("department_director", key, {"director": told}):
            _add_if_new(recorder, "department_director", key, {"director": told})
        return Change(f"{known} : dirigé par {told} depuis le {_day(day)}")

    return make


def _add_if_new(
    recorder: Recorder, table: str, key: dict[str, Any], values: dict[str, Any]
) -> None:
    """Add a row where there is none with its key; where there is, it was the same already."""
    if not recorder.has(table, key):
        recorder.add(table, {**key, **values})


def set_service(
    code: str, label: str | None, deadline_days: int | None, *, no_deadline: bool = False
) -> Make:
    """The name of a service and its deadline in calendar days; None: as it is."""

    def make(recorder: Recorder) -> Change:
        row = recorder.connection.execute(
            select(Service.id, Service.label).where(Service.code == code.strip().lower())
        ).first()
        if row is None:
            raise Refused(f"Prestation inconnue : « {code[:60]} ».")
        values: dict[str, Any] = {}
        if label is not None:
            values["label"] = _free_label(
                recorder.connection, select(Service.label).where(Service.id != row.id), label
            )
        if no_deadline:
            values["deadline_days"] = None
        elif deadline_days is not None:
            if not 1 <= deadline_days <= MOST_DEADLINE:
                raise Refused(f"Le délai d'une prestation va de 1 à {MOST_DEADLINE} jours.")
            values["deadline_days"] = deadline_days
        if values:
            recorder.change("service", {"id": row.id}, values)
        named = values.get("label", row.label)
        limit = values.get("deadline_days")
        told = []
        if named != row.label:
            told.append(f"s'appelle maintenant « {named} », que les fichiers doivent écrire ainsi")
        if "deadline_days" in values:
            told.append("sans délai connu" if limit is None else f"délai de {french.days(limit)}")
        return Change(f"{row.label} : {', '.join(told)}")

    return make


def rename_word(number: int, label: str) -> Make:
    """Another spelling of a word of a list; what files said of it stays said."""

    def make(recorder: Recorder) -> Change:
        row = recorder.connection.execute(
            select(Term.kind, Term.label).where(Term.id == number)
        ).first()
        if row is None:
            raise Refused("Ce mot n'existe pas.")
        others = select(Term.label).where(Term.kind == row.kind, Term.id != number)
        if row.label in TERMS.get(row.kind, ()):
            raise Refused(
                f"« {row.label} » est un mot des feuilles et des pages : en ajouter un autre, sans le renommer."
            )
        word = _free_label(recorder.connection, others, label)
        recorder.change("term", {"id": number}, {"label": word})
        kind = LISTS.get(row.kind, row.kind)
        return Change(
            f"{kind} « {row.label} » : devient « {word} », que les fichiers doivent écrire ainsi"
        )

    return make


def add_word(kind: str, label: str) -> Make:
    """A word that a list did not have."""

    def make(recorder: Recorder) -> Change:
        if kind not in LISTS:
            raise Refused("Cette liste n'existe pas.")
        word = _free_label(recorder.connection, select(Term.label).where(Term.kind == kind), label)
        recorder.add("term", {"kind": kind, "label": word})
        return Change(f"« {word} » : ajouté ({LISTS[kind]})")

    return make


def _free_label(connection: Connection, others: Any, label: str) -> str:
    """The label as it is kept. Raises Refused where it says nothing, or another one reads the same."""
    word = one_line(label, LONGEST["label"])
    if not slug(word):
        raise Refused("Un mot a une lettre ou un chiffre au moins.")
    for other in connection.execute(others).scalars():
        if slug(other) == slug(word):
            raise Refused(f"« {other} » est déjà dans la liste.")
    return word


def forget_spelling(number: int) -> Make:
    """A heading or a word of files that is no longer remembered: the next file asks again."""

    def make(recorder: Recorder) -> Change:
        row = recorder.connection.execute(
            select(FileSpelling.written, Site.name)
            .join(Site, Site.id == FileSpelling.site_id)
            .where(FileSpelling.id == number)
        ).first()
        if row is None:
            raise Refused("Cette écriture n'est plus retenue.")
        recorder.remove("file_spelling", {"id": number})
        return Change(f"{row.name} : « {row.written} » n'est plus retenu")

    return make


def confirm_closures(batch: int) -> Make:
    """The closures that a site declared are confirmed: closed, and nobody is asked why any longer."""

    def make(recorder: Recorder) -> Change:
        known = {one.batch: one for one in declared_closures(recorder.connection)}
        one = known.get(batch)
        if one is None:
            raise Refused("Cette fermeture est confirmée ou retirée : relire la page.")
        recorder.change("import_batch", {"id": batch}, {"declared": False})
        days = _day(one.first_day)
        if one.last_day != one.first_day:
            days = f"{days} au {_day(one.last_day)}"
        return Change(f"{one.site}, {one.reason}, {days} : fermé et confirmé", batch)

    return make


def declared_closures(connection: Connection) -> list[DeclaredClosure]:
    """The closures that sites declared and nobody confirmed, the newest first."""
    rows = connection.execute(
        select(
            ImportBatch.id,
            Site.code,
            Site.name,
            Closure.first_day,
            Closure.last_day,
            Term.label,
            ImportBatch.imported_by,
        )
        .join(Closure, Closure.batch_id == ImportBatch.id)
        .join(Site, Site.id == Closure.site_id)
        .join(Term, Term.id == Closure.reason_id, isouter=True)
        .where(
            ImportBatch.declared.is_(True),
            ImportBatch.withdrawn_at.is_(None),
            Closure.superseded_by.is_(None),
            Closure.from_minute.is_(None),  # hours close no day
        )
        .order_by(ImportBatch.id.desc(), Closure.first_day)
    ).all()
    found: dict[int, DeclaredClosure] = {}
    for number, code, name, first, last, reason, by in rows:
        one = found.get(number)
        if one is None:
            found[number] = DeclaredClosure(number, code, name, first, last, reason, by)
        else:  # days that are not in a row
            found[number] = one._replace(
                first_day=min(one.first_day, first), last_day=max(one.last_day, last)
            )
    return list(found.values())


def _within_reach(day: date) -> None:
    if not OLDEST_HOLIDAY <= day <= LAST_HOLIDAY:
        raise Refused(f"Le {_day(day)} est trop loin : vérifier l'année.")


def _day(day: date) -> str:
    return french.date_short(day)


def _long_day(day: date) -> str:
    return french.upper_first(f"le {french.weekday(day)} {french.date_long(day)}")
