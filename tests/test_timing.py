"""Nothing more depends on seconds or on chance than did before the rule; what still does is listed."""

import ast

import pytest

from tests import timing


def test_no_test_depends_on_seconds_or_on_chance_but_those_listed():
    new, gone = (
        set(timing.found()) - set(timing.listed()),
        set(timing.listed()) - set(timing.found()),
    )
    assert not new, (
        "wait for an event, move a clock (tests/moved_time.py), write the seed down, or mark it `seconds` or `chance`:"
        f" {sorted(new)}"
    )
    assert not gone, f"run: python -m tests.timing ({sorted(gone)})"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("time.sleep(0.1)", "sleep"),
        ("await asyncio.sleep(1)", "sleep"),
        ("await asyncio.sleep(0)", ""),
        ("page.wait_for_timeout(300)", "sleep"),
        ("time.monotonic()", "clock"),
        ("asyncio.get_running_loop().time()", "clock"),
        ("client.settimeout(0.3)", "limit"),
        ("asyncio.wait_for(one, 2)", "limit"),
        ("asyncio.wait_for(one, LONG)", ""),
        ("expect(one).to_be_visible(timeout=5_000)", "limit"),
        ("expect(one).to_be_visible(timeout=60_000)", ""),
        ("subprocess.run(one, timeout=120)", ""),
        ("Random()", "draw"),
        ("Random(3)", ""),
        ("np.random.default_rng()", "draw"),
        ("random.sample(of, 3)", "draw"),
        ("self.random.sample(of, 3)", ""),
        ("process.memory_info().rss", "memory"),
    ],
)
def test_what_a_call_depends_on_is_seen(code, kind):
    nodes = ast.walk(ast.parse(f"async def f():\n    {code}"))
    assert {found for node in nodes if (found := timing.kind_of(node))} == (
        {kind} if kind else set()
    )


def test_a_marker_leaves_a_function_out():
    marked = "@pytest.mark.seconds\ndef test_a():\n    time.sleep(1)"
    ((_, function),) = timing.functions(ast.parse(marked))
    assert timing.marked(function)
