"""The version of this program, for its package and the records of runs."""

VERSION = "0.3.0"
