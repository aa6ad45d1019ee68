"""By the clock on the wall: opening hours, holidays, day and night service."""
