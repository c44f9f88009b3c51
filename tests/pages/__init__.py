"""The HTML pages, through a client without a browser."""
