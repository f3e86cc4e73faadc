"""The version of this program, for the records of runs."""

VERSION = "0.1.0"
