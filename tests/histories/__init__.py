"""Random histories of a database against a model of its rules: whatever is imported, corrected, withdrawn, retained, erased,
copied, put back, gone back to or updated, in whatever order, nothing that was erased comes back and nothing counts twice.

`python -m tests.histories` plays thousands of them; tests/db/test_histories.py some, and those that once failed.
"""
