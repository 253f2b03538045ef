"""One thing has one number: what pages, slides, files and messages say of a name, a place and a period is the same wherever it
stands. `said`: everything that is said, with the place and the period of which it is; `reading`: the figures in it."""
