"""Previews of components, in disposable workers."""
