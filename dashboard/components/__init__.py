"""Interactive components: a typed wrapper in Python around a small module in the browser."""
