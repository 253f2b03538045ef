"""Text from data, made safe for the places where Streamlit reads Markdown: headings, captions, notices."""

import re

ACTIVE = frozenset("\\`*_{}[]<>()#+-!|$~:&")
JOINER = "\u2060"  # zero width; breaks a bare URL or e-mail address, which Markdown would turn into a link


def escape_markdown(text: str) -> str:
    """The text as it is read, nothing of which acts: no image is asked for, no link made, no HTML begun."""
    broken = text.replace("://", f":{JOINER}//").replace("www.", f"www{JOINER}.")
    broken = broken.replace("@", f"@{JOINER}")
    return "".join(
        "\\" + c if c in ACTIVE else c
        for c in " ".join(re.split(r"[ \t\r\n\f\v]+", broken.strip()))
    )
