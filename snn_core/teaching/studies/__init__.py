"""What a page and an experiment share: the networks and trainings of one study, a module each.

A page runs one telling case of it, the experiment of the same name all of them; what that found is
in `records`.
"""
