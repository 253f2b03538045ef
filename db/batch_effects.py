"""What an import, a withdrawal or a new date changes of the rows that count, and the sentence that says so, for
commands and pages alike.

Before: `db.supersede`, which counts the rows. After: `db.write`, which passes it on.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection, bindparam, text

from dashboard.french import date_short, join_first, plural_phrase

Files = Mapping[str, int]  # rows by the file that they are of, or that is the reason why


@dataclass(frozen=True)
class Effect:
    """The rows that count, and no longer count, because of a file.

    rows_counting: of this file, once it is done. rows_ended: of this file, that counted and do no more. idle_by_file:
    of this file, without effect, by the file that repeats them or replaces their day. replaced_by_file,
    restored_by_file: of other files, that count no more, or again. rows_of_whole_days: how many of the replaced ones
    lie in days that this file replaces as a whole without repeating them; whole_days: those (code of the site, "" for
    the network, and day); reason: how the sentence goes on about the reason.
    """

    rows_counting: int = 0
    rows_ended: int = 0
    idle_by_file: Files = field(default_factory=dict)
    replaced_by_file: Files = field(default_factory=dict)
    restored_by_file: Files = field(default_factory=dict)
    rows_of_whole_days: int = 0
    whole_days: Sequence[tuple[str, date]] = ()
    reason: str = ""

    @property
    def rows_replaced(self) -> int:
        """How many rows of other files count no more."""
        return sum(self.replaced_by_file.values())


@dataclass
class SettledRows:
    """The rows that the rule changed. ended: (batch, the batch that beats it) to rows that counted; restored: batch
    to rows that count again; rows_of_whole_days: how many of those that ended are only replaced by a whole day;
    whole_days: theirs, as in Effect; ended_ids: the rows that ended."""

    ended: Counter[tuple[int, int]] = field(default_factory=Counter)
    restored: Counter[int] = field(default_factory=Counter)
    rows_of_whole_days: int = 0
    whole_days: list[tuple[str, date]] = field(default_factory=list)
    ended_ids: list[int] = field(default_factory=list)


def effect_of(
    connection: Connection,
    batch_id: int,
    settled: SettledRows,
    rows_counting: int,
    reason: str = "",
) -> Effect:
    """The effect of what was settled, from a batch's point of view, of which so many rows count now. reason: as in
    Effect."""
    numbers = {*settled.restored, *(number for pair in settled.ended for number in pair)}
    names = file_names(connection, numbers)
    idle: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for (batch, winner), rows in settled.ended.items():
        if batch != batch_id:
            others[names[batch]] += rows
        elif winner != batch_id:
            idle[names[winner]] += rows
    begun = {names[batch]: rows for batch, rows in settled.restored.items() if batch != batch_id}
    gone = settled.ended[batch_id, batch_id]
    return Effect(
        rows_counting,
        gone,
        idle,
        others,
        begun,
        settled.rows_of_whole_days,
        settled.whole_days,
        reason if settled.rows_of_whole_days else "",
    )


def file_names(connection: Connection, numbers: set[int]) -> dict[int, str]:
    """The name of each batch's file, with its number."""
    asked = text("SELECT id, filename FROM import_batch WHERE id IN :numbers").bindparams(
        bindparam("numbers", expanding=True)
    )
    found = connection.execute(asked, {"numbers": sorted(numbers)})
    return {number: f"« {name} » (lot {number})" for number, name in found}


# --- in words -------------------------------------------------------------------------------------------------------
def import_sentence(effect: Effect) -> str:
    """The sentence that says what an import, or a new date, changed or would change."""
    return _sentence(
        [_counting_rows(effect), _replaced_rows(effect), _restored_rows(effect), _idle_rows(effect)]
    )


def withdrawal_sentence(effect: Effect) -> str:
    """The sentence that says what a withdrawal changed."""
    lost = f"{_rows(effect.rows_ended)} {_singular_or_plural(effect.rows_ended, 'ne compte plus', 'ne comptent plus')}"
    return _sentence([lost, _restored_rows(effect) or "0 compte de nouveau"])


def _counting_rows(effect: Effect) -> str:
    return f"{_rows(effect.rows_counting)} {_singular_or_plural(effect.rows_counting, 'compte', 'comptent')}"


def _replaced_rows(effect: Effect) -> str:
    told = plural_phrase(effect.rows_replaced, "remplacée")
    if effect.replaced_by_file:
        told += f", de {_files_in_words(effect.replaced_by_file)}"
    if not effect.rows_of_whole_days:
        return told
    part = (
        "toutes"
        if effect.rows_of_whole_days == effect.rows_replaced > 1
        else f"dont {effect.rows_of_whole_days}"
    )
    days = join_first(
        [f"{site or 'tout le réseau'} le {date_short(day)}" for site, day in effect.whole_days]
    )
    return f"{told}, {part} par journée entière ({days}){effect.reason}"


def _restored_rows(effect: Effect) -> str:
    rows = sum(effect.restored_by_file.values())
    if not rows:
        return ""
    return f"{rows} {_singular_or_plural(rows, 'compte', 'comptent')} de nouveau, de {_files_in_words(effect.restored_by_file)}"


def _idle_rows(effect: Effect) -> str:
    told = f"{sum(effect.idle_by_file.values())} sans effet"
    if not effect.idle_by_file:
        return told
    newer = _singular_or_plural(len(effect.idle_by_file), "est plus récent", "sont plus récents")
    return f"{told} : {_files_in_words(effect.idle_by_file)} {newer}"


def _files_in_words(files: Files) -> str:
    """A few of the files, those with most rows first, and how many others there are."""
    return join_first(sorted(files, key=lambda name: (-files[name], name)))


def _rows(number: int) -> str:
    return plural_phrase(number, "ligne")


def _singular_or_plural(number: int, one: str, several: str) -> str:
    return several if number > 1 else one


def _sentence(parts: Sequence[str]) -> str:
    return f"{' ; '.join(filter(None, parts))}."
