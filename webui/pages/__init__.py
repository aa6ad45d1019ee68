"""One module for each noun, with its BLUEPRINT."""
