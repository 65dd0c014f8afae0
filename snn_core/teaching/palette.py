"""The colours of the collection: one meaning each, the same on every page, in figures and in live explorers.

Okabe & Ito 2008, told apart with any colour vision. In live figures, where small words have these colours too, each has
a contrast of at least 4.5 to 1: green and vermilion are darker on white, and all are lighter on a dark page.
"""

BLUE = "#0072B2"  # membranes, and the first of several things
VERMILION = "#D55E00"  # spikes that a neuron sends, and the second of several things
GREEN = "#009E73"  # spikes and currents that come in, and the third of several things
ORANGE = "#E69F00"
SKY = "#56B4E9"
PURPLE = "#CC79A7"
YELLOW = "#F0E442"
BLACK = "#000000"
GREY = "#767676"  # what is there for comparison: thresholds, closed forms
PALE = "#cfcfcf"  # areas in the background
PALE_BLUE = "#E8F1F8"  # boxes in drawings
PALE_ORANGE = "#FFF3D6"

ON = BLUE  # events of pixels that have become brighter, on every page
OFF = VERMILION  # and darker

CYCLE = (BLUE, VERMILION, GREEN, PURPLE, BLACK, ORANGE, SKY)  # the last two are below 3 to 1 on white

LIVE = {
    "light": {"blue": BLUE, "vermilion": "#BF5400", "green": "#00805D", "grey": GREY, "pale": PALE},
    "dark": {
        "blue": SKY,
        "vermilion": "#F5793A",
        "green": "#2CC498",
        "grey": "#a6a6a6",
        "pale": "#5c5c5c",
    },
}
