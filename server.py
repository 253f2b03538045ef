"""What the server runs: `streamlit run server.py`, or any ASGI server with `server:app`."""
import sys

import streamlit as st

from dashboard.settings import ROOT, load
from dashboard.ui.gate import MIDDLEWARE
from db import faults, opening
from db.engine import make_engine
from db.write import Refused


def refuse_to_start() -> None:
    """End with one sentence where the database does not answer, is damaged or is of another version."""
    try:
        engine = make_engine(load().database_url)
        try:
            opening.check(engine)
        finally:
            engine.dispose()
    except Refused as reason:
        sys.exit(str(reason))
    except (*faults.SETTINGS, *faults.FAILURES) as error:
        sys.exit(faults.sentence(error))


refuse_to_start()
app = st.App(ROOT / "streamlit_app.py", middleware=MIDDLEWARE)
