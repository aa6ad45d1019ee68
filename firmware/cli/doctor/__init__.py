"""`tipring doctor`: what is wrong with this box and what to do, in plain words."""

from firmware.cli.doctor.command import add_parser, examine
from firmware.cli.doctor.finding import Finding

__all__ = ["Finding", "add_parser", "examine"]
