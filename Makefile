# make run    the application on http://localhost:8501 (PORT=… for another port)
# make test   style, all tests (on SQLite and PostgreSQL where it may matter), the browser suite
# make bench  speed against raw SQL and DuckDB (BENCH=10m for ten million visits)
# make fuzz   10,000 changed files handed in to a fresh database (FUZZ=…, FUZZ_SECONDS=…, FUZZ_DATABASE=postgresql)
# make load   how many readers one process holds, beside Streamlit alone (LOAD=1,10,20,100; 100 by default)
# make lint   style only;  make shots  the pictures of the documentation;  make clean  all but the database
PYTHON ?= python3

.PHONY: run test bench fuzz load lint shots clean
run test bench fuzz load lint shots clean:
	@command -v $(PYTHON) >/dev/null 2>&1 || { \
	  echo "Python manque ($(PYTHON)) : apt install python3 python3-venv (version 3.11 ou plus récente)." >&2; exit 1; }
	@$(PYTHON) scripts/prepare.py $@
