"""One REST and WebSocket API to the services of Glasswork."""
