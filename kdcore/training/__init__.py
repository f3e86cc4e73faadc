"""The training loop as a generator of events; ``loop.py`` is the main path."""
