# %% [markdown]
# # 21 · Energy
#
# **When does a spiking network need less energy than an ordinary one?**
#
# Needs: page 01 (rate code), page 02 (the LIF neuron), page 07 (a trained network); pages 08 and 17 help. · 45 minutes to read, without *Deeper* and exercises; 15 seconds to run. · Introduces `count_operations`, `energy`, `EnergyTable` and `meeting_rate`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/21_energy.ipynb)

# %% tags=["setup"]
import sys
from dataclasses import replace

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn

from snn_core import LIF
from snn_core.datasets import mnist_mini
from snn_core.energy import (
    HOROWITZ,
    JOUPPI,
    Counts,
    Operations,
    count_operations,
    energy,
    meeting_rate,
)
from snn_core.teaching.diagrams import energy_dots, mark_ratios, mark_readers
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import MeetingPoint
from snn_core.teaching.inputs import pulse, scattered
from snn_core.teaching.palette import BLUE, GREEN, GREY, VERMILION
from snn_core.teaching.plotting import decorate, panels, raster, use_style
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.energy import (
    bills_of,
    fair_pairs,
    opponent,
    ordinary_readers,
    ratios,
    readers_of_pages,
    scores_of,
    spiking_reader,
    spiking_readers,
)
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(21)

# %% [markdown]
# Two layers of 256 neurons hear 256 inputs. The ordinary one gets a number from each; 51 of them, a fifth, are not 0, and its chip skips the others. The spiking one gets spikes. A meter counts what each of them does for one image, and a table says what that costs.

# %%
linear = nn.Linear(256, 256, bias=False)
ordinary = nn.Sequential(linear, nn.ReLU())
spiking = nn.Sequential(linear, LIF())
values = 0.5 * scattered(51, inputs=256)[0]
work = count_operations(ordinary, values)
level = energy(work, bits=8).total / 1000

# %% [markdown]
# `scattered` places 51 ones among the inputs, and any number of spikes among inputs and steps. Ask for 0, 16, 32, … spikes:

# %%
rates = []
line = []
for count in range(0, 129, 16):
    spikes = scattered(count, inputs=256, steps=5)
    work = count_operations(spiking, spikes)
    bill = energy(work, bits=8)
    rates.append(count / 256)
    line.append(bill.total / 1000)

# %% [markdown]
# Each layer has 256 inputs and 256 neurons; of the ordinary one's numbers a fifth are not 0. The spiking one runs for five steps.
#
# > **Look first:** how many spikes may come before the spiking layer costs more?

# %% alt="Energy per image in nanojoules against spikes per input and image, from 0 to 0.5. A level blue line, the ordinary layer, at 49. A vermilion line, the spiking layer, begins at 14 and rises to 132. They cross at 0.15."
axis = panels()
axis.plot(rates, line, ".-", color=VERMILION, label="spiking")
axis.axhline(level, color=BLUE, label="ordinary")
decorate(
    axis,
    x="spikes per input and image",
    y="energy per image (nJ)",
    title="One layer, ordinary and spiking",
    ylim=(0, 140),
)

# %% [markdown]
# 39, or 0.15 per input: fewer than one input in six may spike, and only once. Each spike costs, so the line rises. And it does not begin at 0, since silent neurons cost as well.
#
# So there is no answer without numbers: how many spikes, how many steps, which prices. Turn at them yourself.

# %%
MeetingPoint().sliders()

# %% [markdown]
# **Try this**
#
# 1. Set the inputs that are not 0 to 100 %, a dense ordinary layer. Where do the two meet now? Which of the two moved?
# 2. Back to 20 %. How many steps can the spiking layer take before it cannot win with any number of spikes?
# 3. Make memory a hundred times cheaper (−2). Who gains?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. Near 1.00. The level of the ordinary layer rose; the spiking line stayed.
# 2. Up to 17: beyond, its states alone cost more than the ordinary layer.
# 3. The spiking layer. Reading a weight costs both the same; what a spike saves is the multiplication, and that weighs more when memory is cheap.
#
# </details>

# %% tags=["check"]
crossing = meeting_rate(256, 256, steps=5, bits=8, density=51 / 256)
assert round(crossing, 3) == 0.151
assert round(256 * crossing) == 39
assert line[2] < level < line[3]
assert np.allclose(np.diff(line, 2), 0)
assert round(level) == 49
assert round(line[0]) == 14
assert 128 < line[-1] < 136
start = {"steps": 5, "bits": 8, "density": 0.2}
assert round(meeting_rate(256, 256, **start | {"density": 1.0}), 2) == 1.00
assert meeting_rate(256, 256, **start | {"steps": 17}) > 0
assert meeting_rate(256, 256, **start | {"steps": 18}) < 0

# %% [markdown]
# ## You will
#
# - price one spike, one number and one silent step by hand;
# - count what a network does, and find the same as a loop over every synapse and step;
# - take a spiking reader of digits that loses, and make it cheaper by one change after the other;
# - give it a fair opponent, and say who wins, where it turns, and how sure that is.

# %% [markdown]
# ## 1 · What costs energy?
#
# Five things: to add, to multiply, to read a weight, to keep a state, and to send a spike or a number to where it is needed. Two tables of prices are often cited: Horowitz (2014) for a chip of 45 nm, Jouppi et al. (2021) for one of 7 nm. We need these:

# %%
prices = {
    "add integers": "add_int32",
    "multiply 8 bits": "multiply_int8",
    "add floats": "add_float32",
    "multiply floats": "multiply_float32",
    "read from 8 KB": "sram_8kb",
    "read from 1 MB": "sram_1mb",
    "read from outside": "dram",
}
entries = list(prices.values())

# %% alt="Prices of seven operations on a logarithmic scale, one dot for 45 nm and one for 7 nm. Additions and multiplications lie between 0.03 and 3.7 picojoules, reads of 64 bits between 7.5 and 1300. The 7 nm dots lie left of the others, except for memory outside of the chip, where both are the same."
axis = panels(height=2.8)
for table, size, color in (
    (HOROWITZ, "45 nm", BLUE),
    (JOUPPI, "7 nm", VERMILION),
):
    energies = [getattr(table, entry) for entry in entries]
    axis.plot(energies, list(prices), "o", color=color, label=size)
axis.set_xscale("log")
axis.xaxis.set_major_formatter("{x:,g}")
axis.invert_yaxis()
title = "What is far away is dear, on both chips"
decorate(axis, x="energy (pJ)", title=title)

# %% [markdown]
# The larger the memory, the farther the way, and the dearer the read. A read fetches 64 bits, so a weight of 32 bits costs half. Between two sizes of memory we interpolate, and membranes always have 32 bits.
#
# To send a value is priced at 5.2 pJ, from the chip Loihi (Davies et al. 2018, 14 nm). That is the weakest number here: it stands for one hop, and a spike may need several.

# %% [markdown]
# Now the bill of one neuron, by hand: 45 nm, numbers of 32 bits, a memory of 8 KB.
#
# > **Before you read on:** for a number a synapse reads its weight (5.0 pJ), multiplies (3.7) and adds (0.9). A spike is a 1, so nothing needs to be multiplied. How much of the price is saved?
#
# | what happens | what is done | pJ |
# |---|---|---|
# | a number comes to a synapse | read the weight 5.0, multiply 3.7, add 0.9 | 9.6 |
# | a spike comes to a synapse | read the weight 5.0, add 0.9 | 5.9 |
# | a neuron lives through a step | read and write its membrane 10.0, multiply by $\beta$ 3.7, compare 0.9 | 14.6 |
# | either is sent to a layer | a message | 5.2 |

# %% [markdown]
# Two fifths are saved: the multiplication, but not the way to the weight. And a neuron that hears nothing pays in each step what two and a half spikes cost at one synapse. A spike is cheap, but not free; and **time is not free either**.

# %% tags=["check"]
one = {"spike": {"additions": 1, "reads": 1}, "number": {"macs": 1, "reads": 1}}
one |= {"step": {"updates": 1, "decays": 1}, "message": {"received": 1}}
costs = {name: energy(Counts(1, {"": Operations(**each)})).total for name, each in one.items()}
assert {name: round(cost, 1) for name, cost in costs.items()} == {
    "spike": 5.9,
    "number": 9.6,
    "step": 14.6,
    "message": 5.2,
}
assert 0.37 < 1 - costs["spike"] / costs["number"] < 0.41
assert 2.4 < costs["step"] / costs["spike"] < 2.6
arithmetic = [getattr(HOROWITZ, entry) / getattr(JOUPPI, entry) for entry in entries[:4]]
assert 2.3 < min(arithmetic) < max(arithmetic) < 3.4
assert round(HOROWITZ.sram_1mb / JOUPPI.sram_1mb) == 7
assert HOROWITZ.sram_8kb / JOUPPI.sram_8kb < 1.4
assert HOROWITZ.dram == JOUPPI.dram

# %% [markdown]
# ## 2 · Count, do not estimate
#
# Prices need counts. Three inputs, two neurons, four steps:

# %% alt="Raster of three inputs over four steps: input 0 spikes in steps 0 and 3, input 1 in step 2, input 2 in step 0."
tiny = pulse(12, at=[0, 2, 7, 9]).view(4, 1, 3)
axis = raster(tiny[:, 0], size=12, color=GREEN)
axis.set_xticks(range(4))
axis.set_yticks(range(3))
title = "Four spikes, each heard by two neurons"
decorate(axis, x="step", y="input", title=title)

# %% [markdown]
# (A loop over every step, neuron and synapse counts what has to be done.)
#
# > **Before you run:** four spikes, two neurons that hear all inputs, four steps. How many additions, and how many updates of a membrane?

# %%
additions = 0
updates = 0
for step in range(4):
    for _neuron in range(2):
        updates += 1  # of the membrane of this neuron
        for source in range(3):
            if tiny[step, 0, source] == 1:
                additions += 1  # of weight[neuron, source]
print("additions:", additions, " updates:", updates)

# %% [markdown]
# Eight and eight: each spike meets two synapses; each of two membranes decays in each of four steps, heard or not. The meter of the core finds the same. It runs a network once and listens at every layer:

# %%
network = nn.Sequential(nn.Linear(3, 2, bias=False), LIF())
counts = count_operations(network, tiny)
total = counts.total
print("additions:", total.additions)
print("updates:  ", total.updates)
print("reads:    ", total.reads)
print("received: ", total.received)
print("dense:    ", total.dense)

# %% [markdown]
# `dense` is what a machine would do that skips nothing: $4 \cdot 2 \cdot 3 = 24$. With the prices of section 1:
#
# | | pJ |
# |---|---|
# | 8 additions, 8 updates | $8 \cdot 0.9 + 8 \cdot (3.7 + 0.9) = 44.0$ |
# | 8 weights read | $8 \cdot 5.0 = 40.0$ |
# | 8 states read and written | $8 \cdot 10.0 = 80.0$ |
# | 4 spikes received | $4 \cdot 5.2 = 20.8$ |

# %%
bill = energy(counts)
print(bill)
print(f"total: {bill.total:.1f} pJ")

# %% [markdown]
# The meter takes any network of the core's layers, and of PyTorch's linear, convolutional, pooling and normalising ones. A layer that hears numbers, such as pixels or what a ReLU lets through, is charged with multiplications, but not where the number is 0.

# %%
relu = nn.Sequential(network[0], nn.ReLU())
numbers = torch.tensor([[0.5, 0.0, 0.2]])
total = count_operations(relu, numbers).total
print("multiply and add:", total.macs)
print("dense:", total.dense)

# %% [markdown]
# Two of three inputs are not 0, so four of six synapses work. An ordinary network is sparse as well, and its chip may use that as a spiking chip does. What it need not do is keep states.

# %% tags=["check"]
assert (additions, updates) == (8, 8)
assert replace(counts.total, spikes=0) == Operations(
    additions=8, dense=24, updates=8, decays=8, reads=8, received=4, inputs=12, parameters=6, states=2
)
assert np.allclose(bill, [44.0, 40.0, 80.0, 20.8])
assert (total.macs, total.dense, total.updates) == (4, 6, 0)
for shape in (nn.Conv2d(1, 2, 3, padding=1), nn.Conv2d(1, 2, 3, stride=2)):
    picture = (torch.rand(1, 1, 6, 6, generator=generator) < 0.3).float()
    by_loop = 0
    for place in picture.nonzero():
        alone = torch.zeros_like(picture)
        alone[tuple(place)] = 1
        ones = nn.functional.conv2d(alone, torch.ones(2, 1, 3, 3), stride=shape.stride, padding=shape.padding)
        by_loop += int(ones.sum())
    assert count_operations(shape, picture).total.additions == by_loop

# %% [markdown]
# ## 3 · Two networks of one shape
#
# A frequent way to read digits: 784 pixels, 256 LIF neurons, ten outputs, and 25 steps. The pixels are the input current of every step, *direct* input. It was trained on the small MNIST from three seeds; the record holds its counts and those of all networks below, so that any table of prices can be put to them.

# %%
record = recorded("energy")
print(record)
spikers = spiking_readers(record)
direct = spikers["direct, 25 steps"]
print(f"right: {direct.mean('test'):.1%}")

# %% [markdown]
# Beside it an ordinary network of the same shape. Numbers of 32 bits, 45 nm.
#
# > **Before you run:** whose bill is higher, and by how much?

# %% alt="Two rows of dots on a logarithmic axis, a stroke in each for the sum. The ordinary network needs about 2,000 nanojoules per image, the spiking one about 25 times as much. In both the dot for reading weights is at the sum, the others far left of it."
twin = nn.Sequential(
    nn.Linear(784, 256),
    nn.ReLU(),
    nn.Linear(256, 10),
)
work = count_operations(twin, mnist_mini().test_images.flatten(1))
same_shape = energy(work)
bills = {"ordinary": same_shape, "spiking": direct.bill()}
title = "The same shape, ordinary and spiking"
axis = energy_dots(bills, title=title)

# %% [markdown]
# The spiking network needs about 25 times as much. A pixel is no spike: each that is not black is multiplied by 256 weights, in *each* step. The spikes come only behind that. (The current is the same in all steps. A chip that computes it once, and keeps it, would need about as much as the ordinary network.)
#
# Nearly all of it is for reading weights: 203,530 of them lie in a memory of 0.8 MB.

# %% tags=["check"]
assert 20 < direct.bill().total / same_shape.total < 30
assert same_shape.parameters > 0.8 * same_shape.total
assert direct.bill().parameters > 0.8 * direct.bill().total
assert sum(weights.numel() for weights in twin.parameters()) == 203_530

# %% [markdown]
# ## 4 · One change at a time
#
# Six changes:
#
# - **rate code**: pixels become random spikes (page 01), so the first layer adds;
# - **8 steps** in place of 25;
# - **fewer spikes**: the loss charges hidden spikes (page 08);
# - **stop when sure**: once the best score leads by a margin (page 07);
# - **events**: a pixel spikes when it becomes brighter by 0.3 (page 17), four steps;
# - **128 neurons** in place of 256.
#
# (A digit that stands still causes at most three such spikes per pixel, then none: four steps are enough.)
#
# > **Before you run:** which of the six divides the bill by most?

# %% alt="Seven rows of dots on a logarithmic axis, from direct input at the top down to 128 neurons: the sum, a stroke, falls from 45,000 to below 600 nanojoules. Behind it stand its number and the share of test digits read, between 95 and 97 percent. In all rows the dot for reading weights is the highest, at the sum."
axis = energy_dots(
    bills_of(spikers),
    notes=scores_of(spikers),
    title="The same digits, ever cheaper",
)

# %% [markdown]
# Stopping, by 4, then 8 steps, by 3: both take time away, and with it spikes that come in, times the synapses that they meet.
#
# But what a change saves depends on what was done before it:

# %%
stopped = spiking_reader(record, "direct", "stopped")
times = direct.bill().total / stopped.bill().total
print(f"stopping first: {times:.1f} times less")

# %% [markdown]
# The charge for hidden spikes hardly changes the bill, since most synapses hear the *input*. Still it makes the hidden layer very quiet:

# %%
quiet = spikers["fewer spikes"]
spikes = quiet.per_image("spikes")
print(f"spikes per hidden neuron: {spikes / 256:.2f}")
print(f"right: {quiet.mean('test'):.1%}")
last = spikers["128 neurons"]
print(f"steps of the last one: {last.mean('steps'):.1f}")

# %% [markdown]
# And look at the steps: the cheapest reader hardly takes more than one. Does it need time at all? One that was trained for a single step:

# %%
single = spiking_reader(record, "one step", "whole")
for reader in (last, single):
    print(f"{reader.mean('held_out'):.1%} of the held-out digits")

# %% [markdown]
# It does: trained for a single step, it reads almost two points less.

# %% tags=["check"]
assert record.settings["hidden"] == 256
assert 0.4 < spikes / 256 < 0.6
assert len(quiet.runs) == 3
assert round(100 * quiet.mean("test")) == 97
assert last.mean("steps") < 1.5
assert 0.015 < last.mean("held_out") - single.mean("held_out") < 0.025
assert min(run["held_out"] for run in last.runs) > max(run["held_out"] for run in single.runs)
assert direct.bill().total > 7 * stopped.bill().total
sums = [bill.total for bill in bills_of(spikers).values()]
assert sums[0] > 40 * sums[-1]
factors = dict(zip(list(spikers)[1:], np.divide(sums[:-1], sums[1:]), strict=True))
assert 0.9 < factors["fewer spikes"] < 1.1
assert set(sorted(factors, key=factors.get)[-2:]) == {"8 steps", "stop when sure"}
assert (round(factors["8 steps"]), round(factors["stop when sure"])) == (3, 4)

# %% [markdown]
# ## 5 · Who is the fair opponent?
#
# So far the opponent had the same *shape*. What is needed is an *accuracy*. So each spiking reader gets an opponent of its own: the smallest ordinary network that reads at least as many digits held out from training. It hears the same pixels, and was charged for its activity too. Both are rounded to 8 bits, so that a read costs a quarter, and trained on with that (`quantise`).

# %%
pairs = fair_pairs(record, bits=8)
for name, (_, rival) in pairs.items():
    print(f"{name:17} against {rival.neurons} neurons")

# %% [markdown]
# All readers by what they cost, and by how well they read. (With 8 bits, and on other digits, their order differs a little from section 4.)
#
# > **Before you run:** at equal accuracy, which of both kinds lies further left?

# %% alt="Share of held-out digits read against energy per image on a logarithmic axis, 8 bits. Blue dots, ordinary networks of 16 to 256 hidden neurons, rise from 92 to 96 percent between 5 and 230 nanojoules. Vermilion dots, spiking networks, lie to the right of them: as accurate, but dearer."
axis = panels()
mark_readers(axis, ordinary_readers(record, 8), color=BLUE, label="ordinary")
mark_readers(axis, spiking_readers(record, 8), color=VERMILION, label="spiking")
title = "All readers, numbers of 8 bits"
decorate(axis, title=title)

# %% [markdown]
# The ordinary ones, for each spiking reader.
#
# Why does our cheapest one lose?

# %%
best, rival = pairs["128 neurons"]


def price_of_a_read(reader):
    return reader.bill().parameters / reader.per_image("reads")


print("spiking, and ordinary")
for reader, what in ((best, "additions"), (rival, "macs")):
    print(f"  {reader.per_image('parameters'):,.0f} parameters")
    print(f"  {reader.per_synapse(what):.2f} times each is used")
    print(f"  {price_of_a_read(reader):.1f} pJ for a read")

# %% [markdown]
# Of its synapses, fewer hear a spike than hear a number in the ordinary network. But it has more of them, since it takes more neurons to read as well with ones and zeros; and more weights lie in a larger memory, where each read is dearer. Smaller readers, each with its own opponent, lose as well, but by less (below 32 neurons we did not look):

# %%
for arm in ("fewer neurons", "64 neurons", "32 neurons"):
    reader = spiking_reader(record, arm, "stopped", bits=8)
    other = opponent(reader, ordinary_readers(record, 8).values())
    times = reader.bill().total / other.bill().total
    print(f"{reader.neurons:3} against {other.neurons}: {times:.1f} times")

# %% [markdown]
# ### The opponent's chip
#
# That chip skips zeros, as a spiking chip skips silence, and most pixels are black. A *regular* chip skips nothing: it multiplies every number. In return it can work on several images at once, which share each read of a weight; spikes come one by one.
#
# > **Before you run:** our cheapest reader against its ordinary opponent on a regular chip: who needs less, if that works on one image at a time? And on two?

# %%
for batch in (1, 2, 4):
    other = rival.bill(dense=True, batch=batch)
    times = best.bill().total / other.total
    print(f"{batch} at a time: spiking takes {times:.2f} times")

# %% [markdown]
# On one: the spiking reader. On two at a time the lead is gone, and on four it loses. So the opponent's chip decides.

# %% tags=["check"]
assert all(other.mean("held_out") >= reader.mean("held_out") for reader, other in pairs.values())
assert best.per_synapse("additions") < rival.per_synapse("macs")
assert best.per_image("parameters") > 1.2 * rival.per_image("parameters")
assert price_of_a_read(best) > 1.2 * price_of_a_read(rival)
for reader, other in pairs.values():
    assert other.bill().total < reader.bill().total
lost_by = []
for arm in ("fewer neurons", "64 neurons", "32 neurons"):
    reader = spiking_reader(record, arm, "stopped", 8)
    other = opponent(reader, ordinary_readers(record, 8).values())
    lost_by.append(reader.bill().total / other.bill().total)
assert lost_by[0] > lost_by[1] > lost_by[2] > 1
by_batch = [best.bill().total / rival.bill(dense=True, batch=batch).total for batch in (1, 2, 4)]
assert by_batch[0] < 0.8
assert by_batch[1] > 0.95
assert by_batch[2] > 1.3

# %% [markdown]
# ### How sure is that?
#
# The prices are uncertain, and so is who reads as well as whom. So draw both: each price by chance between its lowest and its highest value of the two tables (for what lies outside the chip, of a wider range), and three seeds with replacement from the three that there are.
#
# The opponent's chip skips zeros; or it skips nothing; or it skips nothing and works on four images at once.
#
# > **Before you run:** which of our seven readers need more than their opponents on all three chips?

# %% alt="Ratio of energies, spiking over ordinary, on a logarithmic axis, one row for each of the seven readers, with the range that holds 95 percent of 500 draws. Against a chip that skips zeros, in blue, all rows lie right of 1. Against one that skips nothing, in green, the first four rows lie right of 1, and the last three left of it. Against one that skips nothing and works on four images at once, in vermilion, all rows lie right of 1, the last ones just."
chips = {
    "skips zeros": ratios(record, generator),
    "skips nothing": ratios(record, generator, dense=True),
    "… and 4 at once": ratios(record, generator, dense=True, batch=4),
}
axis = panels(height=3.6)
for chip, color in zip(chips, (BLUE, GREEN, VERMILION), strict=True):
    mark_ratios(axis, chips[chip], color=color, label=chip)
axis.invert_yaxis()
title = "Seven readers against three chips"
decorate(axis, title=title)

# %% [markdown]
# The first four, which take all their steps, lose to all chips. The last three, which stop, mostly win against a regular chip that works on one image at a time (in 9 of 10 draws or more), and always lose if it skips zeros. With four at a time the ordinary network wins against all seven, in 9 of 10 draws or more. (A dot is the median, a bar holds 95 of 100 draws. In each draw the opponent is chosen anew.)

# %% tags=["check"]
for drawn in chips["skips zeros"].values():
    assert (drawn > 1).double().mean() > 0.95
for name, drawn in chips["skips nothing"].items():
    share = (drawn < 1).double().mean()
    assert share > 0.9 if name in list(pairs)[4:] else share < 0.05
for drawn in chips["… and 4 at once"].values():
    assert (drawn > 1).double().mean() > 0.9

# %% [markdown]
# ## 6 · Where does it turn?
#
# Look at one layer of $N$ inputs and $M$ neurons, and at what one input costs. Let $s = M\,(\text{add} + \text{read}) + \text{message}$ be the price of a spike, $v = s + M \cdot \text{multiply}$ that of a number, and $q$ that of an update.
#
# With $T$ steps, $r$ spikes per input and image, and a share $a$ of numbers that are not 0, both cost the same where
#
# $$r\,s + \frac{T\,M}{N}\,q = a\,v \qquad\Longrightarrow\;\; r^* = \frac{a\,v - T\,q\,M/N}{s} .$$

# %% [markdown]
# `meeting_rate` is this formula. With 8 bits and a large memory reading dominates, and $v$ is hardly larger than $s$:

# %% alt="Meeting rate against the number of steps, 1 to 25, for 8 bits and layers of 256. The upper line, a dense opponent, falls from 1.04 to 0.76; the lower one, a fifth not 0, falls from 0.2 to 0 at 18 steps."
axis = panels(height=3)
steps = range(1, 26)
for density, color in ((1.0, BLUE), (0.2, VERMILION)):
    rates = [meeting_rate(256, 256, T, bits=8, density=density) for T in steps]
    label = f"{density:.0%} of its numbers not 0"
    axis.plot(steps, rates, color=color, label=label)
decorate(
    axis,
    x="steps T",
    y="spikes per input and image",
    title="A spike must replace a number",
    ylim=(0, 1.3),
)

# %% [markdown]
# A rule of thumb: **a spiking layer should get fewer spikes than the ordinary one gets numbers that are not 0**, and how many fewer, its steps decide.
#
# Such a crossing is often quoted as a number, such as 6 % per step. It is no property of spikes: **it says what the opponent was** (two published ones are in *Deeper*).

# %% [markdown]
# ### What no count shows
#
# | not counted | who gains by it |
# |---|---|
# | power that a chip draws while it waits | who finishes early, and can be switched off |
# | the camera: every pixel is read, or only what changes | spikes, if the world stands still |
# | many images at once, which share each read of a weight | ordinary networks in a data centre |
# | finding out what is 0, and where its weights are | who has a regular plan of work |
# | weights that lie in the synapse, not in a memory | whoever has such hardware, and both could |

# %% [markdown]
# And where nothing happens? Our last reader, in a step without a single spike:

# %% tags=["no-slide"]
waiting = nn.Sequential(
    nn.Linear(784, 128),
    LIF(),
    nn.Linear(128, 10),
    LIF(),
)
work = count_operations(waiting, torch.zeros(1, 1, 784))
bill = energy(work, bits=8)
print(f"one silent step: {bill.total / 1000:.1f} nJ")
print(f"one image of its opponent: {rival.bill().total / 1000:.1f} nJ")

# %% [markdown]
# Some ten silent steps cost as much as the opponent's whole image. So waiting is cheap only if silent steps are skipped as well, as by chips that update a neuron when a spike comes.
#
# On digits that stand still our reader wins only against a chip that skips nothing and works on one image at a time.

# %% tags=["check"]
assert 8 < rival.bill().total / bill.total < 13

# %% [markdown]
# ## Recap
#
# A spiking network needs less **if, in few steps, it gets fewer spikes over all synapses than an ordinary one of the same accuracy gets numbers that are not 0**.
#
# You
#
# - priced a spike at 5.9 pJ, a number at 9.6 and a silent step at 14.6;
# - counted with a meter, and by a loop over every synapse;
# - made a spiking reader cheaper, most of all by less time;
# - gave it a fair opponent, which won unless its chip skips nothing and works on one image;
# - found the spikes per input at which it turns.
#
# | meaning | in the core |
# |---|---|
# | what a network does | `count_operations(network, inputs)` |
# | what it costs, by kind | `energy(counts, table, bits=…)` |
# | prices that you can change | `EnergyTable`, `HOROWITZ`, `JOUPPI` |
# | $r^*$: spikes per input and image at which both meet | `meeting_rate` |
# | a network of few bits | `quantise` |

# %% [markdown]
# ## Exercises
#
# Each check says how far you are, and helps more each time.

# %% [markdown]
# ### 1 · By hand
#
# A layer of 100 inputs and 50 LIF neurons runs for 10 steps. In all, 30 spikes come in. With the prices of section 1 (5.9, 14.6 and 5.2 pJ), what does it cost in pJ?

# %% tags=["exercise"]
picojoules = None

check("21.1", picojoules)

# %% [markdown]
# ### 2 · Write the meter
#
# Count the additions of a linear layer: for `spikes` `[T, B, N]` and a number of `neurons`, return how many additions one image needs on average.


# %% tags=["exercise"]
def additions_per_image(spikes, neurons):
    return None  # your code here


check("21.2", additions_per_image)

# %% [markdown]
# ### 3 · Where it turns, with a batch
#
# A data centre reads each weight once for a batch of $B$ images. The ordinary layer shares the read; the spiking one, whose spikes come one by one, does not. Return the meeting rate without states and messages, for prices `add`, `multiply` and `read`, all numbers not 0.


# %% tags=["exercise"]
def meeting_rate_of_batch(add, multiply, read, batch):
    return None  # your code here


check("21.3", meeting_rate_of_batch)

# %% [markdown]
# ### 4 · Open
#
# Meter a network of your own, such as that of page 07 or page 16. Which layer costs most, and what is the cheapest change that helps?

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# Each spike meets 50 synapses and is one message: $30 \cdot (50 \cdot 5.9 + 5.2) = 9{,}006$. 50 neurons live through 10 steps: $500 \cdot 14.6 = 7{,}300$.
#
# ```python
# picojoules = 30 * (50 * 5.9 + 5.2) + 50 * 10 * 14.6
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def additions_per_image(spikes, neurons):
#     return spikes.sum().item() * neurons / spikes.shape[1]
# ```
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# ```python
# def meeting_rate_of_batch(add, multiply, read, batch):
#     return (add + multiply + read / batch) / (add + read)
# ```
#
# With $B = 1$ it is above 1, with a large $B$ it falls to $(\text{add} + \text{multiply})/(\text{add} + \text{read})$.
#
# </details>

# %% [markdown]
# ## References
#
# - M. Horowitz, *Computing's energy problem (and what we can do about it)*, ISSCC 2014.
# - N. P. Jouppi et al., *Ten lessons from three generations shaped Google's TPUv4i*, ISCA 2021.
# - M. Davies et al., *Loihi*, IEEE Micro 38(1), 2018.
# - E. Lemaire et al., *An analytical estimation of spiking neural networks energy efficiency*, ICONIP 2022: `energy`, but for addresses and control.
# - Z. Yan, Z. Bai, W.-F. Wong, *Reconsidering the energy efficiency of spiking neural networks inference from analytical perspectives*, arXiv 2409.08290, 2024.
# - B. Jacob et al., *Quantization and training of neural networks for efficient integer-arithmetic-only inference*, CVPR 2018: `quantise`.
#
# **Next:** [22 · Memory and delays](22_memory_and_delays.ipynb) asks how a network uses time. Back to [20 · From an ordinary network to a spiking one](20_from_ordinary_to_spiking.ipynb), to [17 · Event cameras](17_event_cameras.ipynb), the case that spikes are made for, or to [00 · Why spikes?](00_why_spikes.ipynb), where the bill began.

# %% [markdown]
# ## Deeper
#
# Optional: what the sections above only claim.

# %% [markdown]
# ### What other meters count
#
# | | counted | priced |
# |---|---|---|
# | NeuroBench (Yik et al., Nature Communications 16, 2025) | synaptic operations, dense and effective (zero weights are left out, too); updates of membranes | not |
# | `estimate_energy` of snnTorch | events at synapses and at neurons | two numbers for a device; 8.6 nJ for each on its built-in CPU |
# | `estimate_compute_energy` of SpikingJelly | additions and multiply-accumulates | Horowitz; no memory |
# | `estimate_lemaire_energy` of SpikingJelly | those, addresses, bytes of weights and states | memory by its size |
# | *Honest energy accounting* of spyx | the same, from a mean rate | weights outside of the chip, states inside |
# | `count_operations`, `energy` | the same, sums and biases, values sent; exactly | a table with ranges; memory by its size |
#
# Their prices differ, and so would their verdicts. All of them, ours too, price an imagined chip: what a real one draws has to be measured.

# %% [markdown]
# ### Two published crossings
#
# Per step they are 5.7 % at $T = 5$ (Yan et al. 2024, version 4), and 5.99 % on average over $T = 5, …, 10$ (spyx, a library for JAX). Times $T$ they are spikes per image: 0.29, and 0.37 to 0.5. Those of spyx follow from bits alone. Its opponent has numbers of $\lceil \log_2(T+1) \rceil$ bits, 3 or 4, enough to count $T$ spikes; the weights of its spiking network have 8, and every number of the opponent counts. Reading is nearly all of the price, so they meet at 3/8 or 4/8 of a spike:

# %%
later = np.arange(5, 11)
spyx = np.ceil(np.log2(later + 1)) / 8
print(f"mean: {(spyx / later).mean():.2%}")

# %% tags=["check"]
assert round(100 * (spyx / later).mean(), 2) == 5.99

# %% [markdown]
# ### The readers of other pages
#
# Those of pages 07, 08 and 16, and an ordinary network of the shape of the last. All read the small MNIST, with numbers of 32 bits. Beside them those of section 4.

# %% alt="Share of test digits read against energy per image on a logarithmic axis. The seven readers of section 4, joined by a line, run from 520 nanojoules and 95 percent to 45,000 and 97. The readers of pages 07 and 08 lie below that line, at 1,700 to 18,000 nanojoules and 92 to 96 percent. That of page 16 lies at its lower end, at 480 nanojoules and 92 percent, and the ordinary network of its shape left of all, at 200 nanojoules and 95 percent."
others = readers_of_pages(recorded("energy_of_pages"))
places = {name: (reader.bill().total / 1000, 100 * reader.mean("test")) for name, reader in (others | spikers).items()}
axis = panels(height=3.4)
path = [places[name] for name in spikers]
axis.plot(*zip(*path, strict=True), ".-", color=GREY, label="section 4")
for name in others:
    color = BLUE if "ordinary" in name else VERMILION
    axis.plot(*places[name], "o", color=color)
    axis.annotate(name, places[name], xytext=(6, -3), textcoords="offset points")
axis.set_xscale("log")
axis.xaxis.set_major_formatter("{x:,g}")
decorate(
    axis,
    x="energy per image (nJ)",
    y="test digits right (%)",
    title="A few shared weights are read from nearby",
)

# %% [markdown]
# Page 16 and its ordinary twin have 1,946 weights, which fit into the smallest memory. There, too, the ordinary one needs less, and reads more.

# %% tags=["check"]
twin_16 = places["ordinary, as 16"]
assert twin_16[0] < 0.5 * places["16"][0]
assert twin_16[1] > places["16"][1] + 2
assert twin_16[0] == min(cost for cost, _ in places.values())
assert others["16"].per_image("parameters") == others["ordinary, as 16"].per_image("parameters") == 1946

# %% [markdown]
# ### Prices of your own
#
# A table is a frozen `dataclass`; `replace` changes entries. Suppose that messages were free, or that each needed ten hops:

# %%
for hops in (0, 1, 10):
    table = replace(HOROWITZ, message=hops * 5.2)
    rate = meeting_rate(256, 256, 5, table, bits=8, density=0.2)
    print(f"{hops:2} hops: they meet at {rate:.3f} spikes per input")

# %% tags=["check"]
rates = [meeting_rate(256, 256, 5, replace(HOROWITZ, message=hops * 5.2), bits=8, density=0.2) for hops in (0, 1, 10)]
assert np.ptp(rates) < 0.01
