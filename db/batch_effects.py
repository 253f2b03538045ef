"""What a file that comes in, goes out or is dated anew changes of what counts, and the one sentence that says so: the same for
commands and for pages.

Before: `db.supersede`, which counts the rows. After: `db.write`, which hands it on.
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
    """Rows that count, and rows that do not.

    counting: of this file, once it is done. gone: of this file, that counted and do no more. idle: of this file, without
    effect, by the file that says them again or replaces their day. ceased, begun: of other files, that count no more, or
    again. whole: how many of `ceased` lie in days that this file replaces as a whole without saying them again; days: those
    (code of the site, "" for the network, and day); why: how the sentence goes on about the reason.
    """

    counting: int = 0
    gone: int = 0
    idle: Files = field(default_factory=dict)
    ceased: Files = field(default_factory=dict)
    begun: Files = field(default_factory=dict)
    whole: int = 0
    days: Sequence[tuple[str, date]] = ()
    why: str = ""

    @property
    def replaced(self) -> int:
        """How many rows of other files count no more."""
        return sum(self.ceased.values())


@dataclass
class Settled:
    """What the rule changed. ceased: (batch, the batch that beats it) to rows that counted; begun: batch to rows that count
    again; whole: how many of those that ceased only a whole day replaces, and days: theirs, as in Effect."""

    ceased: Counter[tuple[int, int]] = field(default_factory=Counter)
    begun: Counter[int] = field(default_factory=Counter)
    whole: int = 0
    days: list[tuple[str, date]] = field(default_factory=list)


def effect_of(
    connection: Connection, batch_id: int, settled: Settled, counting: int, why: str = ""
) -> Effect:
    """Returns what was settled as it concerns a batch, of which so many rows count now. why: as in Effect."""
    numbers = {*settled.begun, *(number for pair in settled.ceased for number in pair)}
    names = file_names(connection, numbers)
    idle: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for (batch, winner), rows in settled.ceased.items():
        if batch != batch_id:
            others[names[batch]] += rows
        elif winner != batch_id:
            idle[names[winner]] += rows
    begun = {names[batch]: rows for batch, rows in settled.begun.items() if batch != batch_id}
    gone = settled.ceased[batch_id, batch_id]
    return Effect(
        counting,
        gone,
        idle,
        others,
        begun,
        settled.whole,
        settled.days,
        why if settled.whole else "",
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
    """What a file that came in, or was dated anew, changed, or would."""
    return _sentence([_counting(effect), _ceased(effect), _begun(effect), _idle(effect)])


def withdrawal_sentence(effect: Effect) -> str:
    """What taking a file out changed."""
    lost = f"{_rows(effect.gone)} {_agree(effect.gone, 'ne compte plus', 'ne comptent plus')}"
    return _sentence([lost, _begun(effect) or "0 compte de nouveau"])


def _counting(effect: Effect) -> str:
    return f"{_rows(effect.counting)} {_agree(effect.counting, 'compte', 'comptent')}"


def _ceased(effect: Effect) -> str:
    told = plural_phrase(effect.replaced, "remplacée")
    if effect.ceased:
        told += f", de {_named(effect.ceased)}"
    if not effect.whole:
        return told
    part = "toutes" if effect.whole == effect.replaced > 1 else f"dont {effect.whole}"
    days = join_first(
        [f"{site or 'tout le réseau'} le {date_short(day)}" for site, day in effect.days]
    )
    return f"{told}, {part} par journée entière ({days}){effect.why}"


def _begun(effect: Effect) -> str:
    rows = sum(effect.begun.values())
    if not rows:
        return ""
    return f"{rows} {_agree(rows, 'compte', 'comptent')} de nouveau, de {_named(effect.begun)}"


def _idle(effect: Effect) -> str:
    told = f"{sum(effect.idle.values())} sans effet"
    if not effect.idle:
        return told
    newer = _agree(len(effect.idle), "est plus récent", "sont plus récents")
    return f"{told} : {_named(effect.idle)} {newer}"


def _named(files: Files) -> str:
    """A few of the files, the ones with most rows first, and how many others there are."""
    return join_first(sorted(files, key=lambda name: (-files[name], name)))


def _rows(number: int) -> str:
    return plural_phrase(number, "ligne")


def _agree(number: int, one: str, several: str) -> str:
    return several if number > 1 else one


def _sentence(parts: Sequence[str]) -> str:
    return f"{' ; '.join(filter(None, parts))}."
