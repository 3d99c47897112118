"""Models and datasets on disk: git and plain files are the truth, SQL is an index of them."""
