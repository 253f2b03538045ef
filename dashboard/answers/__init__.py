"""A question in, panels out: the data behind every page, slide, file and answer of an API. Nothing is drawn here."""
