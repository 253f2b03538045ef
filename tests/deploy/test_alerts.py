"""The alert rules of deploy/prometheus: each rings for what it is of alone, and asks for what the application says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from dashboard import metrics
from dashboard.answers.monitoring import Monitor
from dashboard.settings import ROOT, load_settings
from db import nightly_copies
from tests.builders import visit

FOLDER = ROOT / "deploy/prometheus"
RULES = (FOLDER / "ccsp.rules.yml").read_text(encoding="utf-8")
ALERTS = re.findall(r"^ +- alert: (\w+)$", RULES, re.MULTILINE)
# What makes each ring: series and their values, every 30 seconds; and after how long.
INSTANCE = 'instance="127.0.0.1:9501"'
CAUSES = {
    "ApplicationArretee": ({f'up{{job="ccsp", {INSTANCE}}}': "1x4 0x20"}, "5m"),
    "BaseInjoignable": ({f"ccsp_database_up{{{INSTANCE}}}": "1x4 0x20"}, "5m"),
    "ApplicationPasPrete": (
        {f"ccsp_ready{{{INSTANCE}}}": "0x40", f"ccsp_database_up{{{INSTANCE}}}": "1x40"},
        "12m",
    ),
    "BaseLente": ({f"ccsp_database_seconds{{{INSTANCE}}}": "1.4x40"}, "12m"),
    "DisquePresquePlein": ({'ccsp_disk_free_bytes{holds="copies"}': "1.9e9x40"}, "7m"),
    "CopieNonProuvee": (
        {f"ccsp_copy_proved_age_seconds{{{INSTANCE}}}": "129000+30x80"},
        "40m",
    ),
    "PagesLentes": (
        {
            'ccsp_run_seconds_bucket{le="2.5"}': "0+90x60",
            'ccsp_run_seconds_bucket{le="5"}': "0+100x60",
            'ccsp_run_seconds_bucket{le="+Inf"}': "0+100x60",
        },
        "25m",
    ),
    "Incidents": ({"ccsp_incidents_total": "0x10 1x10"}, "6m"),
    "RefusNombreux": ({"ccsp_refused_requests_total": "0+90x60"}, "25m"),
    "DonneesAnciennes": (
        {
            'ccsp_site_data_age_days{site="ccsp-cove"}': "11x200",
            'ccsp_site_data_age_days{site="ccsp-kandi"}': "12x200",
        },
        "1h10m",
    ),
    "CentreMuet": (
        {
            'ccsp_site_data_age_days{site="ccsp-cove"}': "0x200",
            'ccsp_site_data_age_days{site="ccsp-kandi"}': "46x200",
        },
        "1h10m",
    ),
    "MemoireElevee": ({'process_resident_memory_bytes{job="ccsp"}': "1.6e9x40"}, "12m"),
}
pytestmark = pytest.mark.usefixtures("programs_of_the_server")
needs_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not installed: apt install prometheus"
)


def promtool(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What promtool says."""
    return subprocess.run(
        ["promtool", *arguments], cwd=cwd, capture_output=True, text=True, timeout=60
    )


def test_every_alert_has_a_cause_and_says_what_it_is_and_what_to_do():
    assert set(CAUSES) == set(ALERTS) and len(ALERTS) > 8
    quiet = (FOLDER / "ccsp.test.yml").read_text(encoding="utf-8")
    assert re.findall(r"alertname: (\w+), eval_time", quiet) == ALERTS
    for words in ("summary", "faire"):
        assert len(re.findall(rf"^ +{words}: \S", RULES, re.MULTILINE)) == len(ALERTS)


def test_every_figure_that_an_alert_asks_for_is_said_by_the_application(
    office, monkeypatch, tmp_path
):
    monkeypatch.setenv("DATABASE_URL", office.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("COPIES", str(tmp_path))
    load_settings.cache_clear()
    office.hand_in("registre", visit())
    nightly_copies.make(office.engine, nightly_copies.Plan())
    monitor = Monitor(lambda: 0)
    metrics.REGISTRY.register(monitor)
    try:
        told = set(re.findall(r"^(\w+)", generate_latest(metrics.REGISTRY).decode(), re.MULTILINE))
    finally:
        metrics.REGISTRY.unregister(monitor)
        load_settings.cache_clear()
    asked = set(
        re.findall(
            r"\b(?:ccsp|process)_\w+",
            "\n".join(re.findall(r"expr:.*?\n +(?:for|annotations)", RULES, re.DOTALL)),
        )
    )
    assert len(asked) > 8 and asked <= told


@needs_promtool
def test_prometheus_takes_the_rules_and_the_configuration(tmp_path):
    for name in ("ccsp.rules.yml", "prometheus.yml"):
        shutil.copy(FOLDER / name, tmp_path)
    assert promtool("check", "config", "prometheus.yml", cwd=tmp_path).returncode == 0


@needs_promtool
def test_nothing_rings_where_all_is_well():
    done = promtool("test", "rules", "ccsp.test.yml", cwd=FOLDER)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_rings_for_its_cause_and_not_at_once(name, tmp_path):
    """promtool is told that nothing rings, and says what does: a rule that rings for nothing, or never, is found."""
    shutil.copy(FOLDER / "ccsp.rules.yml", tmp_path)
    series, after = CAUSES[name]
    lines = "".join(
        f"      - {{series: '{one}', values: '{said}'}}\n" for one, said in series.items()
    )
    (tmp_path / "test.yml").write_text(
        "rule_files: [ccsp.rules.yml]\nevaluation_interval: 30s\ntests:\n  - interval: 30s\n    input_series:\n"
        f"{lines}    alert_rule_test:\n"
        f"      - {{alertname: {name}, eval_time: 30s}}\n"
        f"      - {{alertname: {name}, eval_time: {after}}}\n",
        encoding="utf-8",
    )
    said = promtool("test", "rules", "test.yml", cwd=tmp_path)
    assert said.returncode == 1
    assert said.stdout.count("alertname") + said.stderr.count("alertname") >= 1
    whole = said.stdout + said.stderr
    assert f"time: {after}" in whole and "time: 30s" not in whole, whole
