"""What other programs read of a job: its events as a table, its figures in a tracker.

No torch here; networks as files are ``kdcore.training.deployed``. The modules are imported one by
one: pandas, which the tables need, takes its time.
"""
