"""The pages and the API: Flask on hypercorn, a client of the engine like any other; event streams beside it."""
