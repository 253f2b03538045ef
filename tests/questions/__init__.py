"""A hundred questions of everyday French, each with the address where its answer stands, counted anew from raw rows."""
