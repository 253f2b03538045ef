"""Every colour of the project, by its role. Nothing else names a colour.

A role has a value for light paper, one for dark paper and one for a projector in a lit room. To change a colour, change its
line here: charts, maps, slides, files and pages follow. Tests check contrast, that no two colours on a chart are alike, and
colour blindness.
"""

from collections.abc import Callable


class Colour(str):
    """The colour of a role: the text « #rrggbb » for light paper, with its role and its other two values."""

    role: str
    dark: str
    projector: str
    text: "Colour"  # for text in this colour, where the colour of marks is too light for text
    from_afar: "Colour"  # for text in it on a slide, where letters are large
    french: str  # its name in a legend

    def for_theme(self, theme: str) -> str:
        """The value on "light" or "dark" paper, or for a "projector"."""
        return {"light": str(self), "dark": self.dark, "projector": self.projector}[theme]

    def __reduce__(self) -> tuple[Callable[[str], "Colour"], tuple[str]]:
        # Copies and pickles are the role itself.
        return _known, (self.role,)


def _known(name: str) -> Colour:
    """The colour of a role, for unpickling."""
    return ROLES[name]


ROLES: dict[str, Colour] = {}
THEMES = ("light", "dark", "projector")


def role(
    name: str,
    light: str,
    dark: str = "",
    projector: str = "",
    *,
    text: str = "",
    from_afar: str = "",
    french: str = "",
) -> Colour:
    """Register a role and return its colour. Values that are not given are those of light paper; `text`, of the marks."""
    if name in ROLES:
        raise ValueError(f"There is a role « {name} » already.")
    colour = ROLES[name] = Colour(light)
    colour.role, colour.french = name, french
    colour.dark, colour.projector = dark or light, projector or light
    colour.text = role(f"{name}-words", text, dark) if text else colour
    colour.from_afar = role(f"{name}-from-afar", from_afar, dark) if from_afar else colour
    return colour


def variables(named: dict[str, Colour], theme: str = "light") -> str:
    """The colours as CSS variables: « --ink:#1d2a26;--soft:… »."""
    return ";".join(f"--{name}:{colour.for_theme(theme)}" for name, colour in named.items())


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two colours (« #rgb » or « #rrggbb ») as WCAG 2 defines it: 1 to 21."""
    light, dark = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """The relative luminance of a colour (WCAG 2)."""
    six = colour[1:] if len(colour) == 7 else "".join(2 * letter for letter in colour[1:])
    parts = (int(six[i : i + 2], 16) / 255 for i in (0, 2, 4))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# One line a role: whoever changes a colour changes one line.
# fmt: off

# What a figure says. Blue improves, orange worsens, grey says nothing; never red against green; always with a shape or a
# letter, and a word.
IMPROVEMENT = role("improvement", "#1f6fb2", "#7db8ea", french="bleu")
ALERT = role("alert", "#c2571a", "#f0a070", text="#a8470f", from_afar="#b04a12", french="orange")
CHANGE = role("change", "#6b4fa0", "#b9a4e6", french="violet")
NONE = role("none", "#8b9691", "#84928c", french="gris")

# Charts, and the words around them.
PAPER = role("paper", "#ffffff", "#12201c")
INK = role("ink", "#1d2a26", "#eef4f1", "#000000")
SOFT = role("soft", "#5f6b66", "#b0bfb9", "#000000")  # words beside the point
GRID = role("grid", "#e3e8e6", "#33453e", "#b0bab5")
MAIN = role("main", "#0f5c4d", "#6cc3ad")
PALE = role("pale", "#6d9d90", "#3f7a6c", "#5f9585")  # bars that matter less than those in MAIN
ACCENT = role("accent", "#c2571a", "#f0a070", text="#b04a12")  # what is brought out; it judges nothing
WASH = role("wash", "#eef4f2", "#1b2b26")  # the palest ground: hours without visits, every other row
SERIES = (MAIN, ACCENT, role("series-3", "#4a6fa5", "#7db8ea"), role("series-4", "#8a6d3b", "#d8b978"),
          role("series-5", CHANGE, CHANGE.dark), SOFT)  # where Streamlit itself chooses

# Surfaces and edges.
LINE = role("line", "#d9e0dd", "#33453e", "#8a9691")
RAISED = role("raised", "#f4f6f5", "#1b2b26", "#f0f3f2")  # a band of a page or a slide
CARD = role("card", "#f5f8f7", "#22282a")  # a card of a dossier
PRESSED = role("pressed", "#0b473b")  # a button in MAIN under the pointer
FOCUS = role("focus", "#b45309", "#f59e0b")  # around what the keyboard has reached
NOTICE = role("notice", "#fff4dc", "#4a3a0c")  # fictitious or old data, no connection
ON_NOTICE = role("on-notice", "#5b4300", "#ffe9b0")
NOTICE_EDGE = role("notice-edge", "#e6cf9a")

# Slides are read from afar, sheets are small: stronger than in a chart.
SLIDE_INK = role("slide-ink", "#1d2a26", "#f2f6f4", "#000000")
SLIDE_MAIN = role("slide-main", MAIN, "#8fd0bd")
QUIET = role("quiet", "#4a5751", "#b9c6c0", "#26302c")

# Maps. One hue, light to dark: more of the indicator is darker, whether that is good or bad; the same on all paper.
RAMP = tuple(role(f"class-{n}", value) for n, value in enumerate(("#cfe3dc", "#92c0b2", "#559a88", "#24705f", "#0a4337"), 1))
LAND = role("land", "#dbe4df", "#343d3a")
COAST = role("coast", "#9fb2a8", "#66776f")
SEA = role("sea", "#f3f6f8", "#1b2723")
AWAY = role("away", "#e8eeec", "#272e2d")  # land outside the department in view
MISSING = role("missing", "#6b7280", "#b3bac1")
IDLE = role("idle", "#9ca3af", "#7d858d")  # a mark without a class
CHOSEN = role("chosen", "#f59e0b")  # the ring of the chosen site, between two dark ones

# The map on the screen is a frame of its own, on neutral paper.
MAP_SEA = role("map-sea", SEA, "#171a1d")
MAP_AWAY = role("map-away", AWAY, "#242a2a")
MAP_GAP = role("map-gap", "#ffffff", "#171a1d")  # between departments, under a sign, around a name
MAP_COMMUNE = role("map-commune", "#ffffff", "#232a28")
MAP_INK = role("map-ink", "#1f2937", "#f1f3f4")
MAP_MARK = role("map-mark", "#1f2937", "#e5e9ec")  # the edge of a mark
MAP_SOFT = role("map-soft", "#4b5563", "#c3c9cf")
MAP_CARD = role("map-card", "#ffffff", "#24292d")
MAP_RULE = role("map-rule", "#dfe5ea", "#3b4248")
# fmt: on
