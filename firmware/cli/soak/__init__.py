"""`tipring soak`: does a box's memory grow? In virtual time for hours and days, or watching a running box."""

from firmware.cli.soak.command import add_parser

__all__ = ["add_parser"]
