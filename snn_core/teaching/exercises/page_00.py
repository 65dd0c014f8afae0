"""Exercises of page 00, why spikes."""

import torch

from snn_core.teaching.exercises import Case, Function, Mistake, Value

EXERCISES = {
    "00.1": Value(
        4,
        hint="Add 0.3 until the sum is above 1.",
        stronger="Three give 0.9. Is that above the threshold?",
        mistakes=(
            Mistake(3, "Three lift the membrane to 0.9 only."),
            Mistake(1 / 0.3, "You cannot send a part of a spike: take a whole number."),
            Mistake(lambda got: got > 4, "Fewer are enough: add 0.3 until the sum is above 1 for the first time."),
        ),
    ),
    "00.2": Value(
        (3.7 + 0.9 + 5) / (0.9 + 5),
        hint="Write down the energy for one pixel of the one, and for one spike of the other.",
        stronger="9.6 pJ for a pixel. How often do the 0.9 + 5 pJ of a spike fit into that?",
        mistakes=(
            Mistake((3.7 + 0.9) / 0.9, "Both also fetch a weight: 5 pJ each time."),
            Mistake((3.7 + 0.9 + 5) / 0.9, "A spike fetches a weight as well."),
            Mistake((3.7 + 5) / (0.9 + 5), "The opponent multiplies and adds."),
        ),
        tolerance=0.02,
    ),
    "00.3": Function(
        cases=(
            Case(
                (torch.tensor([[[0.0, 0], [0, 1]], [[0, 0], [0, 1]], [[0, 0], [1, 0]]]),),
                0.25,
                "Compare each frame with the one before it, pixel by pixel. Which share differs?",
                mistakes=(
                    Mistake(0.0, "What gets darker has changed too: +1 and -1 must not cancel."),
                    Mistake(0.125, "What gets darker has changed too."),
                    Mistake(0.75, "That is the share that is saved. Return the share that is sent."),
                    Mistake(2, "That is the number of values. Divide by how many there are."),
                    Mistake(1 / 6, "Leave the first frame out: there is none before it."),
                ),
            ),
            Case(
                (torch.tensor([0.0, 1.0, 0.0, 1.0]).view(4, 1, 1),),
                1.0,
                "This pixel changes in every frame: compare with the frame before, not with the first one.",
            ),
            Case(
                (torch.tensor([[[0.5, 0.2]], [[0.501, 0.2]]]),),
                0.5,
                "A small change counts as well: ask whether two values differ, not by how much.",
            ),
            Case((torch.zeros(4, 2, 2),), 0.0, "A film that stands still sends nothing."),
        ),
        stronger="diff along the frames gives the change of every value. Where is it not 0?",
    ),
}
