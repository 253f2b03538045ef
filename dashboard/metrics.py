"""What the process counts of its own work, for `/metrics`: how many and how long, never who.

Before: whoever counts (`one_run_at_a_time`, `log`, `error_messages`, `actions`). After: `dashboard.answers.monitoring`, which
adds what is only known when it is asked, and `dashboard.web.monitoring`, which answers.
"""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

REGISTRY = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)  # memory and processor of this process

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
RUN_SECONDS = Histogram(
    "ccsp_run_seconds",
    "Runs of pages, forms and files, each from its turn to its end",
    buckets=SECONDS,
    registry=REGISTRY,
)
WAIT_SECONDS = Histogram(
    "ccsp_run_wait_seconds",
    "How long runs waited for their turn",
    buckets=SECONDS,
    registry=REGISTRY,
)
FILES = Counter(
    "ccsp_files_read",
    "Files handed in by a page, by what was said of them",
    ("said",),
    registry=REGISTRY,
)
ROWS_REFUSED = Counter(
    "ccsp_rows_refused", "Rows with a fault in files handed in by a page", registry=REGISTRY
)
INCIDENTS = Counter(
    "ccsp_incidents", "Failures that a screen showed with an incident number", registry=REGISTRY
)
REFUSED_REQUESTS = Counter(
    "ccsp_refused_requests", "Requests and acts that were refused", registry=REGISTRY
)
for said in ("in_order", "faulty", "unreadable", "known"):
    FILES.labels(said)  # told as 0 from the start: a rise from nothing would not be seen
