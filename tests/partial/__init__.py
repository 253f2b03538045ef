"""Random partial databases, and an oracle of what may be denied of them: forms missing by site and month, sites that never
began, a first file, one row, nothing at all, registers that stop.

`python -m tests.partial` reads hundreds of them; tests/answers/test_partial_databases.py some. `world` makes the files,
`truth` reads them with code of its own, `said` collects what the application says of them, `placing` knows every sentence
that denies.
"""
