# %% [markdown]
# # 00 · Why spikes
#
# **Why would a network want to spike?**
#
# Needs: nothing; a little Python to read the code. · 25 minutes to read, without exercises; 5 seconds to run. · Introduces `LIF` and `encoding`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/00_why_spikes.ipynb)

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import torch
from torch.nn.functional import pad

from snn_core import LIF, encoding
from snn_core.datasets import mnist_mini
from snn_core.energy import HOROWITZ, Energy
from snn_core.teaching.diagrams import energy_bills
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import DrawDigit, Excite
from snn_core.teaching.inputs import constant, pulse
from snn_core.teaching.palette import BLUE, PALE, VERMILION
from snn_core.teaching.plotting import decorate, images, lanes, panels, use_style
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(0)

# %% [markdown]
# `LIF` comes from `snn_core`, the library under the pages; `lanes`, `panels`, `decorate` and `images` only draw.
#
# Here is one neuron. At the top are *spikes* that reach it: short pulses, all alike, that say no more than *now*. In the middle is the one number that it keeps, its *membrane*: like the level of water in a leaky bucket. At the bottom is what it answers.
#
# Each spike lifts the membrane by 0.45, and two thirds of that leak away in 10 milliseconds. If it gets above a *threshold* of 1, dashed, the neuron sends a spike of its own.

# %% tags=["picture"] alt="Three lanes over 100 ms. Top: four equal input spikes, one at 10 ms, three close together near 40 ms. Middle: the membrane, still empty, with a dashed threshold at 1. Bottom: the output, still empty."
arrivals = pulse(100, at=[10, 40, 42, 44], height=0.45)
axes = lanes(arrivals, title="Four spikes reach a neuron")

# %% [markdown]
# > **Before you run:** the spikes come after 10, 40, 42 and 44 milliseconds. When does the neuron answer?

# %% alt="The same lanes, filled. The membrane rises at the first spike and leaks away; the three together lift it over the threshold. One output spike follows."
neuron = LIF(tau_mem=10.0)
spikes, membrane, _ = neuron(arrivals, record=True)

title = "One is forgotten, three together are answered"
axes = lanes(arrivals, membrane, spikes, title=title)

# %% [markdown]
# At 44 ms. The first spike (green) comes alone and is forgotten. The other three come within 4 ms: together they lift the membrane (blue) over the threshold. The neuron sends a spike (orange), and falls back by one threshold.
#
# It leaks, it adds up (*integrates*), and it *fires*. So it is called a *leaky integrate-and-fire* neuron, LIF for short. It is silent most of the time. A spike of it says: *just now, enough came together.*

# %% tags=["check"]
assert spikes.sum() == 1
assert spikes.flatten().argmax() == 44

# %% [markdown]
# ## You will
#
# - excite a neuron by hand, and find out what makes it fire;
# - count what a picture sends in a millisecond, and an event camera of a still one;
# - draw a digit, and watch a spiking network read it;
# - compare what an ordinary and a spiking neuron spend, and say what that proves and what it does not;
# - choose the page to go on with.

# %% [markdown]
# ## 1 · Excite a neuron
#
# Send spikes with the button. One slider sets how much a spike is worth. The other sets a *steady drive* that flows in all the time: the level to which it alone would lift the membrane. This neuron leaks half as fast as the first. Time is slowed down, 50 milliseconds last a second. Press fast, or raise the weight.

# %%
Excite().sliders()

# %% [markdown]
# **Try this**
#
# 1. Without any drive, with spikes worth 0.5: how quickly must you press to make the neuron fire?
# 2. Set the drive to 0.95. Does the neuron fire by itself? What does a single spike of yours do now?
#
# <details><summary>Answers</summary>
#
# 1. Three presses are enough if they are less than a fifth of a second apart (10 ms of the neuron's time). If you are a little slower, it takes four or more. From 0.28 seconds (14 ms) on it never fires: between two presses as much leaks away as a spike brings.
# 2. No: the membrane settles just below the threshold, where as much leaks out as flows in. One spike of yours makes it fire at once. Until then nothing is sent, and nothing has to be carried anywhere.
#
# </details>

# %% tags=["check"]
slow = LIF(tau_mem=20.0)  # the neuron of the figure
assert slow(pulse(60, at=[0, 9, 18], height=0.5)).sum() == 1
assert slow(pulse(60, at=[0, 10, 20], height=0.5)).sum() == 0
assert slow(pulse(60, at=[0, 10, 20, 30], height=0.5)).sum() == 1
assert slow(pulse(600, at=list(range(0, 600, 13)), height=0.5)).sum() > 0
assert slow(pulse(600, at=list(range(0, 600, 14)), height=0.5)).sum() == 0
assert slow(pulse(600, at=list(range(0, 600, 14)), height=0.55)).sum() > 0
assert Excite.pace == 50  # steps of a millisecond in a second
leak = 1 - slow.beta.item()
drive = constant(0.95 * leak, steps=500)
assert slow(drive).sum() == 0
assert slow(drive + pulse(500, at=400, height=0.5)).sum() == 1

# %% [markdown]
# ## 2 · Most places are empty
#
# Let us send a handwritten digit of 784 pixels by spikes. Each pixel has one place for a spike in each of 50 milliseconds, and fills it at random: white one in ten (`gain=0.1`), grey fewer, black none.

# %%
digit = mnist_mini().train_images[0]
sent = encoding.rate(digit, 50, gain=0.1, generator=generator)
total = int(sent.sum())
print(total, "spikes in", sent.numel(), "places")

# %% [markdown]
# > **Before you run:** one place in seventy holds a spike. What can you recognise in a single millisecond?

# %% alt="A handwritten five; the few pixels that spike in one millisecond; the same counted over 50 ms, where the five can be read."
summed = sent.sum(0)
pictures = [digit, sent[0], summed / summed.max()]
titles = ["the picture", "1 ms of spikes", "50 ms of spikes"]
axes = images(pictures, titles, panels(3, width=6.5, height=2.4))
# %% [markdown]
# In one millisecond hardly anything; within 50 the digit is there.
#
# Each neuron of the next layer has a number for each pixel, a **weight**: what a spike from there is worth to it. An ordinary layer *multiplies* every pixel by its weight. A spiking layer only *adds* the weights of the pixels that spiked. In one millisecond, with weights drawn at random, it is the same:

# %%
weights = torch.rand(28, 28, generator=generator)
print(f"multiply 784 times: {(sent[0] * weights).sum():.4f}")
print(f"add a few weights:  {weights[sent[0] == 1].sum():.4f}")

# %% tags=["check"]
assert round(sent.numel() / total) in (70, 71, 72)
assert torch.isclose((sent[0] * weights).sum(), weights[sent[0] == 1].sum())
assert sent[0].sum() < 20

# %% [markdown]
# ## 3 · What does a still picture send?
#
# A camera sends a still picture again and again. A pixel of an *event camera* sends a spike only when its brightness has changed. Here is a film of 45 frames: the digit stands for 15, moves right for 15, stands again.
#
# Black is 0, white is 1, and a change by more than 0.3 is worth a spike.

# %%
scene = pad(digit, (0, 15))
film = []
for frame in range(45):
    moved = min(max(frame - 15, 0), 15)
    film.append(scene.roll(moved, dims=1))
film = torch.stack(film)
change = film.diff(dim=0)

# %% alt="Two pictures of the digit while it moves to the right. Left, what a camera sends: the whole digit. Right, what an event camera sends: white pixels at the front of the strokes, black ones behind them, and grey, nothing, everywhere else."
spikes = change.abs() > 0.3
signs = change[21].sign() * spikes[21]
left, right = panels(2, width=6.5, height=2.5)
title = "a camera: all of frame 22"
axes = images([film[22]], [title], [left])
title = "an event camera: what has changed"
axes = images([signs], [title], [right], low=-1)

# %% [markdown]
# On the right, grey is silence. Only edges send: in front the pixels turn bright (white), behind dark (black). Brighter and darker are sent on two lines, so that a spike still says no more than *now*.
#
# > **Before you run:** for 15 frames the digit stands, for 15 it moves, then it stands again. When is the number of spikes 0, and which share of the pixels sends in between?

# %% alt="Spikes per frame: none while the digit stands, about sixty to seventy in every frame while it moves. An ordinary camera sends 1204 values in each frame."
per_frame = spikes.sum((1, 2))
axis = panels()
every = scene.numel()
axis.axhline(every, color=BLUE, label="camera: every pixel")
axis.plot(range(1, 45), per_frame, color=VERMILION, label="event camera")
axis.axvspan(15, 30, color=PALE, alpha=0.5)
axis.text(22.5, 200, "the digit moves", ha="center")
decorate(axis, x="frame", y="values sent", title="An event camera sends only changes")

# %% [markdown]
# While the digit stands, nothing is sent; while it moves, about one pixel in twenty. (A real event camera also sends some noise, and an address with every spike.) This is the best case for spikes: the *world* decides how much is sent.

# %% tags=["check"]
assert per_frame[:15].sum() == 0
assert (per_frame[15:30] > 0).all()
assert per_frame[30:].sum() == 0
assert 18 < scene.numel() / per_frame.max() < 22

# %% [markdown]
# ## 4 · Read a digit
#
# Draw a digit in the first square. It is shrunk to 196 pixels, and each bright one sends *one* spike, the brighter the earlier. 100 hidden neurons follow, and ten outputs, one for each digit: that which spikes most is the answer. (Draw with mouse, finger or keys; the digit is centred and scaled. Two that spike equally often leave it open.)
#
# Its weights were trained on 60,000 digits (page 07 shows how). Of 10,000 others it reads 97 %. It runs here, in the figure.

# %%
DrawDigit().sliders()

# %% [markdown]
# **Try this**
#
# 1. Press *Pause*, and move the time back. After how many milliseconds is the answer there, and from how many spikes of the pixels?
# 2. Draw a scribble, a letter, or nothing but a dot (it is made larger first). What does the network read?
#
# <details><summary>Answers</summary>
#
# 1. Sooner than at the end. The 2 that is shown at first is read from 8 ms on, from 18 of its 53 spikes. Of the test digits 61 % are read after 5 ms, from 14 spikes on average; 86 % after 10 ms, from 22; 97 % after 25, from 42. The rest of the 196 pixels never send.
# 2. It reads some digit. The network has ten outputs, and none of them says *nothing of the kind*. Put the pixels of test digits in random places, and it still prefers one digit for 76 % of them.
#
# </details>

# %% tags=["check"]
found = recorded("drawn_digits").results
right = [round(100 * share) for share in found["accuracy"]]
pixels = [round(spikes) for spikes in found["arrived"]]
assert (right[4], right[9], right[24]) == (61, 86, 97)
assert (pixels[4], pixels[9], pixels[24]) == (14, 22, 42)
assert round(100 * found["nonsense"]["clear"]) == 76

# %% [markdown]
# ## 5 · What does it cost?
#
# On a chip an addition takes 0.9 picojoules (pJ, $10^{-12}$ J), a multiplication 3.7, an access to a small memory close by 5 (numbers of 32 bits, after Horowitz 2014).

# %%
add = 0.9  # pJ
multiply = 3.7
memory = 5.0  # to read or to write

# %% [markdown]
# What one neuron pays for the digit of 784 pixels, 166 of them not black:
#
# | neuron | reads a weight and adds it | multiplies |
# |---|---|---|
# | *ordinary* | for 784 pixels | each time |
# | *skips black* | for 166 pixels | each time |
# | *at random* (section 2) | for 559 spikes | never |
# | *each once* (as in section 4) | for 166 spikes | never |
#
# The last two also read, multiply (the leak) and write their membrane, a *state*, in each of 50 ms, or of 25.
#
# > **Before you run:** which of the four is cheapest?


# %%
def bill(products, sums, ms):
    """Return what a neuron spends, in pJ, by what it is spent on."""
    return Energy(
        arithmetic=products * multiply + sums * add,
        parameters=sums * memory,  # a weight is read for each sum
        states=ms * (memory + multiply + memory),  # the membrane
        messages=0,  # to carry spikes on: left out
    )


# %% alt="Five level bars, the energy of one neuron for one digit in nanojoules: ordinary 7.5, skips black 1.6, at random for 50 ms 4.0, each once for 50 ms 1.7, each once for 25 ms 1.3. The parts are arithmetic, reading weights, and, of the spiking ones only, 0.7 for keeping the membrane for 50 ms, 0.3 for 25."
not_black = int(digit.count_nonzero())
bills = {
    "ordinary": bill(products=784, sums=784, ms=0),
    "skips black": bill(products=not_black, sums=not_black, ms=0),
    "at random, 50 ms": bill(products=0, sums=total, ms=50),
    "each once, 50 ms": bill(products=0, sums=not_black, ms=50),
    "each once, 25 ms": bill(products=0, sums=not_black, ms=25),
}
axis = energy_bills(
    bills,
    x="energy of a neuron (nJ)",
    title="How long a membrane is kept decides",
)

# %% [markdown]
# *Each once*, but only for 25 ms. Kept for 50 ms, the membrane costs a little more than all the multiplications that are saved, and the ordinary one that skips black is cheaper. At random each pixel that is not black sends more than three spikes, and each reads the weight again.
#
# Cheap additions do **not** prove that a spiking network saves energy. It can, with *few* spikes for each input, a membrane that is kept for a *short* time, memory *beside* the neuron, and hardware that *rests* when nothing comes.

# %% tags=["check"]
table = HOROWITZ
assert [add, multiply] == [table.add_float32, table.multiply_float32]
assert memory == table.sram_8kb / 2  # its price is for 64 bits
ordinary, skips, random, once, soon = (bill.total / 1000 for bill in bills.values())
spent = [round(each, 1) for each in (ordinary, skips, random, once, soon)]
assert spent == [7.5, 1.6, 4.0, 1.7, 1.3]
assert soon == min(ordinary, skips, random, once, soon)
assert [round(bill.states / 1000, 1) for bill in bills.values()] == [0, 0, 0.7, 0.7, 0.3]
assert DrawDigit().data()["steps"] == 25
assert skips < once < 1.1 * skips
assert random > 2 * skips
assert random > 2 * once
assert bills["skips black"].parameters == bills["each once, 50 ms"].parameters
assert (digit.numel(), not_black, total) == (784, 166, 559)
saved = not_black * multiply
assert saved < bills["each once, 50 ms"].states < 1.2 * saved
assert total / not_black > 3

# %% [markdown]
# ## 6 · How do brains and chips do it?
#
# | | estimate | source |
# |---|---|---|
# | energy | about 20 W, a fifth of what the body uses | Balasubramanian 2021 |
# | rate | on average 0.16 spikes per second for each neuron of the cortex; one estimate, from the energy that they have | Lennie 2003 |
# | timing | 150 ms after a picture appears, the brain tells animals from other things | Thorpe et al. 1996 |
#
# > **Before you run:** for how long is an average neuron silent? And how many spikes does a neuron send in 150 ms if it is a busy one, with 20 per second?

# %%
wait = 1 / 0.16
busy = 20 * 0.150
print(f"one spike every {wait:.0f} seconds; {busy:.0f} spikes in 150 ms")

# %% [markdown]
# Six seconds, and three spikes. So a brain is sparse, far more than the digit of section 2. And many stages of neurons share the 150 ms, so a count of one neuron's spikes says little. Most must lie in *which* neurons spike, and how soon.
#
# - **There are** chips that send only spikes (SpiNNaker, TrueNorth, Loihi), event cameras, and three ways to train: gradients, rules of single connections (*synapses*), conversion.
# - **Open:** where does timing win? Is energy saved on real hardware? Can a chip learn at work?
#
# That brains spike does not mean that machines should. What carries over is a principle.

# %% tags=["check"]
assert round(wait) == 6
assert round(busy) == 3

# %% [markdown]
# ## Where to go
#
# | you want to | go to | read before |
# |---|---|---|
# | begin | [01](01_spike_encoding.ipynb) to 04 | |
# | train a network, know PyTorch | 01, [02](02_lif_neuron.ipynb), [04](04_layers_and_readouts.ipynb), then 05 to 08 | |
# | learn without gradients | 01, 02, then [09](09_stdp.ipynb) to 11 | |
# | choose a neuron | [03](03_neuron_models.ipynb) | 02 |
# | go deep, read event cameras | [16](16_convolutional_networks.ipynb), 17 | 01, 02, 04, 05, 07 |
# | convert, learn by membranes, count energy | [20](20_from_ordinary_to_spiking.ipynb), [18](18_membranes_as_signals.ipynb), [21](21_energy.ipynb) | 01, 02, 04, 05, 07 |
# | train the times of spikes | [19](19_spike_time_gradients.ipynb) | 01 to 05, 07, 08 |
# | follow a signal | [23](23_following_a_signal.ipynb) | 01 to 08 |
# | learn while data come in | [12](12_bptt_meets_stdp.ipynb) to 15 | 01 to 07, 09 to 11 |
# | use delays, memory | [22](22_memory_and_delays.ipynb) | 01 to 07, 09, 12, 13 |

# %% [markdown]
# ## Recap
#
# You
#
# - excited a neuron: it adds, leaks, and fires when enough comes together in time;
# - counted that a millisecond of a picture is nearly empty, and a still scene silent to an event camera;
# - drew digits for a small network: few spikes were enough, and it had an answer to anything;
# - drew up a bill: the energy depends on how often an input is sent, how long a membrane is kept, and what memory costs;
# - know which page comes next.
#
# **Why spike? To send rarely, and only what is new.**

# %% [markdown]
# ## Exercises
#
# Replace `None` by your answer and run the cell. It tells you how far you are.

# %% [markdown]
# ### 1 · Enough at once
#
# A spike lifts the membrane by 0.3, and nothing leaks as long as the spikes come at the same moment. How many spikes at once make the neuron fire? (It fires *above* 1.)

# %% tags=["exercise"]
spikes_at_once = None

check("00.1", spikes_at_once)

# %% [markdown]
# ### 2 · How many spikes may a pixel send?
#
# Take the prices of section 5. The fair opponent needs one multiplication, one addition and one fetch for each pixel that is not black. A spiking neuron needs one addition and one fetch for each spike; leave its membrane out. Up to how many spikes per such pixel, on average, does the spiking neuron need less energy? One decimal is enough.

# %% tags=["exercise"]
spikes_per_pixel = None

check("00.2", spikes_per_pixel)

# %% [markdown]
# ### 3 · What an event camera saves
#
# An ordinary camera sends every value of every frame. Let a pixel of an event camera send whenever its value *differs* from that in the frame before. Write a function that takes a film, a PyTorch tensor `[frames, height, width]`, and returns the share that is sent of all values but those of the first frame: a number between 0 and 1.


# %% tags=["exercise"]
def share_sent(film):
    return None  # your code here


check("00.3", share_sent)

# %% [markdown]
# ### 4 · Open
#
# Take one thing that a computer does in your own surroundings, such as a doorbell camera, a hearing aid, or a spam filter. How often does its input change? Where would its energy go? Would you want it to spike? Come back to your answer after page 17.

# %% [markdown] tags=["solution"]
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# Three give 0.9, which is not above 1. Four give 1.2.
#
# ```python
# spikes_at_once = 4
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# The fair opponent needs $3.7 + 0.9 + 5 = 9.6$ pJ per pixel, the spiking neuron $0.9 + 5 = 5.9$ pJ per spike. So a pixel may send 1.6 spikes. In section 5 it sent 3.4.
#
# ```python
# spikes_per_pixel = (3.7 + 0.9 + 5) / (0.9 + 5)
# ```
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# ```python
# def share_sent(film):
#     return (film[1:] != film[:-1]).float().mean().item()
# ```
#
# </details>
#
# <details><summary>Answer 4</summary>
#
# There is no single right answer. Good ones name how many inputs change in a second, where the weights are kept, and what the device does while nothing happens. A doorbell camera in front of a quiet street is a good case: hardly anything changes. A spam filter is not: each mail is new, and time plays no part in it.
#
# </details>

# %% [markdown]
# ## References
#
# - M. Horowitz, *Computing's energy problem*, ISSCC 2014.
# - P. Lennie, *The cost of cortical computation*, Current Biology 13(6), 2003.
# - V. Balasubramanian, *Brain power*, PNAS 118(32), 2021.
# - S. Thorpe, D. Fize, C. Marlot, *Speed of processing in the human visual system*, Nature 381, 1996.
# - P. Lichtsteiner, C. Posch, T. Delbruck, IEEE JSSC 43(2), 2008: the event camera.
# - S. B. Furber et al., Proc. IEEE 102(5), 2014 (SpiNNaker); P. A. Merolla et al., Science 345, 2014 (TrueNorth); M. Davies et al., IEEE Micro 38(1), 2018 (Loihi).
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proc. IEEE 111(9), 2023, section I.
#
# **Next:** [01 · Spike encoding](01_spike_encoding.ipynb), or the table above. To train a reader of digits: [07](07_first_trained_network.ipynb), after pages 01, 02, 04 and 05.
