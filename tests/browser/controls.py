"""What can be pressed on a page, found by looking at the page itself; and the list of it that is kept, `controls.txt`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.sync_api import ElementHandle, Frame, Page

FINDING = Path(__file__).parent / "controls.js"
LIST = Path(__file__).parent / "controls.txt"
THEN = " > "  # between a control and what it opens


@dataclass(frozen=True, order=True)
class Control:
    """Something that can be pressed, typed in or followed. under: the controls that opened what it is in, in words; where: by
    which part of the page it stands; name: "" for one row of many; off: it is there and cannot be pressed now."""

    under: tuple[str, ...]
    where: str
    kind: str
    name: str
    off: bool = False

    @property
    def words(self) -> str:
        """It, as a line of the list says it."""
        own = f"{self.kind} « {self.name} »" if self.name else f"{self.kind} of each row"
        place = f" ({self.where})" if self.where else ""
        return THEN.join([*self.under, f"{own}{place}{' off' if self.off else ''}"])

    def after(self, chain: Iterable["Control"]) -> "Control":
        """It, as what these opened, one after the other."""
        return replace(self, under=(*(one.words for one in chain), *self.under))


@dataclass(frozen=True)
class Found:
    """A control on a page as it is now. nth: among those of its frame; address: where a link leads; form: what it is of."""

    control: Control
    frame: Frame
    nth: int
    address: str
    form: str

    def handle(self) -> ElementHandle:
        """The element, as long as nothing else is looked for."""
        element = self.frame.evaluate_handle("n => controls.element(n)", self.nth).as_element()
        assert element, self.control.words
        return element


def found(page: Page) -> list[Found]:
    """Everything that can be pressed, in the order of the page. Its context has run FINDING in every frame."""
    all_ = []
    for frame in page.frames:
        for nth, one in enumerate(frame.evaluate("controls.found()")):
            fold, where, kind, name, off, address, form = one
            under = (f"fold « {fold} »",) if fold else ()
            all_.append(Found(Control(under, where, kind, name, off), frame, nth, address, form))
    return all_


def counted(all_: Iterable[Found]) -> Counter[Control]:
    """How many there are of each."""
    return Counter(one.control for one in all_)


# --- the list --------------------------------------------------------------------------------------------------------
# By page and control: for whom, and how many.
Kept = dict[str, dict[str, dict[str, int]]]
HEAD = """\
# Every control of every page, and who has it: written by `python -m tests.browser.walk`, which presses them all.
# After « | » those who have it, and how often where not once; after « > » what is there once what stands before was pressed."""


def written(kept: Mapping[str, Mapping[str, Mapping[str, int]]], askers: Iterable[str]) -> str:
    """The list as text: a page, under it a line for each control, which ends with who has it."""
    order = list(askers)
    lines = [HEAD]
    for page in sorted(kept):
        lines.append(f"\n{page}")
        for words, who in sorted(kept[page].items()):
            lines.append(f"  {words} | {' '.join(_often(one, who) for one in order if one in who)}")
    return "\n".join(lines) + "\n"


def _often(who: str, numbers: Mapping[str, int]) -> str:
    return who if numbers[who] == 1 else f"{who}×{numbers[who]}"


def read(text: str) -> Kept:
    """What a text holds that `written` wrote."""
    kept: Kept = {}
    page: dict[str, dict[str, int]] = {}
    for line in text.splitlines():
        if line.startswith("  "):
            words, _, who = line.strip().rpartition(" | ")
            page[words] = {
                one: int(often or 1) for one, _, often in (w.partition("×") for w in who.split())
            }
        elif line and not line.startswith("#"):
            page = kept.setdefault(line, {})
    return kept


def joined(kept: Kept, anew: Mapping[str, Mapping[str, Mapping[Control, int]]]) -> Kept:
    """The list with what was found by person and page, in the place of what it had for these people."""
    after: Kept = {}
    for page, all_ in kept.items():
        for words, often in all_.items():
            if others := {who: n for who, n in often.items() if who not in anew}:
                after.setdefault(page, {})[words] = others
    for who, pages in anew.items():
        for page, controls in pages.items():
            for control, n in controls.items():
                after.setdefault(page, {}).setdefault(control.words, {})[who] = n
    return after


def at_sight(kept: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Kept:
    """Of a list, what is there before anything but folds is pressed."""
    return {
        page: {w: dict(who) for w, who in all_.items() if _at_sight(w)}
        for page, all_ in kept.items()
    }


def _at_sight(words: str) -> bool:
    *opened_by, _ = words.split(THEN)
    return all(one.startswith("fold «") for one in opened_by)


def changes(before: Kept, after: Kept) -> list[str]:
    """A line for each control that appeared, vanished or is there more or less often than before, for somebody."""
    return [
        f"{page} {words}: {was} before for {who}, now {now}"
        for page in sorted(before.keys() | after.keys())
        for words in sorted(before.get(page, {}).keys() | after.get(page, {}).keys())
        for who, was, now in _differ(
            before.get(page, {}).get(words, {}), after.get(page, {}).get(words, {})
        )
    ]


def _differ(before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[tuple[str, int, int]]:
    for who in sorted(before.keys() | after.keys()):
        if (was := before.get(who, 0)) != (now := after.get(who, 0)):
            yield who, was, now


def kinds(kept: Kept) -> list[str]:
    """A line for each person: how many controls the list has, of which kinds."""
    counts: dict[str, Counter[str]] = {}
    for all_ in kept.values():
        for words, often in all_.items():
            kind = words.split(THEN)[-1].split()[0]
            for who, n in often.items():
                counts.setdefault(who, Counter())[kind] += n
    return [
        f"{who}: {of.total()}: {', '.join(f'{kind} {n}' for kind, n in of.most_common())}"
        for who, of in counts.items()
    ]
