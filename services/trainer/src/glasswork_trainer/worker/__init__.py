"""What runs in the forked processes: training, tests, exports, predictions, inspection."""
