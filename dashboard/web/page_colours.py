"""The colours of pages: the palette's roles as CSS variables.

Before: `dashboard.palette`. After: `dashboard.web.page_head`, `dashboard.web.html_templates`.
"""

from dashboard import palette

# The roles that the style sheet and the script name as variables.
ROLES = {
    "ink": palette.INK,
    "soft": palette.SOFT,
    "paper": palette.PAPER,
    "line": palette.LINE,
    "raised": palette.RAISED,
    "main": palette.MAIN,
    "accent": palette.ACCENT.text,
    "alert": palette.ALERT,
    "alert-words": palette.ALERT.text,
    "better": palette.IMPROVEMENT,
    "changed": palette.CHANGE,
    "wash": palette.WASH,
    "focus": palette.FOCUS,
    "notice": palette.NOTICE,
    "on-notice": palette.ON_NOTICE,
    "notice-edge": palette.NOTICE_EDGE,
}


def variables() -> str:
    """The palette as CSS variables, for light and dark paper."""
    turned = ";".join(f"--{name}:light-dark({c},{c.dark})" for name, c in ROLES.items())
    # Browsers without support keep the light colours.
    return f":root{{{palette.variables(ROLES)}}}@supports (color:light-dark(red,red)){{:root{{{turned}}}}}"
