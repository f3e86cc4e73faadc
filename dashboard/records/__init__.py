"""What a run has shown so far, folded from its events: what charts and sentences are made from."""
