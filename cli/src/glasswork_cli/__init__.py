"""A visual modelling tool for TensorFlow: no black boxes."""
