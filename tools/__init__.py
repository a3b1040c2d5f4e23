"""Programs for those who keep the project."""
