"""Plausible wrong answers to the exercises, one module per page.

Each has a dict ``WRONG``: from the exercise to pairs of a wrong answer and a piece (a regular
expression) of what the check says to it at first.
"""
