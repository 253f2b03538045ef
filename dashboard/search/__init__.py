"""« Chercher »: what can be found by typing, and the words by which it is found. Pure: registries in, an index out.

Before: `dashboard.indicators`, `dashboard.navigation`, `dashboard.stories`. After: `dashboard.answers.search_index`, which makes
the index of a person; `static/ccsp-search.js` matches it.
"""
