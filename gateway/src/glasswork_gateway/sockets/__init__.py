"""The WebSockets of the API."""
