# %% [markdown]
# # 01 · Spike encoding
#
# **How does an image become spikes, and what is lost on the way?**
#
# Needs: some Python and PyTorch tensors; what a layer of a network is. · 55 minutes to read, without *Deeper* and exercises; 10 seconds to run. · Introduces `encoding` (`direct`, `rate`, `latency`, `delta`, `population`) and `reconstruction`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/01_spike_encoding.ipynb)

# %% tags=["setup"]
import math
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch

from snn_core import LIF, encoding, reconstruction
from snn_core.datasets import mnist_mini
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import Encoding
from snn_core.teaching.palette import BLUE, GREEN, GREY, VERMILION
from snn_core.teaching.plotting import decorate, film, images, panels, raster, use_style
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(1)

# %% [markdown]
# A handwritten digit is shown for 64 milliseconds. Its 784 pixels cannot send their grey, only **spikes**. A spike is a 1 and nothing else, cheap to send and to add up (page 00). Here they come at random, the brighter the more often: from a white pixel in every fifth millisecond on average (`gain=0.2`), from a black one never.

# %%
digits = mnist_mini()
image = digits.train_images[0]
stream = encoding.rate(image, 64, gain=0.2, generator=generator)
print(list(stream.shape))

# %% [markdown]
# 64 steps of 28 by 28 zeros and ones: a film, and all that the receiver sees.
#
# *So far*, after $T$ steps, is each pixel's count of spikes divided by $0.2\,T$, the mean count of white. *Wrong by* is how far that is from the image: black is right, white is wrong by 1 or more.
#
# > **Look first:** each pixel spikes at random, a white one on average in every fifth step. After how many milliseconds do you recognise the digit? And after how many are its greys right?

# %% alt="Three rows of pictures after 1, 4, 16 and 64 milliseconds. Top: the spikes of that millisecond, white pixels scattered over the strokes of a five. Middle: the greys read so far, a few dots of a five after 1 ms, more after 4, a grainy five after 16, a clear one after 64. Bottom: how far that is from the image: the whole digit after 1 ms, bright grains all over it after 4, greyer ones after 16, dark grey ones after 64."
ms = torch.arange(1, 65).view(64, 1, 1)
so_far = stream.cumsum(0) / ms / 0.2
rows = {
    "spikes now": stream,
    "so far": so_far,
    "wrong by": (so_far - image).abs(),
}
axes = film(rows, at=[1, 4, 16, 64])

# %% [markdown]
# The digit can be guessed after 4 ms and read after 16. Its greys are not right even after 64: grains are left. Until it spikes, a pixel is wrong by its whole grey; a spike in the first step is read as $1/0.2 = 5$.
#
# Where do the grains come from?

# %% [markdown]
# ## You will
#
# - watch an image arrive, spike by spike, in three codes;
# - encode greys by hand, with a coin and with a bucket;
# - take chance away from a rate code, and see which part of its error was chance;
# - shuffle spikes in time, and see which codes bear it.

# %% [markdown]
# ## 1 · Numbers in, spikes out
#
# A camera delivers numbers. A spiking neuron takes and sends spikes: in each step of time one, or none. An **encoding** stands between: it writes each number in zeros and ones, spread over $T$ steps. A step lasts 1 ms. Steps are counted from 0, so "after 8 ms" the steps 0 to 7 are over. Time is the first axis, a batch the second: `[T, B, 28, 28]`, or `[T, 28, 28]` for one image.
#
# The simplest encoding is none: hand the first layer of neurons the numbers themselves, again in every step.

# %%
direct = encoding.direct(image, 25)
print(list(direct.shape))

# %% [markdown]
# This is **direct coding**. The first *neurons* make the spikes. The price: their layer has to multiply, where a spike asks only for an addition. From here on, pixels send spikes.

# %% tags=["check"]
assert torch.equal(direct, torch.stack([image] * 25))
assert set(stream.unique().tolist()) == {0, 1}

# %% [markdown]
# ## 2 · Rate: how often
#
# A neuron that is driven harder sends more spikes. In a **rate code** their number says the value.
#
# In every step each pixel tosses a coin that shows a spike with probability $x$, its grey from 0 (black) to 1 (white). The grey is read back as the share of steps that hold a spike, $n$ of $T$:
#
# $$\hat x = n / T .$$
#
# > **Before you run:** a grey of 0.5 gets 12 steps. How many spikes do you expect, and would you bet on that?

# %%
greys = torch.tensor([0.0, 0.1, 0.25, 0.5, 1.0])
tosses = seed_torch(3)
for x in greys.tolist():
    coins = torch.rand(12, generator=tosses)
    spikes = (coins < x).int()
    n = spikes.sum()
    print(f"{x:.2f}: {n} {spikes.tolist()}")

# %% [markdown]
# Six, but do not bet: exactly six come in 23 % of all trials. Black and white are read back exactly, the greys in between by a few coin tosses.

# %% [markdown]
# `encoding.rate` tosses for all pixels at once. Its `gain` makes all spikes rarer by a factor, 0.2 in the film; from here on it is 1.

# %% tags=["check"]
trials = torch.rand(20_000, 12, generator=generator) < greys[3]
assert abs((trials.sum(1) == 6).float().mean() - 0.23) < 0.01
tossed = torch.rand(12, 5, generator=torch.Generator().manual_seed(3))
by_hand = (tossed < greys).float()
assert torch.equal(encoding.rate(greys, 12, generator=torch.Generator().manual_seed(3)), by_hand)

# %% [markdown]
# ### How long must we count?
#
# The **RMS error** of an image is the root of the mean squared error over all pixels.


# %%
def rms_error(estimate, target):
    return (estimate - target).square().mean().sqrt().item()


# %% [markdown]
# > **Before you run:** you count for 32 ms instead of 8. Is the RMS error a quarter, or more?

# %%
for T in (8, 32, 128):
    spikes = encoding.rate(image, T, generator=generator)
    count = spikes.sum(0)
    error = rms_error(count / T, image)
    print(f"{T:3} ms: error {error:.3f}, {count.sum():.0f} spikes")

# %% [markdown]
# About half: $\hat x = n/T$ is wrong by about $\sqrt{x\,(1 - x)/T}$ (*Deeper*). **Half the error costs four times the time** *and* four times the spikes.
#
# Is that the price of counting?

# %% tags=["check"]
many = encoding.rate(image.expand(50, 28, 28), 128, generator=generator)
formula = [(image * (1 - image) / T).mean().sqrt().item() for T in (8, 32, 128)]
found = [rms_error(many[:T].mean(0), image) for T in (8, 32, 128)]
assert np.allclose(found, formula, rtol=0.05)
assert (many.sum(0)[:, image == 0] == 0).all()
assert (many.mean(0)[:, image == 1] == 1).all()

# %% [markdown]
# ### Without the coin
#
# Count again, but let nothing be random. Each pixel fills a bucket: in every step its grey $x$ flows in. As soon as the bucket holds 1, the pixel spikes, and 1 is taken out. For $x = 0.4$:
#
# | step | before | plus 0.4 | full? | after |
# |---|---|---|---|---|
# | 0 | 0 | 0.4 | no | 0.4 |
# | 1 | 0.4 | 0.8 | no | 0.8 |
# | 2 | 0.8 | 1.2 | **spike** | 0.2 |
# | 3 | 0.2 | 0.6 | no | 0.6 |
# | 4 | 0.6 | 1.0 | **spike** | 0 |
#
# This is an *integrate-and-fire* neuron whose spike subtracts the threshold; page 02 adds a leak.


# %%
def regular(image, steps):
    bucket = torch.zeros_like(image)
    spikes = []
    for _ in range(steps):
        bucket = bucket + image
        full = (bucket >= 1).float()
        bucket = bucket - full
        spikes.append(full)
    return torch.stack(spikes)


# %% [markdown]
# > **Before you run:** ten greys for 30 ms, once with the coin and once with the bucket. What will you see?

# %% alt="Rasters of ten greys over 30 ms, from nearly black at the bottom to nearly white at the top. Left, by coin: spikes in clusters and gaps. Right, by bucket: about as many spikes, at nearly equal distances."
ten = torch.linspace(0.05, 0.95, 10)
coin = encoding.rate(ten, 30, generator=generator)
bucket = regular(ten, 30)

left, right = panels(2, share=True)
axis = raster(coin, left, size=8, color=GREEN)
axis = raster(bucket, right, size=8, color=GREEN)
decorate(
    left,
    title="coin: clusters and gaps",
    y="index of grey (9: brightest)",
)
decorate(right, title="bucket: like clocks", y="")

# %% [markdown]
# From the bucket about as many spikes as from the coin, but at nearly equal distances.
#
# What the bucket sends is a **regular rate code**. It is read by its count, too. Only what is still in the bucket at the end, less than one spike, has not been sent.
#
# > **Before you run:** from $T = 8$ to $T = 128$ the error of the coin falls to a quarter, on average. And that of the bucket?

# %%
for T in (8, 32, 128):
    spikes = regular(image, T)
    count = spikes.sum(0)
    error = rms_error(count / T, image)
    print(f"{T:3} ms: error {error:.4f}, {count.sum():.0f} spikes")

# %% [markdown]
# To a sixteenth: with less than one spike missing, $n/T$ is wrong by less than $1/T$.
#
# **The $1/\sqrt T$ is the price of the coin, not of counting.** Most of the film's grains were chance, too. Random codes are common all the same: they need no memory from one step to the next.

# %% tags=["check"]
short, long = (rms_error(regular(image, T).mean(0), image) for T in (8, 128))
assert 14 < short / long < 18
count = regular(image, 32).sum(0)
assert torch.equal(count, (32 * image.double() + 1e-9).floor().float())
assert (image - count / 32).max() < 1 / 32
assert regular(torch.tensor([0.4]), 5).flatten().tolist() == [0, 0, 1, 0, 1]
films = encoding.rate(image.expand(50, 28, 28), 64, gain=0.2, generator=generator)
without_chance = rms_error(regular(0.2 * image, 64).mean(0) / 0.2, image)
assert 4 < rms_error(films.mean(0) / 0.2, image) / without_chance < 4.6
assert rms_error(so_far[-1], image) > 3.5 * without_chance
integrate_and_fire = LIF(beta=1.0, threshold=1 - 1e-6)  # a neuron of the core spikes above it, not at it
assert torch.equal(integrate_and_fire(encoding.direct(image, 16)), regular(image, 16))

# %% [markdown]
# ## 3 · Latency: when
#
# A **latency code** gives each pixel one spike, and says the value by its *time* since an onset that the receiver knows: the brighter, the earlier.
#
# Why one? People see within 150 ms whether a picture shows an animal, through some ten stages of neurons. That leaves each stage 15 ms, enough for one spike of a neuron, hardly for two (Thorpe et al. 1996, 2001).
#
# The simplest rule spreads the greys evenly over steps 0 to $T - 1$; black never spikes:
#
# $$t(x) = (T - 1)\,(1 - x) \quad \text{for } x > 0 .$$
#
# > **Before you run:** in which of 21 steps, from 0 to 20, does a grey of 0.5 spike? And one of 0.25?

# %%
spikes = encoding.latency(greys, 21, mode="linear")
for x, train in zip(greys, spikes.T, strict=True):
    steps = train.nonzero().flatten()
    print(f"{x:.2f} in step {steps.tolist()}")
print(reconstruction.from_latency(spikes, mode="linear"))

# %% [markdown]
# In step 10, and in step 15.

# %% [markdown]
# The last line of the print is what `from_latency` reads back, exactly, since these times are whole steps. Others are rounded to the nearest step: $\hat x$ is wrong by up to half of $1/(T - 1)$.
#
# A pixel of the digit is known once its spike has come, in one of 20 steps:

# %% alt="Three rows of pictures after 1, 5, 10 and 20 milliseconds. Top, the spikes of that millisecond: at first the white middle of the strokes, then only a few pixels of equal grey. Middle, the image so far: the strokes grow from the middle to the edges, without grains. Bottom, how wrong that is: after 1 ms the edges, ever fewer and darker ones after 5 and 10, nothing after 20."
stream = encoding.latency(image, 20, mode="linear")
value = reconstruction.from_latency(stream, mode="linear")
so_far = value * stream.cumsum(0)
rows = {
    "spikes now": stream,
    "so far": so_far,
    "wrong by": (so_far - image).abs(),
}
axes = film(rows, at=[1, 5, 10, 20])

# %% [markdown]
# The brightest parts stand after 1 ms, the faint edges come last. 166 spikes do it, one for each pixel that is not black; the bucket sends 2,062 meanwhile.
#
# The default of the core (`snn_core`, the library under these pages), `mode="log"`, is the rule of a leaky neuron (*Deeper*).

# %% tags=["check"]
assert spikes.argmax(0).tolist() == [0, 18, 15, 10, 0]
assert spikes.sum(0).tolist() == [0, 1, 1, 1, 1]
assert torch.allclose(reconstruction.from_latency(spikes, mode="linear"), greys)
assert stream.sum() == 166
assert stream.sum() == image.count_nonzero()
assert regular(image, 20).sum() == 2062
assert (value - image).abs().max() <= 0.5 / 19 + 1e-6

# %% [markdown]
# ## 4 · Delta: what has changed
#
# A **delta code** sends only changes. The sender remembers what the receiver knows, at first 0. When the grey is a threshold $\theta$ or more above that, it sends a spike, and both add $\theta$.
#
# Let the digit move one pixel to the right every 4 ms. Follow one pixel, over which a stroke passes.


# %% tags=["slide-code"]
def hear_rises(signal, threshold):
    known = 0.0
    course = []
    for grey in signal:
        if grey - known >= threshold:
            known += threshold
        course.append(known)
    return course


# %% [markdown]
# > **Before you run:** a bright stroke passes, then the pixel is dark again; $\theta = 0.25$. What does the receiver believe at the end?

# %% alt="The grey of one pixel over 32 ms: dark, then up to 1 as the stroke passes, then dark. What the receiver knows climbs to 0.75 in steps of a quarter, and stays there."
frames = []
for step in range(32):
    frames.append(image.roll(step // 4 - 4, 1))
movie = torch.stack(frames)
pixel = movie[:, 10, 13]
heard = hear_rises(pixel, 0.25)

axis = panels()
axis.plot(pixel, color=GREY, drawstyle="steps-post", label="pixel")
axis.plot(heard, color=BLUE, drawstyle="steps-post", label="receiver")
decorate(axis, title="The receiver never forgets", x="time (ms)", y="grey")

# %% [markdown]
# That it is still bright. It stands at 0.75, since the pixel is just below 1: less than $\theta$ is not sent.

# %% [markdown]
# So there have to be two kinds of spikes, ON and OFF. Each pixel of an event camera does this, with the logarithm of the light (page 17). `encoding.delta` returns them as two channels, `[T, B, 2, 28, 28]`; our film is a batch of one.

# %%
events = encoding.delta(movie.unsqueeze(1), threshold=0.25)
on = events[:, 0, 0]
off = events[:, 0, 1]
print(list(events.shape))

# %% [markdown]
# ON, white, adds $\theta = 0.25$ to what is known; OFF, black, takes it away; grey is silence.
#
# > **Look first:** in step 4 the digit jumps to the right; the step is over *after 5 ms*. For how many steps do spikes come?

# %% alt="Three rows of pictures after 1, 4, 5, 6, 7 and 8 milliseconds. In the fifth the digit jumps to the right. Its spikes: after 1 ms ON everywhere in the digit, after 4 a single one, after 5 and 6 white for ON in front of the strokes and black for OFF behind them, after 7 four, after 8 none. What is known: a faint digit after 1 ms, the whole one after 4, a blurred one after 5 and 6, the whole one again after 7. How wrong that is: much after 1 ms, little after 4, more at the edges of the strokes after 5, little from 6 on."
known = reconstruction.from_delta(events, threshold=0.25)[:, 0]
rows = {
    "spikes now": (1 + on - off) / 2,
    "known": known,
    "wrong by": (known - movie).abs(),
}
axes = film(rows, at=[1, 4, 5, 6, 7, 8])

# %% [markdown]
# For three steps: each spike is worth a quarter, and only a grey of exactly 1 needs a fourth. They are fewer: at first the whole digit is news, 328 spikes; after the jump only its edges are, 98.
#
# Then all is at rest, still wrong by up to $\theta$: less than a threshold is not sent.

# %% tags=["check"]
assert 0.99 < pixel.max() < 1
assert pixel[28:].max() < 0.01
assert heard[-1] == 0.75
assert known[-1, 10, 13] == 0.25
assert (known[:, 10, 13] - pixel)[[22, 23]].abs().max() < 0.25
at_rest = (known - movie)[3::4].abs()
assert at_rest.max() < 0.25 + 0.01
behind = (known - movie)[[4, 5, 6, 7]].square().mean((1, 2)).sqrt()
assert behind[0] > behind[1] > behind[2] >= behind[3]
assert events[3].sum() == (image == 1).sum() == 1
assert image.max() == 1
assert [events[:4].sum(), events[4:8].sum(), events[7].sum()] == [328, 98, 0]

# %% [markdown]
# ## 5 · Which code is done first?
#
# All four codes on the same values. Delta starts from black, and each of its spikes is worth $\theta = 1/T$: white takes all $T$ steps.


# %%
def encode(values, T):
    shown = encoding.direct(values, T).unsqueeze(1)  # a batch of one
    changes = encoding.delta(shown, threshold=1 / T)
    return {
        "random rate": encoding.rate(values, T, generator=generator),
        "regular rate": regular(values, T),
        "latency": encoding.latency(values, T, mode="linear"),
        "delta": changes[:, 0, 0],  # its ON spikes
    }


# %% [markdown]
# > **Look first:** the ten greys again. Whose last spike comes first for a dark grey, and whose for a bright one?

# %% alt="Rasters of ten greys over 30 ms in four codes. Random rate: scattered spikes, the more the brighter. Regular rate: as many, at nearly equal distances. Latency: one spike for each grey, on a diagonal, the brightest first. Delta: as many spikes as the regular rate, all in one go from the first step on."
coded = encode(ten, 30)
axes = panels(4, share=True, width=10)
for axis, code in zip(axes, coded, strict=True):
    raster(coded[code], axis, size=6, color=GREEN)
    decorate(axis, title=code, y="")
decorate(axes[0], y="index of grey (9: brightest)")

# %% [markdown]
# Delta's for the dark ones, latency's for the bright ones, which come first. Delta sends as many spikes as the bucket, but in one go, and a dark grey needs few.

# %% tags=["check"]
last = {code: 29 - spikes.flip(0).argmax(0) for code, spikes in coded.items()}
assert min(last, key=lambda code: last[code][0]) == "delta"
assert min(last, key=lambda code: last[code][-1]) == "latency"
assert torch.equal(coded["delta"].sum(0), coded["regular rate"].sum(0))
left_after = [rms_error(many[:T].mean(0), image) for T in (25, 100)]
assert np.allclose(left_after, [0.03, 0.015], rtol=0.1)

# %% [markdown]
# All four codes, with other digits and other $T$:

# %%
Encoding().sliders()

# %% [markdown]
# **Try this**
#
# 1. *Random rate*, $T = 100$: which error is left after 25 ms, and which after 100?
# 2. *Latency*: how many spikes come in all, for a short $T$ and for a long one?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. About 0.03 and 0.015, half of that: four times the time for half the error.
# 2. For the digit 5 it is 166 in both cases, one for each pixel that is not black.
#
# </details>

# %% [markdown]
# ## 6 · Does time say anything?
#
# Give the spikes of each pixel other times, drawn at random.


# %%
def shuffled(spikes):
    lots = torch.rand(spikes.shape, generator=generator)
    order = lots.argsort(0)  # a random order of the steps, for each pixel
    return spikes.gather(0, order)


# %% [markdown]
# > **Before you run:** which codes can still be read when their spikes are shuffled?


# %%
def read(code, spikes):
    if code == "latency":
        return reconstruction.from_latency(spikes, mode="linear")
    return spikes.mean(0)


# %%
sent = encode(image, 32)
for code, spikes in sent.items():
    before = rms_error(read(code, spikes), image)
    after = rms_error(read(code, shuffled(spikes)), image)
    print(f"{code:12} {before:.4f}, shuffled {after:.4f}")

# %% [markdown]
# All but latency, which is read by time. Shuffling changes *nothing* for what is read by its count, $n/T$.

# %% tags=["check"]
assert torch.equal(sent["delta"].sum(0), sent["regular rate"].sum(0))
for code in ("random rate", "regular rate", "delta"):
    assert torch.equal(read(code, shuffled(sent[code])), read(code, sent[code]))
assert rms_error(read("latency", shuffled(sent["latency"])), image) > 0.15

# %% [markdown]
# ### Error against time
#
# Now 100 digits and seven durations. That takes longer than a page may, so it is recorded. (Delta is left out: on stills it reads as *regular*.)

# %%
record = recorded("spike_codes")  # a result that is saved in the library
steps = record.settings["steps"]
errors = record.results["error"]
counts = record.results["spikes"]
print(record)

# %% [markdown]
# > **Look first:** whose error falls slowest? And what does latency save?

# %% alt="Two log-log plots against the number of steps, 4 to 256. Left, the error: random rate falls by half for four times the steps; regular rate and latency fall by three quarters, in parallel, latency at half the height. Right, the spikes per image: both counts grow in proportion to the steps, up to 24,000, latency stays at 140."
styles = {"random": "o-", "regular": "s-", "latency": "D-"}
left, right = panels(2)
for code, style in styles.items():
    left.loglog(steps, errors[code], style, label=code)
    right.loglog(steps, counts[code], style)
for axis in (left, right):
    axis.set_xticks(steps, steps)
    axis.minorticks_off()
decorate(left, title="How wrong?", x="steps T", y="RMS error")
decorate(right, title="How many spikes?", x="steps T", y="spikes per image")

# %% [markdown]
# That of the *random* rate, as $1/\sqrt T$. *Regular* and *latency* fall as $1/T$: a count without a coin is as fast as timing. (At $T = 4$ what is left in the bucket still weighs more than the coin. *Latency* rounds where *regular* cuts off, so it errs half as much.)
#
# Latency saves spikes: 140 per image, however fine. A count needs 2,929 at $T = 32$, and twice as many for half the error. But shuffled spikes break latency (lost and late ones: *Deeper*). So none of the codes is best in all.

# %% tags=["check"]
slopes = {code: np.polyfit(np.log(steps), np.log(row), 1)[0] for code, row in errors.items()}
assert abs(slopes["random"] + 0.5) < 0.02
assert abs(slopes["regular"] + 1) < 0.1
assert abs(slopes["latency"] + 1) < 0.02
at = steps.index(32)
assert errors["regular"][0] > errors["random"][0]
assert errors["regular"][1] < errors["random"][1]
assert steps[0] == 4
assert errors["delta"] == errors["regular"]
assert 1.7 < np.mean(np.divide(errors["regular"], errors["latency"])) < 2.5
assert min(record.results["shuffled"]["latency"]) > 0.2
assert {round(count) for count in counts["latency"]} == {140}
assert round(counts["regular"][at]) == 2929
assert 1.9 < counts["regular"][at + 1] / counts["regular"][at] < 2.1
assert 1.9 < errors["regular"][at] / errors["regular"][at + 1] < 2.3

# %% [markdown]
# ## Recap
#
# You
#
# - watched a digit arrive in three codes, and read it back;
# - encoded greys by hand, with a coin and with a bucket;
# - took the coin away: a random count is wrong by about $1/\sqrt T$, a regular one by less than $1/T$;
# - shuffled the spikes of a still: a count bears it, a latency does not.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $T$ | number of steps | `steps` |
# | $x$ | grey, from 0 to 1 | `intensity` |
# | $n$ | number of spikes | `spikes.sum(0)` |
# | $\hat x$ | grey read back | `reconstruction.from_rate`, … |
# | $\theta$ | change that is worth a spike | `threshold` of `delta` |
#
# A code that reads back well need not be good to *learn* from (page 08).

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · A third of the error
#
# A random rate code has some error after $T = 25$ steps. After how many steps is it a third of that?

# %% tags=["exercise"]
steps_needed = None

check("01.1", steps_needed)

# %% [markdown]
# ### 2 · Rises and falls
#
# In section 4 the sender of `hear_rises` knows no OFF. Write the sender of both kinds of spikes, for the greys of one pixel. It returns a list with one number for each step: 1 for ON, $-1$ for OFF, 0 for no spike.


# %% tags=["exercise"]
def send_changes(signal, threshold):
    return None  # your code here


check("01.2", send_changes)

# %% [markdown]
# ### 3 · A fifth code
#
# In a *phase code* (Kim et al. 2018) the spike in step $t = 0, 1, 2, \dots$ is worth $2^{-(t+1)}$. So the spikes of a value are its first $T$ binary digits; later ones are cut off, not rounded. Write the encoder for one value $x$ from 0 to 1; 1 gets all ones. It returns a list of $T$ zeros and ones.


# %% tags=["exercise"]
def phase_code(x, steps):
    return None  # your code here


check("01.3", phase_code)

# %% [markdown]
# ### 4 · Open: what a phase code pays
#
# Encode every pixel of the image with your phase code (1 gets all ones) for $T = 4$, 8 and 16, read it back, and compare the error with that of the random rate. The phase code's error falls as $2^{-T}$. Why do so few networks use this code? At $T = 8$, lose one spike in ten at random, and read the image back. Do the same with the random rate, and divide its counts by 0.9.

# %%
# your code here

# %% [markdown] tags=["solution"]
# ### Solutions

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# The error is proportional to $1/\sqrt T$, so a third of it needs $3^2 = 9$ times the steps.
#
# ```python
# steps_needed = 225
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 2</summary>
#
# ```python
# def send_changes(signal, threshold):
#     known = 0
#     spikes = []
#     for grey in signal:
#         spike = 0
#         if grey - known >= threshold:
#             spike = 1
#         if known - grey >= threshold:
#             spike = -1
#         known += spike * threshold
#         spikes.append(spike)
#     return spikes
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 3</summary>
#
# Send a spike whenever the rest is at least as large as what the spike is worth.
#
# ```python
# def phase_code(x, steps):
#     spikes = []
#     for step in range(steps):
#         worth = 0.5 ** (step + 1)
#         spikes.append(int(x >= worth))
#         x -= worth * spikes[-1]
#     return spikes
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 4</summary>
#
# The losses take all of the phase code's advantage: its error goes from 0.001 to about 0.07, that of the random rate from 0.05 to about 0.07. Every spike of a rate code is worth the same, $1/T$; the first spike of a phase code is worth half of the range. And the receiver must know in which step the code began.
#
# ```python
# grey = image.flatten()
# phase = torch.tensor([phase_code(x, 8) for x in grey.tolist()]).T.float()
# worth = 0.5 ** torch.arange(1.0, 9.0)
# rate = encoding.rate(grey, 8, generator=generator)
# kept = torch.rand(rate.shape, generator=generator) > 0.1
#
# lost = {
#     "phase": [rms_error(worth @ spikes, grey) for spikes in (phase, phase * kept)],
#     "rate": [rms_error(spikes.mean(0), grey) for spikes in (rate, rate * kept / 0.9)],
# }
# print(lost)
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023, section III.
# - N. Rathi, K. Roy, *DIET-SNN*, IEEE TNNLS 34(6), 2023: direct coding.
# - S. Thorpe, D. Fize, C. Marlot, *Speed of processing in the human visual system*, Nature 381, 1996.
# - S. Thorpe, A. Delorme, R. Van Rullen, *Spike-based strategies for rapid processing*, Neural Networks 14, 2001.
# - P. Lichtsteiner, C. Posch, T. Delbruck, IEEE JSSC 43(2), 2008: the event camera.
# - J. Kim, H. Kim, S. Huh, J. Lee, K. Choi, *Deep neural networks with weighted spikes*, Neurocomputing 311, 2018.
# - S. M. Bohte, J. N. Kok, H. La Poutré, *Error-backpropagation in temporally encoded networks of spiking neurons*, Neurocomputing 48, 2002: the same fields, read by latency.
#
# **Next:** [02 · The LIF neuron](02_lif_neuron.ipynb): what does one neuron do with these spikes?

# %% [markdown]
# ## Deeper
#
# Two more encoders of the core, the noise of a random count, two more readings of a bucket, lost and late spikes.

# %% [markdown]
# ### The latency of a neuron
#
# Let a neuron (page 02) be driven by $x$. Its *membrane*, a level that leaks, charges as $x\,(1 - e^{-t/\tau})$ with a *time constant* $\tau$. It spikes when that reaches a *threshold* $\theta$:
#
# $$t(x) = \tau \ln\frac{x}{x - \theta} \quad (x > \theta),$$
#
# and never if $x \le \theta$. This is `mode="log"`, the default, with $\tau = 10$ ms and $\theta = 0.2$.

# %%
times = encoding.charging_time(greys, tau=10.0, threshold=0.2)
log_spikes = encoding.latency(greys, 20)
print("ms:  ", times)
print("step:", log_spikes.argmax(0))
print("read:", reconstruction.from_latency(log_spikes))

# %% [markdown]
# Three things are lost here. What is darker than $\theta$ is gone. A time is rounded to a whole step. And a spike that would come after the last step never arrives. Reading back means to solve for $x$, $\hat x = \theta / (1 - e^{-t/\tau})$, at the *rounded* time. For $x = 1$ the time is 2.23 ms, the step is 2, and the formula gives 1.10. `from_latency` knows that no grey is above 1 and returns 1: it *clamps*.

# %% alt="Spike time against the grey for both rules. Linear: a falling line from 19 to 0 ms. Log: nothing up to 0.2, then a steep fall from 19 ms at 0.23, flat towards 2 ms at 1."
shades = torch.linspace(0, 1, 400)
axis = panels()
for mode, colour in (("log", VERMILION), ("linear", BLUE)):
    code = encoding.latency(shades, 20, mode=mode)
    spiking = code.sum(0) > 0
    axis.plot(shades[spiking], code.argmax(0)[spiking], ".", color=colour, label=mode)
decorate(axis, title="The log rule spends most steps just above the threshold", x="grey x", y="step of the spike")

# %% tags=["check"]
expected = 10 * torch.log(greys[2:] / (greys[2:] - 0.2))
assert torch.allclose(times[2:], expected)
assert torch.isinf(times[:2]).all()
assert round(times[-1].item(), 2) == 2.23
assert log_spikes.argmax(0)[2:].tolist() == [16, 5, 2]
assert log_spikes.sum(0)[:2].tolist() == [0, 0]
unclamped = 0.2 / (1 - math.exp(-log_spikes.argmax(0)[-1] / 10))
assert round(unclamped, 2) == 1.10
assert reconstruction.from_latency(log_spikes)[-1] == 1

# %% [markdown]
# ### A population for one number
#
# For a *single* important number, such as an angle, it pays to use many neurons. In a **population code** each neuron has a favourite $c_i$ and spikes most for it, with a Gaussian *receptive field*, $p_i = \exp(-(x - c_i)^2 / 2\sigma^2)$. The width $\sigma$ is one distance between two favourites unless you say otherwise. The receiver takes the mean of the favourites, weighted by spike counts.
#
# > **Before you run:** ten neurons, numbered from 0, share the numbers from 0 to 1. Which spike most for $x = 0.7$?

# %% alt="Left: ten Gaussian receptive fields between 0 and 1. Right: raster of ten neurons for the value 0.7 over 30 ms; neurons 5 to 8 spike most, 4 once."
crowd = encoding.population(torch.tensor([0.7]), 30, generator=generator)
left, right = panels(2)
left.plot(shades, encoding.receptive_fields(shades, 10), color=BLUE)
axis = raster(crowd[:, 0], right, size=7, color=GREEN)
decorate(left, title="Each has a favourite", x="value x", y="spike probability")
decorate(right, title="x = 0.7: mostly neurons 5 to 8")
print(reconstruction.from_population(crowd))

# %% [markdown]
# Neurons 5 to 8, with favourites on both sides of 0.7. Together they say nearly that. A population pays with neurons instead of time.
#
# More neurons mean narrower fields, too:

# %%
values = 0.2 + 0.6 * torch.rand(2000, generator=generator)
crowd_errors = []
for size in (5, 20, 80):
    spikes = encoding.population(values, 5, neurons=size, generator=generator)
    crowd_errors.append(rms_error(reconstruction.from_population(spikes), values))
    print(f"{size:2} neurons: error {crowd_errors[-1]:.3f} after 5 ms")

# %% [markdown]
# Near 0 and 1 the fields are cut off, and the estimate leans towards the middle. So these values lie between 0.2 and 0.8. For a whole image a population is a luxury: ten neurons for each pixel.

# %% tags=["check"]
distance = (0.7 - torch.linspace(0, 1, 10)) * 9
fields = torch.exp(-distance.square() / 2)
assert torch.allclose(fields, encoding.receptive_fields(torch.tensor([0.7]), 10)[0], atol=1e-6)
assert fields.argsort(descending=True)[:4].sort().values.tolist() == [5, 6, 7, 8]
assert abs(reconstruction.from_population(crowd).item() - 0.7) < 0.04
assert crowd_errors == sorted(crowd_errors, reverse=True)

# %% [markdown]
# ### The noise of a random count
#
# $n$ is a sum of $T$ independent coins, each with variance $x(1-x)$. So $n/T$ has the variance $x(1-x)/T$; with a gain $g$, where the coin shows a spike with probability $g\,x$, and $n/(gT)$ is read, it is $x(1 - gx)/(gT)$. White in the film at the start, $x = 1$ and $g = 0.2$, is so still wrong by about 0.25 after 64 ms.

# %% tags=["check"]
white = encoding.rate(torch.ones(20_000), 64, gain=0.2, generator=generator).mean(0) / 0.2
assert abs(white.std() - 0.25) < 0.01
quiet = encoding.rate(image.expand(10, 28, 28), 256, gain=0.5, generator=generator)
for T in (1, 4, 16, 64, 256):
    measured = rms_error(reconstruction.from_rate(quiet[:T], gain=0.5), image)
    variance = (image * (1 - image / 2) * 2).mean() / T
    assert abs(measured / variance.sqrt() - 1) < 0.1

# %% [markdown]
# ### Half full, and by time
#
# A bucket that starts *half full* rounds where an empty one cuts off. And a bucket's spikes can be read *by time*: $c$ spikes after $k$ steps say that $c/k \le x < (c+1)/k$. Each step gives such an interval; the receiver takes the middle of what they have in common. The record at $T = 32$:

# %%
at = steps.index(32)
for code in ("regular", "half full", "latency", "regular by time"):
    mixed = record.results["shuffled"][code][at]
    print(f"{code:15} {errors[code][at]:.4f}, shuffled {mixed:.4f}")

# %% [markdown]
# Half full, the bucket is as good as latency: what it missed was the rounding. Read by time it is better than both here, until its spikes are shuffled. So its times say more than its count. It is the *reading* that uses time, or does not.
#
# (Greys of the record are moved by up to half a level, at random: as they are, they lie on the steps of $T = 256$, and latency would make no error there.)

# %% tags=["check"]
assert np.divide(errors["half full"], errors["latency"]).max() < 1.005  # at every T
timed = "regular by time"
assert slopes[timed] < -1.3
assert errors[timed][at] < min(errors[code][at] for code in errors if code != timed)
assert record.results["shuffled"]["regular"] == errors["regular"]
assert record.results["shuffled"][timed][at] > 5 * errors["regular"][at]

# %% [markdown]
# ### Lost spikes
#
# One spike in ten is lost on its way. The receiver knows, and divides counts by 0.9.
#
# > **Before you run:** which code's error grows most?

# %% alt="The five read back when one spike in ten is lost. Regular rate: the whole five, its white slightly uneven. Latency: black holes in the strokes."
lossy = {}
for code, spikes in sent.items():
    kept = torch.rand(spikes.shape, generator=generator) > 0.1
    share = 1 if code == "latency" else 0.9
    lossy[code] = read(code, spikes * kept) / share
    before = rms_error(read(code, spikes), image)
    after = rms_error(lossy[code], image)
    print(f"{code:12} {before:.4f}, with losses {after:.4f}")
pictures = [lossy["regular rate"], lossy["latency"]]
axes = images(pictures, ["regular rate", "latency"])

# %% [markdown]
# Latency's: its one spike is the whole pixel. In a count, which has many more of them, each spike matters little. (Regular and delta, equal before, differ by which spikes were lost.) But in a film, a lost delta spike is never made good (its pixel stays wrong by $\theta$).

# %% tags=["check"]
disturbed = record.results["disturbed"]
growth = {code: found["lost"] / found["sent"] for code, found in disturbed.items()}
assert max(growth, key=growth.get) == "latency"
counted = max(disturbed[code]["lost"] for code in ("random", "regular", "delta"))
assert disturbed["latency"]["lost"] > 3 * counted
assert abs(disturbed["delta"]["lost"] / disturbed["regular"]["lost"] - 1) < 0.02
assert rms_error(lossy["latency"], image) > 2 * rms_error(lossy["random rate"], image)
for seed in range(3):
    lots = torch.rand(events.shape, generator=torch.Generator().manual_seed(seed))
    heard_of_it = events * (lots > 0.1)
    believed = reconstruction.from_delta(heard_of_it, threshold=0.25)[:, 0]
    assert 1.5 < rms_error(believed[-1], movie[-1]) / rms_error(known[-1], movie[-1]) < 1.9
    heard_of_it[4:] = events[4:]  # nothing more is lost, and what is missing stays missing
    missing = known - reconstruction.from_delta(heard_of_it, threshold=0.25)[:, 0]
    assert missing[3].any()
    assert torch.equal(missing[-1], missing[3])

# %% [markdown]
# ### Late spikes
#
# At $T = 32$, let each spike come 0, 1 or 2 ms late; the receiver takes 1 ms off each latency. Some spikes of a pixel now meet in one step. Are they all counted, or as one?

# %%
for code in ("random", "regular", "latency"):
    found = record.results["disturbed"][code]
    print(f"{code:8} {found['late']:.3f}, as one {found['late, one a step']:.3f}")

# %% [markdown]
# If all are counted, a delay changes nothing for a count. If those that meet count as one (a spike of the core is 0 or 1), the counts lose more than they do when one in ten is lost. Latency has no second spike to meet.

# %% tags=["check"]
for code in ("random", "regular"):
    assert disturbed[code]["late"] == disturbed[code]["sent"]
    assert disturbed[code]["late, one a step"] > disturbed[code]["lost"]
assert disturbed["latency"]["late"] == disturbed["latency"]["late, one a step"]
