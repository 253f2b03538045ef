"""« Ce qui mérite attention »: facts that call for a look, not judgements."""

from dashboard import french
from dashboard.answers.complaints import register
from dashboard.answers.completeness import unclosed
from dashboard.answers.figures import figures
from dashboard.answers.network import at_date, silences, to_date
from dashboard.answers.question import Question
from dashboard.answers.view import View, answer

LATE_DAYS = 30  # of a complaint
Fact = tuple[str, str]  # what is to be seen, at which sites


@answer
def facts(view: View, question: Question) -> tuple[Fact, ...]:
    """Each fact: oldest open complaints, silent sites, days not closed, unmeasured waits."""
    table = unclosed(view, question)
    calls = [_late(view, question)]
    when, never = at_date(view), 10_000  # days, of a site that was never seen: before all others
    silent = sorted(
        (s for s in silences(view, question).values() if s.silent),
        key=lambda s: -(never if s.days is None else s.days),
    )
    if silent:
        words = [
            f"{s.name} ({'jamais vu' if s.days is None else french.days(s.days)})" for s in silent
        ]
        calls.append(
            (
                f"{french.plural(len(silent), 'centre muet', 'centres muets')} {when}",
                french.some(words),
            )
        )
    missing = sorted((u for u in table if u.days), key=lambda u: (-len(u.days), u.name))
    if missing:
        calls.append(
            (
                f"{french.plural(sum(len(u.days) for u in missing), 'jour')} ouvrés non clôturés {when}",
                french.some([f"{u.name} ({len(u.days)})" for u in missing]),
            )
        )
    by_site = figures(view, question, "site")
    unmeasured = [
        u.name for u in table if not by_site[u.code]["wait_p50"].n and by_site[u.code]["visits"].n
    ]
    if unmeasured:
        calls.append(
            (
                f"{french.plural(len(unmeasured), 'centre')} dont l'attente n'est pas mesurée",
                french.some(sorted(unmeasured, key=french.alphabetical)),
            )
        )
    return tuple(fact for fact in calls if fact)


def _late(view: View, question: Question) -> Fact | None:
    """Complaints open for long, and the sites that have the oldest."""
    complaints = register(view, to_date(view, question))
    old = complaints.where(complaints.age > LATE_DAYS)
    if not len(old):
        return None
    worst: dict[str, int] = {}
    for name, age in zip(old.name.tolist(), old.age.tolist(), strict=True):
        worst[name] = max(age, worst.get(name, 0))
    oldest = sorted(worst.items(), key=lambda pair: -pair[1])[:3]
    return (
        f"{french.plural(len(old), 'plainte')} en cours depuis plus de {LATE_DAYS} jours {at_date(view)}",
        french.join_words([f"{name} ({french.days(age)})" for name, age in oldest]),
    )
