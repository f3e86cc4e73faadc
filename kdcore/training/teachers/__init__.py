"""Teachers and assistants: loaded, trained or taken from the cache."""
