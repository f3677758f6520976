"""Models as configurations and files."""
