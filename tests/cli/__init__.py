"""The terminal mouth, tried from outside."""
