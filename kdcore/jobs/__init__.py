"""What can be asked for: a folder a kind of job."""
