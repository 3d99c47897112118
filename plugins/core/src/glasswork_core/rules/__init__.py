"""The rules by which the core plugin reviews models, by what they look at."""
