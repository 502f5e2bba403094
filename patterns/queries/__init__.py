"""Reads that join several tables for one page."""
