"""The executor's domain: programs, keys, workers, sessions; neither gRPC nor TensorFlow."""
