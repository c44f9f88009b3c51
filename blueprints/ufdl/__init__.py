"""The UFDL API: a mouth that translates and decides nothing; it refuses to know any other API, and the pages."""
