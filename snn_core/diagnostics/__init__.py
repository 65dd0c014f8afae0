"""Diagnostics: measure what a network does on one batch, and say what looks wrong."""

from .measure import diagnose
from .report import ALWAYS, CHANGED, SATURATED, SILENT, UPDATE, LayerReport, Report

__all__ = [
    "ALWAYS",
    "CHANGED",
    "SATURATED",
    "SILENT",
    "UPDATE",
    "LayerReport",
    "Report",
    "diagnose",
]
