"""Figures of a running box as Prometheus text: `tipring metrics`, and an endpoint on loopback."""

from firmware.cli.metrics.command import add_parser
from firmware.cli.metrics.server import MetricsServer

__all__ = ["MetricsServer", "add_parser"]
