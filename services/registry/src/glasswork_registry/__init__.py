"""Models as git repositories, datasets, and an SQL index."""
