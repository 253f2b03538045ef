"""Behind `make`: what is said of the tests' reach."""

from scripts.prepare import least_covered


def test_the_ten_files_of_which_tests_run_least_stand_before_the_whole():
    files = {
        f"db/{n:02}.py": {"summary": {"percent_covered": (n * 7) % 12 * 8.25}} for n in range(12)
    }
    lines = least_covered({"files": files, "totals": {"percent_covered": 87.654}})
    assert len(lines) == 11 and lines[-1] == " 87.7 % en tout"
    assert lines[:2] == ["  0.0 % db/00.py", "  8.2 % db/07.py"]
    assert lines[:-1] == sorted(lines[:-1]) and not any("db/05.py" in line for line in lines)
