"""What ``benchmarks/gpu.py`` measures: a file each, and ``report.py`` for the table.

Each section is a function that takes a ``Setting`` and yields rows.
"""
