"""The HTML pages: a mouth that translates and decides nothing; it refuses to know any API."""
