"""Adapters: what a system really sends, to events of the catalogue; one module a system."""
