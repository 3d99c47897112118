"""Code, findings and suggestions for graphs: plain functions."""
