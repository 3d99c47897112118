"""Runs as the server sees them: plain data, folders and processes; no gRPC and no TensorFlow."""
