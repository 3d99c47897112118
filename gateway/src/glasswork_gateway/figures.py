"""Visualisations in a page without a script: pictures as they are, values as a drawing in the colour of the text."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

from glasswork_gateway.guide import SCALAR, Example

WIDTH: Final = 320
HEIGHT: Final = 160
SMALLEST: Final = 160
_KINDS: Final = {
    "image": "The picture",
    "channels": "The channels",
    "heatmap": "A heat-map",
    "overlay": "A mask over the picture",
    "bars": "Bars",
    "probabilities": "The probabilities",
    "line": "A line",
    "histogram": "A histogram",
}


def figure(example: Example) -> str:
    """Return an example as HTML: its picture with a text for those who do not see it, and what is seen."""
    preview = example.preview
    shown = preview["visualization"]
    shape = " × ".join(map(str, preview["shape"] or ())) or "one value"
    seen = f"{shape}, {preview['dtype']}{_range(preview)}"
    drawn = _drawn(shown, f"{_KINDS.get(shown['kind'], 'Picture')} of the output for one row: {seen}")
    settings = "".join(
        f"<dt>{html.escape(name)}</dt><dd><code>{html.escape(_short(value))}</code></dd>"
        for name, value in sorted(example.settings.items())
    )
    told = f"<dl>{settings}</dl>" if settings else ""
    caption = f"{html.escape(example.place, quote=False)}. Its output for one row: {html.escape(seen)}."
    return f"<h2>Example</h2>\n<figure>\n{drawn}\n<figcaption>{caption}{told}</figcaption>\n</figure>\n"


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _drawn(shown: Mapping[str, Any], text: str) -> str:
    if shown["kind"] == SCALAR:
        return ""
    text = html.escape(text, quote=True)
    if shown.get("png"):
        # Small pictures are shown large, each value a square; the browser must not blur them.
        factor = max(1, round(SMALLEST / max(shown["height"], 1)))
        width, height = shown["width"] * factor, shown["height"] * factor
        source = f"data:image/png;base64,{shown['png']}"
        return f'<img src="{source}" width="{width}" height="{height}" alt="{text}">'
    return _chart(shown.get("values") or [], shown["kind"] == "line", text)


def _chart(values: Sequence[float | None], line: bool, text: str) -> str:
    numbers = [0.0 if value is None else float(value) for value in values]
    if not numbers:
        return ""
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    scale = HEIGHT / ((high - low) or 1.0)
    step = WIDTH / len(numbers)
    if line:
        points = " ".join(f"{(i + 0.5) * step:.1f},{(high - n) * scale:.1f}" for i, n in enumerate(numbers))
        body = f'<polyline points="{points}" fill="none" stroke="currentColor" stroke-width="2"/>'
    else:
        body = "".join(
            f'<rect x="{i * step:.1f}" y="{(high - max(n, 0)) * scale:.1f}" width="{step * 0.85:.1f}" '
            f'height="{max(abs(n) * scale, 0.5):.1f}" fill="currentColor"/>'
            for i, n in enumerate(numbers)
        )
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f'<svg {size} role="img" aria-label="{text}">{body}</svg>'


def _range(preview: Mapping[str, Any]) -> str:
    figures = preview["statistics"]
    if not figures or figures["min"] is None or figures["max"] is None:
        return ""
    return f", values from {figures['min']:.3g} to {figures['max']:.3g}"
