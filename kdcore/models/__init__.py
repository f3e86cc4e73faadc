"""Networks; one family a file, built by name."""
