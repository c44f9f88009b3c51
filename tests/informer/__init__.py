"""The Informer API."""
