// Ours, loaded before everything of Streamlit's.
