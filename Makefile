# make run    the application on http://localhost:8501 (PORT=… for another port)
# make test   style, layout and types, the tests (on SQLite and PostgreSQL where it may matter), the browser suite, as continuous
#             integration does; ALL=yes for what tests/full.txt leaves out too
# make test-system  what docs/exploitation.md says of a server: units, nginx before two applications, copies, alerts
# make days   the tests as of each of twelve days, before a release: ends of months and years, a weekend, a holiday, 29 February
# make seconds  what is promised to people in seconds, each test by itself, the best of three; on a machine that does nothing else
# make chance  what searches by chance: an hour, new seeds each time, each printed (CHANCE=… plays one again)
# make coverage  how much of dashboard/ and db/ the tests run: all, and the ten files of which they run least
# make bench  speed against raw SQL and DuckDB (BENCH=10m for ten million visits)
# make fuzz   10,000 changed files handed in to a fresh database (FUZZ=…, FUZZ_SECONDS=…, FUZZ_DATABASE=postgresql)
# make workbooks  300 workbooks that LibreOffice makes of tables, each read as it is shown or refused (WORKBOOKS=…)
# make walk  every button, link, field and file of every page pressed, as everybody (WALK=guest for some of them); their list anew
# make load   how many readers one process holds, beside Streamlit alone (LOAD=1,10,20,100; 100 by default), and its memory
# make growth  what grows with the number of sites, in multiples of 24 (SITES=24,77,222,600)
# make soak   an hour of readers, files, closings, reports and copies at once on two applications (SOAK=minutes)
# make hostile  what readers notice of clients that mean harm (HOSTILE=28, HOSTILE_DATABASE=postgresql); fails where it is much
# make lint   style, layout and types only; known faults of the libraries, asked of the index once a day
# make shots  the pictures of the documentation
# make release VERSION=0.2.0  number, changelog, commit and tag; the packages of an installation without network
# make clean  removes all that can be made again, never the database
PYTHON ?= python3

.PHONY: run test test-system days seconds chance coverage bench fuzz workbooks walk load hostile soak growth lint shots release clean
run test test-system days seconds chance coverage bench fuzz workbooks walk load hostile soak growth lint shots release clean:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "Python manque ($(PYTHON)) : apt install python3 python3-venv (version 3.11 ou plus récente)." >&2; exit 1; }
	@$(PYTHON) scripts/prepare.py $@
