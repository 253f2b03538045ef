"""One random history: a step at a time, done by the application and by the model, compared after each."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path

from dashboard.period import add_months
from db.database_identity import begin_anew
from db.erasures import digest
from db.write_lock import write_transaction
from tests.histories.base import Base
from tests.histories.model import COMPLAINTS, FAR_APART, FORMS, VISITS, Known, Model, Paper, Row

SITES = ("ccsp-kandi", "ccsp-nikki")
DAYS = [date(2019, 5, 6), date(2020, 3, 3), date(2020, 3, 4), date(2021, 8, 10), date(2024, 2, 5), date(2026, 3, 3)]  # fmt: skip
REFERENCES = {VISITS: ("", "1", "2", "3"), COMPLAINTS: ("P1", "P2", "effacée-770077")}
CLOCKS = [date(2024, 6, 1), date(2026, 4, 1), date(2026, 11, 27), date(2028, 1, 1)]
MONTHS = (1, 12, 24, 60)
SETTINGS = {
    "complaint_text": "TEXTS_KEPT_MONTHS",
    "visit": "VISITS_KEPT_MONTHS",
    "complaint": "COMPLAINTS_KEPT_MONTHS",
}
NOON = time(12)
OF_OLDER = "copie-de-"  # how copies begin that an older version made
OLDER = ("0007", "0010")  # before there were terms, and before they were said by columns
KILLED_AFTER = 0.25  # seconds, at most


class Differs(AssertionError):
    """The application and the model do not agree."""


@dataclass
class Play:
    """A history being played. copies: what each copy holds; known: what was ever erased of this database."""

    base: Base
    trial: Base
    chance: random.Random
    kills: bool = False
    model: Model = field(default_factory=Model)
    known: Known = field(default_factory=Known)
    copies: dict[Path, Model] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    done: Counter = field(default_factory=Counter)

    def steps(self, number: int) -> None:
        """Play so many; raises Differs, with all that was said, at the first that differs."""
        try:
            for _ in range(number):
                self.step()
                self.compare()
            self.verify()
        except Differs as difference:
            raise Differs("\n".join([*self.said, "", str(difference)])) from None

    def step(self) -> None:
        """One thing that somebody does."""
        weights = {
            self.take_in: 10, self.again: 3, self.withdraw: 4, self.retain: 4, self.erase: 2, self.back_up: 2,
            self.put_back: 2, self.older: 0.5, self.date_anew: 2, self.move_clock: 2, self.elsewhere: 1,
        }  # fmt: skip
        chosen = self.chance.choices(list(weights), list(weights.values()))[0]
        self.done[chosen.__name__] += 1
        chosen()

    # --- what somebody does ------------------------------------------------------------------------------------------
    def take_in(self) -> None:
        """A file that nobody has seen."""
        form = self.chance.choice(FORMS)
        replace = self.chance.random() < 0.3
        rows = self._rows(form)
        whole = {(r.site, r.day) for r in rows if replace or not r.reference}
        as_of = self._as_of()
        paper = Paper(form, as_of, rows, whole, f"{form}-{len(self.papers)}.csv")
        paper.name = ("tout-" if replace else "") + paper.name
        self.papers.append(paper)
        self._hand_in(paper)

    def again(self) -> None:
        """A file that was handed in before, whatever came of it."""
        if self.papers:
            self._hand_in(self.chance.choice(self.papers))

    def withdraw(self) -> None:
        """Take a file out."""
        batches = self.base.batches()
        if batches:
            batch = self.chance.choice(batches)
            paper = next((p for p in self.model.papers if p.batch == batch and p.live), None)
            if paper and paper.unsure:
                paper.live = self._run("withdraw", batch).code != 0
                return
            after = self.model.copy()
            done = after.withdraw(batch)
            self._do(done, after, "withdraw", batch)

    def date_anew(self) -> None:
        """A file is given another date of content."""
        batches = self.base.batches()
        if batches:
            batch, as_of = self.chance.choice(batches), self._as_of()
            if any(p.batch == batch and p.unsure for p in self.model.papers):
                return
            after = self.model.copy()
            done = as_of.date() <= self.base.today and after.date_anew(batch, as_of)
            self._do(done, after, "date", batch, "--as-of", as_of.isoformat())

    def retain(self) -> None:
        """Carry out the terms, by whatever settings and clock."""
        months = {what: self.chance.choice(MONTHS) for what in SETTINGS}
        after = self.model.copy()
        after.retain({what: add_months(self.base.today, -n) for what, n in months.items()})
        settings = {SETTINGS[what]: str(n) for what, n in months.items()}
        self._do(True, after, "retain", "--yes", **settings)

    def erase(self) -> None:
        """Erase the words of a complaint."""
        site, reference = self.chance.choice(SITES), self.chance.choice(REFERENCES[COMPLAINTS])
        after = self.model.copy()
        self._do(after.erase_words(site, reference), after, "erase-text", site, reference)

    def back_up(self) -> None:
        """A copy."""
        path = self.base.folder / f"copie-{len(self.copies)}-{self.done['back_up']}"
        self._do(True, self.model.copy(), "backup", path)
        if path.exists():
            self.copies[path] = self.model.copy()

    def put_back(self) -> None:
        """A copy is put back, or gone back to; then the application is brought up to date."""
        if not self.copies:
            return
        path = self.chance.choice(sorted(self.copies))
        after = self.copies[path].copy()
        after.learn(self.known)
        if self.chance.random() < 0.5:
            self._do(True, after, "restore", path, "--force")
        else:
            if path.name.startswith(OF_OLDER):
                after.forget_which_stay()
            self._do(True, after, "go-back", path, then="init")

    def older(self) -> None:
        """Somebody went back to an older version of the application, made a copy with it, and came back."""
        revision = self.chance.choice(OLDER)
        self.said.append(f"version {revision}")
        self.base.go_down(revision)
        self.model.forget_which_stay()
        if (
            revision == OLDER[0]
        ):  # it does not know until when: what the list says is carried out anew
            self.model.known.until.clear()
        path = self.base.folder / f"{OF_OLDER}{revision}-{len(self.copies)}-{self.done['older']}"
        if self.chance.random() < 0.5:
            self._run("backup", path)
            self.copies[path] = self.model.copy()
        self._run("init")
        if revision == OLDER[0]:
            self.model.learn(self.known)
            self.model.forget_which_stay()

    def move_clock(self) -> None:
        """The machine's clock is set."""
        self.base.today = self.chance.choice(CLOCKS)
        self.said.append(f"le {self.base.today}")

    def elsewhere(self) -> None:
        """A trial with the same folder of copies: one of ours is put into it, and its terms are short."""
        if self.copies:
            path = self.chance.choice(sorted(self.copies))
            self.trial.today = date(2026, 11, 27)
            short = dict.fromkeys(SETTINGS.values(), "1")
            for argv in (("restore", path, "--force"), ("retain", "--yes")):
                said = self.trial.command(*argv, **short)
                self.said.append(f"ailleurs : {' '.join(map(str, argv))} : {said.code}")
                if said.code:
                    raise Differs(f"{said.out}{said.err}")

    # --- how it is done ----------------------------------------------------------------------------------------------
    def _hand_in(self, paper: Paper) -> None:
        path = self.base.write(paper)
        argv = ["import", path, "--as-of", paper.as_of.isoformat()]
        argv += ["--replace-days"] * paper.name.startswith("tout-")
        if any(p.name == paper.name and p.live for p in self.model.papers):
            self._do(paper.as_of.date() <= self.base.today, self.model.copy(), *argv)
            return
        fresh = Paper(paper.form, paper.as_of, list(paper.rows), set(paper.whole), paper.name)
        refused = self.model.refuses(fresh, self.base.today)
        after = self.model.copy()
        if not refused:
            after.take(fresh, 1 + max(self.base.batches(), default=0))
        self._do(not refused, after, *argv)
        if (
            fresh in self.model.papers
        ):  # PostgreSQL does not give again a number that was given in vain
            fresh.batch = self.base.batches()[-1]

    def _do(
        self, accepted: bool, after: Model, *argv: object, then: str = "", **settings: str
    ) -> None:
        """Run a command that must be accepted, or not; killed or not. The model is what it is afterwards."""
        if self.kills and self.chance.random() < 0.3:
            self._kill(accepted, after, *argv, **settings)
        else:
            said = self._run(*argv, **settings)
            if (said.code == 0) != accepted:
                raise Differs(f"attendu : {'fait' if accepted else 'refusé'}\n{said.out}{said.err}")
            if accepted:
                self._become(after)
        if then:
            self._run(then)

    def _kill(self, accepted: bool, after: Model, *argv: object, **settings: str) -> None:
        seconds = self.chance.random() * KILLED_AFTER
        code = self.base.killed(seconds, *argv, **settings)
        self.said.append(
            f"{' '.join(map(str, argv))} {settings or ''} tué après {seconds:.3f} s : {code}"
        )
        self.done["killed"] += code is None
        if code is not None and (code == 0) != accepted:
            raise Differs(f"attendu : {'fait' if accepted else 'refusé'}")
        if accepted:
            self._learn_which(after, killed=code is None)
        self._run("status")
        self._run("init")  # an older copy may have been put back; what was left of a copy goes

    def _learn_which(self, after: Model, *, killed: bool) -> None:
        """Whether it happened is the database's to say: all of it, or nothing; what was to be erased may be listed before."""
        self._run("init")
        if not killed or self._agrees(after):
            self._become(after)
            return
        words, until = self.base.listed()
        if words - self.known.words - after.known.words:
            raise Differs(f"la liste en dit trop : {words}")
        for what, day in until.items():
            if day not in (self.known.until.get(what), after.known.until.get(what)):
                raise Differs(f"la liste en dit trop : {until}")
        listed = self.base.listed_texts()
        gone = {
            time: said
            for time, said in after.known.gone.items()
            if {digest(*one) for one in said} <= listed
        }
        self._learn(Known(until, words, gone))

    def _become(self, after: Model) -> None:
        self.model = after
        self._learn(after.known)

    def _learn(self, known: Known) -> None:
        self.known.words |= known.words
        for what, day in known.until.items():
            self.known.until[what] = max(day, self.known.until.get(what, date.min))
        self.known.gone |= known.gone

    def _run(self, *argv: object, **settings: str):
        said = self.base.command(*argv, **settings)
        self.said.append(f"{' '.join(map(str, argv))} {settings or ''}: {said.code}")
        if "Traceback" in said.err:
            raise Differs(said.err)
        return said

    # --- whether they agree --------------------------------------------------------------------------------------------
    def compare(self) -> None:
        """Raises Differs where the database is not what the model says."""
        for form in FORMS:
            _same(form, self.base.counts(form), self.model.standing(form))
        _same("mots", self.base.words(), self.model.with_words())
        if (until := self.base.until()) != self.model.known.until:
            raise Differs(f"termes : {until}, pour {self.model.known.until}")
        if self.chance.random() < 0.3:
            self.verify()
        words, until = self.base.listed()
        if not words >= self.known.words or any(
            until.get(w) != d for w, d in self.known.until.items()
        ):
            raise Differs(f"la liste dit {words}, {until}, pour {self.known}")
        gone = {digest(*one) for said in self.known.gone.values() for one in said}
        if missing := gone - self.base.listed_texts():
            raise Differs(f"la liste ne dit pas {len(missing)} mots effacés à leur terme")
        if stale := self.base.stale_state():
            raise Differs(f"l'état n'a pas suivi : {', '.join(stale)}")
        if left := self.base.leftovers():
            raise Differs(f"copies que personne ne connaît : {left}")

    def verify(self) -> None:
        """Raises Differs where the application finds rows or rollups that are not what its files say."""
        verified = self.base.command("verify")
        if verified.code:
            raise Differs(verified.out + verified.err)

    def _agrees(self, model: Model) -> bool:
        counts = all(self.base.counts(form) == model.standing(form) for form in FORMS)
        words = self.base.words() == model.with_words()
        live = {paper.batch for paper in model.papers if paper.live}
        known = self.base.live() == live and self.base.until() == model.known.until
        return counts and words and known

    # --- what files hold -----------------------------------------------------------------------------------------------
    def _as_of(self) -> datetime:
        if (
            self.papers and self.chance.random() < 0.3
        ):  # of one date, the one that arrives later counts
            return self.chance.choice(self.papers).as_of
        if self.chance.random() < 0.2:
            return datetime.combine(self.chance.choice(DAYS) + timedelta(days=9), NOON)
        # Not by night, when it is another day by one clock than by another.
        return datetime(2026, 3, 10, 12) + timedelta(days=self.chance.randrange(700))

    def _rows(self, form: str) -> list[Row]:
        rows: dict[object, Row] = {}
        days = dict.fromkeys(SITES, DAYS)
        if form == VISITS and self.chance.random() < 0.9:  # or a year may be mistyped
            for site in SITES:
                about = self.chance.choice(DAYS)
                days[site] = [d for d in DAYS if abs((d - about).days) <= FAR_APART // 2]
        for _ in range(self.chance.randint(1, 5)):
            row = self._row(form, days)
            rows[row.key or len(rows)] = row  # twice the same reference is another matter
        return list(rows.values())

    def _row(self, form: str, days: dict[str, list[date]]) -> Row:
        chance = self.chance
        site, reference = chance.choice(SITES), chance.choice(REFERENCES[form])
        day = chance.choice(days[site])
        if form == VISITS:
            return Row(site, reference, day, 480 + chance.randrange(180), chance.randrange(60))
        later = [d for d in DAYS if d >= day]
        answered = chance.choice([None, None, *later])
        words = chance.choice(("", f"objet inventé {chance.randrange(9)}"))
        return Row(site, reference, day, answered=answered, words=words)


def _same(what: str, found: Counter, wanted: Counter) -> None:
    if found != wanted:
        raise Differs(
            f"{what} : de trop {sorted(found - wanted, key=repr)}, manquent {sorted(wanted - found, key=repr)}"
        )


@contextmanager
def playing(databases, folder: Path, seed: int, *, kills: bool = False) -> Iterator[Play]:
    """A history on databases of its own."""
    for place in ("lieu", "essai"):
        (folder / place).mkdir(parents=True, exist_ok=True)
    with databases.fresh() as url, databases.fresh() as other:
        base, trial = (Base(one, folder, CLOCKS[2]) for one in (url, other))
        try:
            for one in (
                base,
                trial,
            ):  # both are clones of one, as none of those are that the application makes
                with write_transaction(one.engine) as connection:
                    begin_anew(connection, one.engine)
            yield Play(base, trial, random.Random(seed), kills)
        finally:
            base.close()
            trial.close()
