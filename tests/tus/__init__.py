"""Resumable uploads as tus clients see them."""
