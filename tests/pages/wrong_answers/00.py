"""Wrong answers to the exercises of page 00."""


def changes_cancel(film):
    return (film[1:] - film[:-1]).mean().item()


def number_of_values(film):
    return int((film[1:] != film[:-1]).sum())


def against_the_first_frame(film):
    return (film[1:] != film[0]).float().mean().item()


def large_changes_only(film):
    return (film.diff(dim=0).abs() > 0.3).float().mean().item()


def first_frame_counts(film):
    before = film.roll(1, dims=0)
    before[0] = film[0]
    return (film != before).float().mean().item()


def share_saved(film):
    return (film[1:] == film[:-1]).float().mean().item()


def brighter_only(film):
    return (film[1:] > film[:-1]).float().mean().item()


WRONG = {
    "00.1": [(3, "0.9 only"), (1 / 0.3, "whole number"), (5, "Fewer are enough")],
    "00.2": [
        ((3.7 + 0.9) / 0.9, "Both also fetch"),
        ((3.7 + 0.9 + 5) / 0.9, "fetches a weight as well"),
        ((3.7 + 5) / (0.9 + 5), "multiplies and adds"),
    ],
    "00.3": [
        (changes_cancel, "must not cancel"),
        (number_of_values, "Divide by how many"),
        (against_the_first_frame, "not with the first one"),
        (large_changes_only, "not by how much"),
        (first_frame_counts, "Leave the first frame out"),
        (brighter_only, "darker has changed too"),
        (share_saved, "share that is saved"),
    ],
}
