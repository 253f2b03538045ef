"""« Ce qui mérite attention »: facts that call for a look, not judgements."""
import streamlit as st

from dashboard import french
from dashboard.ui import store
from dashboard.ui.escape import escaped

SILENT_DAYS = 7  # calendar days without visit or closing before a site is called silent


def facts(question: store.Question, person) -> list[tuple[str, str]]:
    """(what, who) of each fact: oldest open complaints, silent sites, days not closed, unmeasured waits."""
    found = []
    complaints = store.complaints(person, question)
    old = complaints[complaints["open_days"] > 30].sort_values("open_days", ascending=False)
    if len(old):
        worst = old.groupby("name", sort=False)["open_days"].max().head(3)
        found.append((f"{french.plural(len(old), 'plainte')} en cours depuis plus de 30 jours",
                      french.join_words([f"{name} ({french.days(age)})" for name, age in worst.items()])))
    table = store.unclosed(person, question)
    silent = table[table["silent_days"].fillna(10_000) > SILENT_DAYS].sort_values("silent_days", ascending=False)
    if len(silent):
        words = [f"{r.name_} ({'jamais vu' if r.silent_days != r.silent_days else french.days(r.silent_days)})"
                 for r in silent.rename(columns={"name": "name_"}).itertuples()]
        found.append((f"{french.plural(len(silent), 'centre')} sans données récentes", _some(words)))
    missing = table.assign(n=table["days"].map(len)).query("n > 0").sort_values(["n", "name"], ascending=[False, True])
    if len(missing):
        words = [f"{name} ({n})" for name, n in zip(missing["name"], missing["n"], strict=True)]
        found.append((f"{french.plural(int(missing['n'].sum()), 'jour')} ouvrés non clôturés", _some(words)))
    by_site = store.figures(person, question, "site")
    names = dict(zip(table["code"], table["name"], strict=True))
    unmeasured = [names[k] for k, f in by_site.items() if f["wait_p50"].n == 0 and f["visits"].n > 0]
    if unmeasured:
        found.append((f"{french.plural(len(unmeasured), 'centre')} dont l'attente n'est pas mesurée",
                      _some(sorted(unmeasured, key=french.alphabetical))))
    return found


def _some(words: list[str], limit: int = 3) -> str:
    rest = len(words) - limit
    return french.join_words(words[:limit] + ([f"{french.plural(rest, 'autre')}"] if rest > 0 else []))


def show(question: store.Question, person) -> None:
    """The facts, as a short list."""
    st.subheader("Ce qui mérite attention", anchor=False)
    found = facts(question, person)
    if not found:
        st.text("Rien à signaler sur cette période.")
        return
    st.markdown("\n".join(f"- **{what}** : {escaped(who)}." for what, who in found))
