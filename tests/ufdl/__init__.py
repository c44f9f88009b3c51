"""The UFDL API, one file per operation."""
