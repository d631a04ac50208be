"""Totals of periods that end yesterday, and what they compare with."""
