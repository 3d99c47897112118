"""Graph in, code and diagnostics out."""
