"""What is said of figures: which months are signals, whether they can be trusted, what changed, the week's bulletin."""
