"""Judgement of figures: which months are signals, how far a figure can be trusted, what changed between periods, the bulletin."""
