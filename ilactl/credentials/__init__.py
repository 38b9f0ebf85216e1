"""Micro-credentials: the elements of an award, the signed document, its keys, its status."""
