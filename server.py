"""What the server runs: `streamlit run server.py`, or any ASGI server with `server:app`."""
import streamlit as st

from dashboard.settings import ROOT
from dashboard.ui.gate import MIDDLEWARE

app = st.App(ROOT / "streamlit_app.py", middleware=MIDDLEWARE)
