"""What pages need besides the library: figures, explorers, exercises, studies, records and small verbs.

The library itself imports nothing from here.
"""
