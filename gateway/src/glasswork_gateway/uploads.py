"""A multipart upload as a stream: no file is ever whole in memory, or on the gateway's disk."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from glasswork_gateway.problems import BadRequest

CHUNK: Final = 512 * 1024
_MAX_HEADERS: Final = 8 * 1024
_MAX_TEXT: Final = 1024


@dataclass
class _Part:
    """A part that is being read: its headers so far, and what they say."""

    headers: dict[str, str] = field(default_factory=dict)
    name: str = ""
    file_name: str | None = None
    header_bytes: int = 0
    header_name: bytes = b""
    header_value: bytes = b""


class Upload:
    """The one file of a multipart body.

    Args:
        request: the request; its body must not have been touched.
    """

    def __init__(self, request: Request) -> None:
        self._stream = request.stream()
        self._part = _Part()
        self._chunks: deque[bytes] = deque()
        self._texts: dict[str, bytes] = {}
        self._file_name: str | None = None
        self._file_ended = False
        self._parser = self._make_parser(request.headers.get("content-type", ""))

    async def begin(self) -> str:
        """Read up to the file; return its name.

        Raises:
            BadRequest: the body is no multipart form with a file.
        """
        while self._file_name is None:
            if not await self._feed():
                raise BadRequest("The form has no file. Send it as a part with a file name, as in file=@wine.csv.")
        return self._file_name

    def text(self, name: str) -> str:
        """Return a text field that came before the file, or an empty text."""
        return self._texts.get(name, b"").decode(errors="replace")

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the bytes of the file, at most 1 MiB at a time.

        Raises:
            BadRequest: the body ends within the file, or is no multipart form.
        """
        waiting: list[bytes] = []
        size = 0
        while True:
            while self._chunks:
                chunk = self._chunks.popleft()
                waiting.append(chunk)
                size += len(chunk)
                if size >= CHUNK:
                    yield b"".join(waiting)
                    waiting, size = [], 0
            if self._file_ended:
                break
            if not await self._feed():
                raise BadRequest("The upload ended before its file did. Send it again.")
        if waiting:
            yield b"".join(waiting)

    async def _feed(self) -> bool:
        """Take in one more piece of the body; return whether there was one."""
        try:
            data = await anext(self._stream, b"")
        except ClientDisconnect:
            raise BadRequest("The upload was cut before its file ended. Send it again.") from None
        try:
            for start in range(0, len(data), CHUNK):
                self._parser.write(data[start : start + CHUNK])
        except FormParserError as error:
            raise BadRequest(f"The body is no multipart form: {error}.") from None
        return bool(data)

    def _make_parser(self, content_type: str) -> MultipartParser:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not 1 <= len(boundary) <= 70:
            raise BadRequest("Send the file as multipart/form-data, or JSON with example or path.", status=415)
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
            },
        )

    def _on_part_begin(self) -> None:
        self._part = _Part()
        if len(self._texts) > 20:
            raise BadRequest("The form has too many parts.")

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header_name += data[start:end]
        self._count(end - start)

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.header_value += data[start:end]
        self._count(end - start)

    def _on_header_end(self) -> None:
        self._part.headers[self._part.header_name.decode("latin-1").lower()] = self._part.header_value.decode("latin-1")
        self._part.header_name = self._part.header_value = b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._part.headers.get("content-disposition", ""))
        self._part.name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" in options and self._file_name is None:
            self._part.file_name = options[b"filename"].decode(errors="replace")
            self._file_name = self._part.file_name

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part.file_name is not None:
            self._chunks.append(data[start:end])
            return
        text = self._texts.get(self._part.name, b"") + data[start:end]
        if len(text) > _MAX_TEXT:
            raise BadRequest(f"The field {self._part.name[:40]!r} of the form is longer than {_MAX_TEXT} bytes.")
        self._texts[self._part.name] = text

    def _on_part_end(self) -> None:
        if self._part.file_name is not None:
            self._file_ended = True

    def _count(self, size: int) -> None:
        self._part.header_bytes += size
        if self._part.header_bytes > _MAX_HEADERS:
            raise BadRequest("The headers of a part of the form are too long.")
