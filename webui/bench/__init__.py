"""The simulated bench in a browser: telephones and callers to play, on one socket a page, served by the event loop."""
