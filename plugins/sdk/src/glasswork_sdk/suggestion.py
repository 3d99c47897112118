"""What a plugin answers when it is asked for a whole graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class SuggestedGraph:
    """Components and connections under construction, and one sentence for each choice."""

    components: dict[str, dict[str, Any]] = field(default_factory=dict)
    connections: list[tuple[str, str]] = field(default_factory=list)
    explanation: list[tuple[str, str]] = field(default_factory=list)

    def add(
        self,
        component_id: str,
        component_type: str,
        *sources: str,
        reason: str = "",
        **suggested: Any,
    ) -> str:
        """Add a component fed by the outputs of others.

        Args:
            component_id: wished id; numbered where it is taken.
            component_type: `plugin.name`.
            sources: ids whose `output` goes to `input`, `input_2`, ….
            reason: one sentence that says why; empty for none.
            suggested: values of its settings.

        Returns:
            The id.
        """
        name, number = component_id, 2
        while name in self.components:
            name, number = f"{component_id}_{number}", number + 1
        # Where it stands is the affair of who shows it: the page lays out what has no places.
        self.components[name] = {"type": component_type, "settings": {}, "suggested": suggested}
        for index, source in enumerate(sources):
            self.connect(source, f"{name}.input" if index == 0 else f"{name}.input_{index + 1}")
        if reason:
            self.explanation.append((name, reason))
        return name

    def connect(self, source: str, target: str) -> None:
        """Connect the output of a component to `component.port`."""
        self.connections.append((f"{source}.output", target))
