"""Texts of users in a form that can be sent."""

from __future__ import annotations


def sendable(text: str) -> str:
    """Return a text as UTF-8 can hold it: half a character, as a lone surrogate is, becomes a question mark."""
    return text.encode(errors="replace").decode()
