"""What is said of a file that was handed in by a page, before it is kept.

Before: `dashboard.actions.file_faults`. After: `dashboard.actions.handing_in`, which judges; `dashboard.web.verdict_pages`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NamedTuple

from dashboard import french
from dashboard.actions.file_faults import Fault
from dashboard.actions.handing_in_words import effect_sentence
from dashboard.actions.receipts import days_in_words
from dashboard.actions.waiting_files import Mend
from dashboard.forms.problem import Problem
from dashboard.forms.repairs import Repair
from db.batch_effects import Effect
from db.intake import Outcome
from db.shared_types import Place

DAYS_NAMED = 6


class DaysAfter(NamedTuple):
    """What is known of a register's days once it is kept. empty: open days without any visit, of those that it covers and of
    those that it takes a visit from; others: visits of its days that are not of it; goes_on: whether some are known after it."""

    empty: tuple[date, ...]
    others: int
    goes_on: bool


@dataclass(frozen=True)
class Verdict:
    """What is said of a file before it is kept. preview: its number, "" where it must be sent again; site: that was chosen,
    None for those that the file names; mended: cells that a person wrote; left_out: rows that he took out; faults: what can be
    mended in the page; covers: the days for which it speaks; problems: what cannot; effect: what keeping would change.

    proposed: unknown headings that he has still to agree to, each with ours and the first cells under it; changed: rows that say
    something else than before, in words; mends: cells that he wrote; can_be_empty: how many of the cells that are refused may be
    empty; days: of a register of visits, what is known of its days once it is kept; version: of the file, which confirming
    names; known_headings: headings that are read as ours since an earlier file, words: that will be remembered, each with what it
    means; note: what could not be done of what was asked;
    signals: which signals of past months are no longer there, or come to be, in a sentence.
    """

    preview: str
    outcome: Outcome
    site: Place | None
    first: date
    last: date
    rows: int
    repairs: tuple[Repair, ...] = ()
    mended: int = 0
    left_out: int = 0
    faults: tuple[Fault, ...] = ()
    covers: tuple[date, date] | None = None
    proposed: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    changed: tuple[str, ...] = ()
    mends: tuple[Mend, ...] = ()
    can_be_empty: int = 0
    days: DaysAfter | None = None
    version: str = ""
    known_headings: tuple[tuple[str, str], ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    note: str = ""
    signals: str = ""

    @property
    def accepted(self) -> bool:
        """Whether it can be confirmed."""
        return self.outcome.accepted and not self.proposed

    @property
    def is_known(self) -> bool:
        """Whether exactly this was handed in before."""
        return self.outcome.was_known

    @property
    def problems(self) -> Sequence[Problem | str]:
        """The problems that the page does not mend."""
        return () if self.faults else self.outcome.problems

    @property
    def effect(self) -> Effect:
        """What keeping it would change."""
        return self.outcome.effect


def effect_of_verdict(verdict: Verdict) -> str:
    """What keeping the file would change, in a sentence."""
    outcome = verdict.outcome
    return effect_sentence(outcome.rows, outcome.effect, outcome.changes, outcome.form)


def version_of(verdict: Verdict, of_file: str) -> str:
    """What tells a verdict from what it is after somebody mended the file or handed in another one, or another day begins.
    of_file: the file's own."""
    said = [effect_of_verdict(verdict), *days_sentences(verdict), str(verdict.covers)]
    return f"{of_file}-{sha256(json.dumps(said).encode()).hexdigest()[:12]}"


def days_sentences(verdict: Verdict) -> list[str]:
    """What is known of the days once the file is kept, in sentences."""
    if verdict.covers is None or verdict.proposed:
        return []
    first, last = verdict.covers
    covered = days_in_words(first, last)
    said = []
    if verdict.outcome.form != "registre":
        said.append(
            f"Un jour sans ligne, {covered}, comptera comme un jour sans plainte ; les visites ne changent pas."
        )
    elif verdict.days is None:
        said.append(
            "Pour chacun de ses centres, un jour ouvert sans ligne, entre la première et la dernière de ce centre, comptera comme"
            " un jour où personne n'est venu ; les jours d'avant et d'après restent à remettre."
        )
    else:
        said += _days_of_a_site(verdict.days, covered)
        if last < verdict.last and not verdict.days.goes_on:
            said.append("Les jours d'après restent à remettre.")
    if verdict.left_out:
        said.append("Ce qui est mis de côté manque jusqu'à ce qu'il soit remis.")
    return said


def _days_of_a_site(days: DaysAfter, covered: str) -> list[str]:
    said = []
    if days.others > 0:
        many = french.plural(days.others, "autre visite", "autres visites")
        known = (
            "déjà connue, reste comptée" if days.others == 1 else "déjà connues, restent comptées"
        )
        said.append(
            f"{many} de ces jours, {known} : si ce sont les mêmes usagers sous d'autres références, ils compteraient deux fois."
        )
    if not days.empty:
        return [*said, f"Chaque jour ouvert {covered} a des visites."]
    named = french.join_words([f"le {french.date_short(d)[:5]}" for d in days.empty[:DAYS_NAMED]])
    more = (
        "" if len(days.empty) <= DAYS_NAMED else f" et {len(days.empty) - DAYS_NAMED} autres jours"
    )
    will = (
        "Ce jour ouvert comptera comme un jour"
        if len(days.empty) == 1
        else "Ces jours ouverts compteront comme des jours"
    )
    return [*said, f"Sans aucune visite : {named}{more}. {will} où personne n'est venu."]
