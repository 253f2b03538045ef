"""Results in, bytes out: what is taken away is what was on screen."""
