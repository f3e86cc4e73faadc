"""Everything that an accelerator must show, in one table: ``python -m benchmarks.gpu``.

A file each for what is measured, ``report.py`` for the table, ``__main__.py`` for the time that
there is. Each section is a function that takes a ``Setting`` and yields rows.
"""
