"""`python -m dashboard report`: a story written to files, with the figures and words of the page « Présenter »."""

import difflib
import tempfile
from argparse import Namespace
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

from dashboard import french
from dashboard.accounts.rights import LOCAL_READER
from dashboard.answers import deck, saved_stories
from dashboard.answers.context import Moved, engine, page_run
from dashboard.answers.network import freshness, services, sites, usual_period
from dashboard.answers.question import Question
from dashboard.exports import EXPORTS, ExportFailed
from dashboard.exports.file_names import file_name
from dashboard.panel import Deck
from dashboard.period import YEAR, ClippedPeriod, clip_period, presets, resolve_period
from dashboard.stories import READY, Story

WHO = LOCAL_READER  # whoever may run the command on the server may read everything


class ReportRefused(Exception):
    """The report cannot be written; the message, in French, says why."""


class Unknown(ReportRefused):
    """A name that does not exist; the message, in French, suggests the nearest one."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        known = list(known)
        folded = {k.casefold(): k for k in known}
        near = difflib.get_close_matches(name.casefold(), folded, 1, 0.5)
        super().__init__(
            f"{what} inconnu{'' if what in MASCULINE else 'e'} : {name}. "
            + (f"Peut-être {folded[near[0]]} ?" if near else f"Il y a : {', '.join(known)}.")
        )


TRIES = 5  # to tell a story of one version of the data, while files come in
MASCULINE = {"département", "centre", "format"}


def write(asked: Namespace) -> list[Path]:
    """Write the story of the command in each of its formats, print the paths and return them. All files are written, or none.

    Raises ReportRefused, with the reason in French, for an unknown name, a database without data, a folder that cannot be
    written to.
    """
    try:
        formats = parse_formats(asked.format)
        story_deck, name = _of_one_version(asked)
        return _write_files(asked.out, name, {f: EXPORTS[f].file(story_deck) for f in formats})
    except ExportFailed as reason:
        raise ReportRefused(f"{reason} ({reason.cause})") from reason
    finally:
        engine().dispose()


def _of_one_version(asked: Namespace) -> tuple[Deck, str]:
    """The deck of the command's story, all of it of one version of the data, and the name of its files."""
    for _ in range(TRIES):
        with suppress(Moved), page_run():
            return build_deck(asked), _name(asked)
    raise ReportRefused("des fichiers arrivent sans cesse : recommencer dans un instant.")


def parse_formats(text: str) -> list[str]:
    """The formats of « pptx,pdf », each once. Raises Unknown."""
    formats = list(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    for one in formats:
        if one not in EXPORTS:
            raise Unknown("format", one, EXPORTS)
    if not formats:
        raise ReportRefused(
            f"aucun format n'est demandé ; il y a {french.join_words(list(EXPORTS))}."
        )
    return formats


def build_deck(asked: Namespace) -> Deck:
    """The deck of the command's story over its period and filters. Raises ReportRefused."""
    _last_day()
    story = find_story(asked.story)
    if (story.department or story.site) and (asked.department or asked.kind):
        raise ReportRefused(
            f"la présentation {story.name} porte déjà sur un lieu : --department et --kind n'y ont pas de"
            " sens."
        )
    there, known = sorted({p.department for p in sites(WHO)}), services(WHO)
    if asked.department is not None and asked.department not in there:
        raise Unknown("département", asked.department, there)
    if asked.service is not None and asked.service not in known:
        raise Unknown("prestation", asked.service, known)
    period = find_period(asked.period or usual_period(WHO))
    departments = (asked.department,) if asked.department else ()
    question = Question(
        period.period.first, period.period.last, departments, asked.kind, asked.service
    )
    story_deck: Deck = deck.build(WHO, question, story, period)
    return story_deck


def _last_day() -> date:
    """The last day up to which all is known. Raises ReportRefused without data."""
    as_of: date | None = freshness(WHO).as_of
    if as_of is None:
        raise ReportRefused(
            "la base ne contient encore aucune donnée : il n'y a rien à raconter"
            " (python -m db import FICHIER)."
        )
    return as_of


def find_story(name: str) -> Story:
    """The story of that name, ready-made or saved, about a place that exists. Raises ReportRefused."""
    story: Story | None = saved_stories.story(WHO, name)
    if story is None:
        about = READY.get(name.rstrip(":"))
        if about and about.place:
            raise ReportRefused(f"il faut dire de quel lieu : {about.example}, par exemple.")
        raise Unknown("présentation", name, [*READY, *saved_stories.kept_stories(WHO)])
    for what, place, column in (
        ("département", story.department, "department"),
        ("centre", story.site, "code"),
    ):
        known = sorted({getattr(p, column) for p in sites(WHO)})
        if place and place not in known:
            raise Unknown(what, place, known)
    return story


def find_period(code: str) -> ClippedPeriod:
    """The period of a code as in the pages' addresses, cut at the last day up to which all is known. Raises ReportRefused."""
    as_of = _last_day()
    known_to: date = freshness(WHO).known_to or as_of
    full_period = resolve_period(code, known_to)
    if full_period is None:
        raise ReportRefused(
            f"{Unknown('période', code, presets(known_to))} Aussi : 2026, 2026-11, 2026-T3,"
            " 2026-01-05_2026-02-10."
        )
    period = clip_period(full_period, known_to)
    if period is None:
        raise ReportRefused(
            f"la période {full_period.label} commence après le dernier jour des données, le"
            f" {french.date_short(as_of)}."
        )
    return period


def _name(asked: Namespace) -> str:
    """The files' name, without extension: of the story, its place and filters, the period and the day."""
    period = asked.period or usual_period(WHO)
    return file_name(
        asked.story,
        asked.department or "",
        asked.kind or "",
        asked.service or "",
        "" if period == YEAR else period,
        on=_last_day(),
    )


def _write_files(folder: Path, name: str, files: dict[str, bytes]) -> list[Path]:
    """Write the files and return their paths; under temporary names first, so that a reader of the folder never sees half a
    file. files: contents by format."""
    paths = [folder / f"{name}.{one}" for one in files]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".ccsp-", dir=folder) as aside:
            for path, content in zip(paths, files.values(), strict=True):
                (Path(aside) / path.name).write_bytes(content)
            for path in paths:
                (Path(aside) / path.name).replace(path)
    except OSError as error:
        raise ReportRefused(
            f"impossible d'écrire dans {folder} : dossier protégé, disque plein ou nom déjà pris"
            f" (erreur {error.errno})."
        ) from error
    for path in paths:
        print(f"{path}  {french.number(max(1, path.stat().st_size / 1024))} Ko")
    return paths
