"""What pages need besides the library: figures, drawings, explorers, exercises, records and small verbs.

The library itself imports nothing from here.
"""
