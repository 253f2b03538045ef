"""The templates of the plain pages and of what a page begins with, rendered to HTML with every text escaped.

Before: `dashboard.web.page_colours`. After: `dashboard.web.page_head`, `dashboard.web.sign_in_pages`,
`dashboard.web.plain_pages`.
"""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dashboard import french, public_files
from dashboard.settings import load_settings
from dashboard.web import page_colours

FOLDER = Path(__file__).with_name("templates")


def render(template: str, **values: object) -> str:
    """The HTML of a template. values: its variables, escaped. Raises UndefinedError where one is missing."""
    return environment().get_template(template).render(values)


def part(template: str, **values: object) -> Markup:
    """The HTML of a template that is a part of a page, to be put into another as it is."""
    return Markup(render(template, **values))


@cache
def environment() -> Environment:
    """The Jinja environment of this package's templates; each is compiled once."""
    found = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["number"] = french.number
    found.filters["bind_punctuation"] = _bind_punctuation
    found.globals |= {"product": _product, "colours": _colours, "icon": _icon}
    return found


def _bind_punctuation(html: Markup) -> Markup:
    """The HTML with no-break spaces before colons and other signs that must not begin a line."""
    return Markup(french.bind_punctuation(html))


def _product() -> str:
    return load_settings().product_name


def _icon() -> str:
    return public_files.address(public_files.ICON)


def _colours() -> Markup:
    """The palette as CSS variables."""
    return Markup(page_colours.variables())
