"""Wrong answers to the exercises of page 00."""


def changes_cancel(film):
    return int((film[1:] - film[:-1]).sum())


def how_much_changed(film):
    return float((film[1:] - film[:-1]).abs().sum())


def frames_that_changed(film):
    return int((film[1:] != film[:-1]).flatten(1).any(1).sum())


def starts_from_black(film):
    before = film.roll(1, dims=0)
    before[0] = 0
    return int((film != before).sum())


def against_the_last_frame_too(film):
    return int((film != film.roll(1, dims=0)).sum())


def share_of_pixels(film):
    return (film[1:] != film[:-1]).float().mean().item()


WRONG = {
    "00.1": [(3, "0.9 only"), (1 / 0.3, "whole number"), (2, "above 1"), (1.2, "above 1")],
    "00.2": [
        (3.7 / (50 * 0.9), "also adds"),
        ((3.7 + 0.9) / 0.9, "50 steps"),
        (1 / 50, "both energies"),
        (784 * (3.7 + 0.9) / (50 * 0.9), "both layers"),
    ],
    "00.3": [
        (changes_cancel, "must not cancel"),
        (how_much_changed, "not by how much"),
        (frames_that_changed, "not frames"),
        (starts_from_black, "no frame before it"),
        (against_the_last_frame_too, "pixel by pixel"),
        (share_of_pixels, "and count"),
    ],
}
