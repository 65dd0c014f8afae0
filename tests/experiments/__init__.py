"""Tests of the experiments: records, and tiny runs."""
