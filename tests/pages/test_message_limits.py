"""What the fullest page of ours says to the server is heard."""

from streamlit.proto.BackMsg_pb2 import BackMsg

from dashboard.accounts.rights import LOCAL_READER
from dashboard.actions import targets_and_decisions
from dashboard.answers.context import engine
from dashboard.stories import LONGEST_HEADLINE, LONGEST_TEXT, MOST_STEPS, Step, Story
from dashboard.ui import story_editor
from dashboard.web.access_filter import LONGEST_QUERY
from dashboard.web.message_limits import LARGEST, MOST
from dashboard.web.open_pages import is_within_limits
from db import targets_and_decisions as steer
from tests.pages.app import visit_page
from tests.web.test_message_limits import entries


def test_a_story_of_as_many_words_as_may_be_is_heard(filled, using):
    """Each slide being changed, in a script of three bytes a letter, on a page that has been open for long, at the longest
    address."""
    using(filled)
    headline, words = "報" * LONGEST_HEADLINE, "報" * LONGEST_TEXT
    steps = (Step("ouverture", "", headline, words, words),) * MOST_STEPS
    targets_and_decisions.keep_story(LOCAL_READER, Story("longue", headline, steps))
    try:
        at = visit_page("presenter", histoire="longue")
        at.toggle(key=story_editor.OWN).set_value(True).run()
        at.session_state[story_editor.UNFOLDED] = set(range(MOST_STEPS))
        at.run(timeout=60)
        assert len(at.text_area) == MOST_STEPS and at.text_area[-1].value == words
        message = BackMsg()
        message.rerun_script.widget_states.CopyFrom(at._tree.get_widget_states())
    finally:
        steer.forget_story(engine(), "longue", "test")
    message.rerun_script.cached_message_hashes.extend(f"{n:032x}" for n in range(300))
    message.rerun_script.query_string = "x" * LONGEST_QUERY
    message.rerun_script.context_info.url = "x" * (LONGEST_QUERY + 300)
    said = message.SerializeToString()
    count, _ = entries(message)
    assert MOST_STEPS * 3 * (LONGEST_HEADLINE + 2 * LONGEST_TEXT) < len(said) < 0.9 * LARGEST
    assert MOST_STEPS * 4 < count < 0.9 * MOST
    assert is_within_limits(said)
