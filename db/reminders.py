"""Reminders of missing days: what was sent to which site, in SQL.

After: `dashboard.actions.reminders`, which checks rights. `db.read` gives what was kept.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import Engine, insert, select

from db.journal import note, utc_now
from db.models import Reminder, Site
from db.write_lock import write_transaction

TWICE = timedelta(minutes=2)


def note_reminders(engine: Engine, days: Mapping[str, Sequence[date]], by: str) -> None:
    """Keep that sites were reminded just now. days: code to the days that the reminder names; unknown codes are left out, and
    sites of which the same was noted in the last TWICE: a button that is pressed twice sends nothing twice."""
    with write_transaction(engine) as c:
        known = dict(c.execute(select(Site.code, Site.id).where(Site.code.in_(list(days)))).all())
        now = utc_now()
        recent = select(Reminder.site_id, Reminder.days).where(Reminder.sent_at > now - TWICE)
        just_noted = {tuple(one) for one in c.execute(recent)}
        texts = {code: " ".join(d.isoformat() for d in named) for code, named in days.items()}
        rows = [
            {"site_id": known[code], "sent_at": now, "days": texts[code], "noted_by": by}
            for code in sorted(days)
            if code in known and texts[code] and (known[code], texts[code]) not in just_noted
        ]
        if rows:
            c.execute(insert(Reminder), rows)
            numbers = {one["site_id"] for one in rows}
            note(c, by, "reminded", {"sites": sorted(k for k, n in known.items() if n in numbers)})
