"""The command line: ``python -m kdcore COMMAND``; one file a group of commands."""
