"""What a Glasswork plugin depends on: component types, the graph, hooks, errors, testing."""
