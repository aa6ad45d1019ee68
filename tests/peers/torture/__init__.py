"""The messages of RFC 4475, one file each with its exact bytes, and what we answer to them."""
