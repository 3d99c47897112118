"""Documents that follow each other, as an editor makes them: parts that are equal are one and the same object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glasswork_sdk.document import Document


class Reader:
    """Reads the states of one document; what the state before had already is not read again.

    A state is decoded JSON that is never changed in place: what is the same object in two states is the same content.
    """

    def __init__(self) -> None:
        self._content: Mapping[str, Any] = {}
        self._document = Document()

    def read(self, content: Mapping[str, Any]) -> Document:
        """Return the document of a state.

        Args:
            content: the decoded object.

        Raises:
            UnsupportedFormat: the document is of a newer format.
            InvalidDocument: it is no document; `fields` names every bad place.
        """
        document = Document.parse(self._with_known_parts(content))
        self._content, self._document = content, document
        return document

    def _with_known_parts(self, content: Mapping[str, Any]) -> Mapping[str, Any]:
        before, known, found = self._content, self._document, dict(content)
        old, new = before.get("components"), content.get("components")
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            parts = known.components
            found["components"] = {
                name: parts[name] if item is old.get(name) and item is not None else item for name, item in new.items()
            }
        for name in ("dataset", "connections"):
            if name in content and content[name] is before.get(name) and content[name] is not None:
                found[name] = getattr(known, name)
        return found
