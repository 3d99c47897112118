"""Runs, their tests and their exports."""
