"""Adapters of real systems, and the differ."""
