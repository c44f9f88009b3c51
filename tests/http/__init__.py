"""The shared HTTP grammar, one file per subject."""
