"""The built-in components of Glasswork: data, processing, layers, supervised training."""
