"""Networks that read texts: numbers of words or characters, 0 where a text has ended."""
