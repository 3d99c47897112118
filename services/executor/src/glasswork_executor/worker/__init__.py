"""What runs inside a forked worker: TensorFlow, code of the user and files that may be hostile."""
