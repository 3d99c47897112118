"""What every Glasswork service shares: server, health, errors, channels, workers, logging."""
