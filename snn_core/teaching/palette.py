"""The colours of the collection, and its lines: the same on every page, in figures and in live explorers.

Okabe & Ito 2008, told apart with any colour vision. In live figures, where small words have these colours too, each has
a contrast of at least 4.5 to 1: green and vermilion are darker on white. On a dark page all are those of figures.
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
        "blue": "#3ea8e3",
        "vermilion": "#e2731c",
        "green": "#0c9e76",
        "grey": "#88898a",
        "pale": "#3c3d3e",
    },
}

PEN = {  # of live figures: pixels, as `style.mplstyle` has them at 100 dots per inch
    "font": '12.5px "DejaVu Sans", Verdana, system-ui, sans-serif',
    "line": 2.2,
    "level": 1.7,  # dashed, such as a threshold
    "axis": 1.1,
}
