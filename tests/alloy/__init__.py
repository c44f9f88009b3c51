"""The Alloy API, operation by operation."""
