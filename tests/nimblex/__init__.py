"""The Nimblex API, one file per operation."""
