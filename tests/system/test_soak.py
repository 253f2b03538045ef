"""`make soak` in a minute: readers, files, closings, reports and copies at once leave what the files say."""

from tests.benchmarks import soak


def test_a_minute_of_everything_at_once_ends_as_the_files_say(capsys):
    wrong = soak.run(1, 6)
    said = capsys.readouterr().out
    assert wrong == [], said
    assert "files" in said and "copies" in said and "closings" in said
