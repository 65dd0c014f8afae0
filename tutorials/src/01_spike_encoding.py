# %% [markdown]
# # 01 · Spike encoding
#
# **How does an image become spikes, and what is lost on the way?**
#
# Needs: some Python and PyTorch tensors; nothing about neurons. · 25 minutes to read, 20 seconds to run. · Introduces `encoding` (`direct`, `rate`, `latency`, `delta`, `population`) and `reconstruction`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/01_spike_encoding.ipynb)

# %% [markdown]
# ## You will
#
# - turn values into spikes by hand, code by code, and assert that `snn_core` agrees wherever chance has no say;
# - read the image back out of the spikes, so that you *see* what each code loses;
# - measure that the noise of a rate code shrinks as $1/\sqrt{T}$, and why that is expensive;
# - put all spike codes into one figure: error against spikes, and error against time.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import matplotlib.pyplot as plt
import numpy as np
import torch

from snn_core import encoding, reconstruction
from snn_core.datasets import mnist_mini
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import Encoding
from snn_core.teaching.palette import BLUE
from snn_core.teaching.plotting import images, raster, use_style
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(1)

# %% [markdown]
# ## 1 · Numbers in, spikes out
#
# A camera hands us numbers. A spiking neuron hands its successors *spikes*: at each moment it sends one, or it does not. Nothing else travels, no size and no sign. So before a spiking network can look at an image, the image is usually written in zeros and ones that are spread over time. That is an **encoding**.
#
# Time is cut into $T$ steps. In this collection a step lasts $\mathrm{d}t = 1$ ms unless we say otherwise, and time is always the first axis: a batch of $B$ images with $N$ pixels becomes a tensor `[T, B, N]`.
#
# The simplest way avoids spikes at the input. Every pixel drives the first layer with the same current at every step, $I[t] = x$, and the first *neurons* do the encoding. This is called **direct** coding.
#
# The image is there in full after one step, so nothing is lost. The price is elsewhere: each input is a real number, and the first layer must *multiply* at every step, where a spike needs only an addition. And each value is held by a number, not by spikes. Many of the most accurate networks use direct coding all the same.
#
# Our image is the first one of MNIST. Beside it we keep five grey values that are easy to follow by hand.
#
# > **Before you run:** `direct` has 25 times as many entries as the image. How much more memory does it take?

# %%
image = mnist_mini().train_images[0]
pixels = torch.tensor([0.0, 0.1, 0.25, 0.5, 1.0])
by_hand = torch.stack([image] * 25)
direct = encoding.direct(image, 25)
print(f"image {list(image.shape)}, {int((image > 0).sum())} of {image.numel()} pixels are not black")
print("same values:", torch.equal(by_hand, direct), "· new memory:", direct.data_ptr() != image.data_ptr())

# %% tags=["check"]
assert torch.equal(by_hand, direct)
assert direct.data_ptr() == image.data_ptr()
assert torch.allclose(direct.mean(0), image)

# %% [markdown]
# ## 2 · Rate: the value is a probability
#
# (The tensor `direct` took no new memory: it is a view of the image.)
#
# A neuron that is driven harder spikes more often. A **rate code** turns this into a recipe: at every step each pixel tosses a biased coin and spikes with probability
#
# $$p = g\,x, \qquad 0 < g \le 1,$$
#
# where $x \in [0, 1]$ is its intensity and $g$ the *gain*. The tosses are independent. To read the value back, count: $\hat x = n / (gT)$.
#
# > **Before you run:** the pixel of value 0.5 gets 12 steps and gain 1. How many spikes do you expect, and would you bet on exactly that number?

# %%
chance = np.random.default_rng(0)
for value in pixels.tolist():
    spikes = [int(chance.random() < value) for _ in range(12)]
    print(f"x = {value:.2f}: {spikes}  read back: {np.mean(spikes):.2f}")

# %% alt="Left: raster of the rate-coded digit, dots spread evenly over 40 steps. Right: the image and what is read back after 2, 10 and 40 steps, grainy at first and then clearer."
rate_spikes = encoding.rate(image.flatten()[None], 40, generator=generator)
figure, axes = plt.subplots(1, 5, figsize=(10, 2.3), width_ratios=(2.2, 1, 1, 1, 1))
raster(rate_spikes[:, 0], axes[0], size=1.5).set(ylabel="pixel", title=f"rate code: {int(rate_spikes.sum()):,} spikes")
back = [reconstruction.from_rate(rate_spikes[:steps, 0]).view(28, 28) for steps in (2, 10, 40)]
images([image, *back], ["image", "after 2 ms", "after 10 ms", "after 40 ms"], axes[1:])
plt.show()

# %% [markdown]
# Black never spikes and white always does, so both are read back exactly. In between, the answer is as good as a few coin tosses. On the image, where `encoding.rate` tosses all coins of all pixels at once, the shape is there after two steps. The greys take much longer. How much longer?
#
# The count is binomial, so $\hat x$ has the right mean and the variance $x(1 - gx)/(gT)$. The error therefore falls as $1/\sqrt{T}$: **to halve it, you must wait four times as long, and pay four times the spikes.** We measure this over ten presentations of the image and compare it with the formula.


# %% alt="Log-log plot of the error of the rate code against the number of steps: measured dots lie on the predicted line of slope minus one half."
def rms_error(estimate, target):
    """Return the root of the mean squared difference over all pixels."""
    return (estimate - target).square().mean().sqrt().item()


durations = [1, 2, 4, 8, 16, 32, 64, 128, 256]
spikes = encoding.rate(image.expand(10, 28, 28), 256, generator=generator)
measured = [rms_error(reconstruction.from_rate(spikes[:steps]), image) for steps in durations]
predicted = [(image * (1 - image) / steps).mean().sqrt().item() for steps in durations]
slope = np.polyfit(np.log(durations), np.log(measured), 1)[0]
figure, axis = plt.subplots(figsize=(6, 2.8))
axis.loglog(durations, measured, "o", label="measured")
axis.loglog(durations, predicted, label=r"$\sqrt{\mathrm{mean}\;x(1-x)/T}$")
axis.set(xlabel="steps T", ylabel="RMS error", title=f"Rate noise falls as T to the power {slope:.2f}")
axis.legend()
plt.show()

# %% tags=["check"]
assert abs(slope - (-0.5)) < 0.05
assert np.allclose(measured, predicted, rtol=0.1)
assert (reconstruction.from_rate(spikes)[:, image == 0] == 0).all()

# %% [markdown]
# ## 3 · Latency: the value is a moment
#
# Waiting for averages is slow, and brains are not: people recognise images faster than a neuron in the retina can spike more than a few times (Thorpe et al. 1996). A **latency code** uses one spike per pixel and puts the value into its *time*: the brighter, the earlier.
#
# The rule comes from the neuron of the next page. A membrane with time constant $\tau$ that is driven by $x$ charges as $u(t) = x\,(1 - e^{-t/\tau})$. It reaches a threshold $\theta$ at
#
# $$t(x) = \tau \ln\frac{x}{x - \theta} \quad (x > \theta),$$
#
# and never if $x \le \theta$. To read it back, solve for $x$: $\hat x = \theta / (1 - e^{-t/\tau})$.
#
# > **Before you run:** which of the five pixels will never spike if $\theta = 0.2$? Which one is first?

# %% tags=["NBVAL_CHECK_OUTPUT"]
tau, threshold = 10.0, 0.2
for value in pixels.tolist():
    time = tau * np.log(value / (value - threshold)) if value > threshold else np.inf
    print(f"x = {value:.2f}: charges to the threshold after {time:5.2f} ms")
latency_spikes = encoding.latency(pixels[None], 20, tau=tau, threshold=threshold)
steps = [
    step if count else None
    for step, count in zip(latency_spikes.argmax(0)[0].tolist(), latency_spikes.sum(0)[0], strict=True)
]
print("step of the spike:", steps)
print("read back:", reconstruction.from_latency(latency_spikes, tau=tau, threshold=threshold)[0].numpy().round(2))

# %% [markdown]
# The brightest pixel is first, and the two dark ones never spike. Three things are lost. Whatever is darker than $\theta$ is gone. A spike falls on a whole step, so its time is rounded. And a spike that comes after the last step never arrives. There is also a simpler rule without logarithm, `mode="linear"`: $t = (T-1)(1-x)\,\mathrm{d}t$, which spends the same time on every grey level.

# %% alt="Three panels: step of the spike against intensity for the logarithmic and the linear rule; raster of the latency-coded digit, with bright pixels first; the image and what is read back after 2, 5 and 20 ms."
figure, axes = plt.subplots(1, 6, figsize=(10, 2.3), width_ratios=(1.5, 1.5, 1, 1, 1, 1))
grey = torch.linspace(0, 1, 200)
for mode in ("log", "linear"):
    code = encoding.latency(grey[None], 20, mode=mode, tau=tau, threshold=threshold)[:, 0]
    axes[0].plot(grey[code.sum(0) > 0], code.argmax(0)[code.sum(0) > 0], label=mode)
axes[0].set(xlabel="intensity x", ylabel="spike time (ms)", title="brighter is earlier")
axes[0].legend()
spikes = encoding.latency(image.flatten()[None], 20, tau=tau, threshold=threshold)[:, 0]
raster(spikes, axes[1], size=2)
axes[1].set(ylabel="pixel", title=f"latency: {int(spikes.sum())} spikes")
back = [reconstruction.from_latency(spikes[:steps], tau=tau, threshold=threshold).view(28, 28) for steps in (3, 6, 20)]
images([image, *back], ["image", "after 3 ms", "after 6 ms", "after 20 ms"], axes[2:])
plt.show()

# %% [markdown]
# At most one spike per pixel, and the bright strokes stand after three milliseconds. The faint edges arrive last, and the faintest never.

# %% tags=["check"]
times = torch.tensor([encoding.charging_time(x, tau, threshold) for x in pixels])
assert torch.allclose(times[2:], tau * torch.log(pixels[2:] / (pixels[2:] - threshold)))
assert torch.isinf(times[:2]).all() and steps == [None, None, 16, 5, 2]
assert (spikes.sum(0) <= 1).all() and spikes.sum() < rate_spikes.sum() / 20

# %% [markdown]
# ## 4 · Delta: only change is worth a spike
#
# Most of what a camera sees was there a moment ago. A **delta code** is silent then. The encoder remembers a reference $r$, at first 0. When the signal has risen by a threshold $\theta$ above it, an ON spike is sent and $r$ goes up by $\theta$; when it has fallen by $\theta$, an OFF spike is sent and $r$ goes down. The receiver adds up what it hears: $\hat x = \theta\,(\text{ON} - \text{OFF})$. Event cameras work like this in every pixel.
#
# This code needs a *sequence*, so we move the digit: it drifts to the right by one pixel every four milliseconds, with smooth steps in between. Then we encode one of its pixels by hand, first naively, with ON spikes only.
#
# > **Before you run:** a bright stroke passes over this pixel and leaves it dark again. What does the receiver believe afterwards if there are no OFF spikes?


# %%
def drift(picture, steps, speed=0.25):
    """Return the picture moving to the right by `speed` pixels per step, `[T, 1, 28, 28]`."""
    frames = []
    for step in range(steps):
        whole, part = divmod(step * speed, 1)
        now, later = torch.roll(picture, int(whole), 1), torch.roll(picture, int(whole) + 1, 1)
        frames.append((1 - part) * now + part * later)
    return torch.stack(frames)[:, None]


movie = drift(torch.roll(image, -4, 1), 32)
signal = movie[:, 0, 10, 10]


# %% alt="Intensity of one pixel over 32 ms: it rises to 1 and falls back to 0. The receiver with ON spikes only stays at the maximum, the one with ON and OFF spikes follows."
def delta_by_hand(signal, threshold, off_spikes):
    reference, heard = 0.0, []
    for value in signal.tolist():
        if value - reference >= threshold:
            reference += threshold
        elif off_spikes and reference - value >= threshold:
            reference -= threshold
        heard.append(reference)
    return heard


on_only = delta_by_hand(signal, 0.25, off_spikes=False)
on_off = delta_by_hand(signal, 0.25, off_spikes=True)
figure, axis = plt.subplots(figsize=(7, 2.6))
axis.plot(signal, color="0.6", linewidth=3, label="pixel")
axis.step(range(32), on_only, where="post", label="heard, ON only")
axis.step(range(32), on_off, where="post", label="heard, ON and OFF")
axis.set(xlabel="time (ms)", ylabel="intensity", title="Without OFF spikes the receiver never forgets")
axis.legend(loc="center right")
plt.show()

# %% [markdown]
# As long as the signal moves by less than $\theta$ per step, the receiver is never off by more than $\theta$. Now the core's version on the whole movie. Its spikes have a channel for ON and one for OFF, `[T, B, 2, …]`, which is also how data from event cameras is laid out.

# %% alt="Top row: frames of the moving digit at 0, 10, 20 and 30 ms. Bottom row: what the receiver has put together from ON and OFF spikes at these times; it starts empty and then follows the digit."
events = encoding.delta(movie, threshold=0.25)
heard = reconstruction.from_delta(events, threshold=0.25)
figure, axes = plt.subplots(2, 4, figsize=(7, 3.8))
shown = (0, 10, 20, 30)
images([movie[t, 0] for t in shown], [f"{t} ms" for t in shown], axes[0])
images([heard[t, 0] for t in shown], ["heard"] * 4, axes[1])
figure.suptitle(f"The receiver starts with nothing and catches up, for {int(events.sum()):,} spikes")
plt.show()

# %% tags=["check"]
assert np.allclose(heard[:, 0, 10, 10], on_off)
assert on_only[-1] == max(on_only) > 0.7 and signal[-1] == 0
assert signal.diff().abs().max() < 0.25 and np.abs(np.array(on_off) - signal.numpy()).max() < 0.25
assert rms_error(heard[-1], movie[-1]) < 0.1 < rms_error(heard[0], movie[0])

# %% [markdown]
# ## 5 · Population: many neurons for one number
#
# So far each value had one neuron. For a *single* important number, such as an angle or a sound level, it pays to use many. In a **population code** each neuron has a favourite value $c_i$ and spikes most for it, with a Gaussian *receptive field*
#
# $$p_i = g\,\exp\!\left(-\frac{(x - c_i)^2}{2\sigma^2}\right).$$
#
# The width $\sigma$ is one distance between two favourites unless you say otherwise. The receiver takes the mean of the favourites, weighted by spike counts.
#
# > **Before you run:** ten neurons, numbered from 0, share $[0, 1]$. Which of them spike most for $x = 0.7$?

# %% alt="Left: ten Gaussian receptive fields over the unit interval. Middle: raster for the value 0.7, in which neurons 5 to 8 spike most. Right: error of the estimate falls with the number of neurons."
centres = np.linspace(0, 1, 10)
by_hand = np.exp(-((0.7 - centres) ** 2) / (2 * (1 / 9) ** 2))
fields = encoding.receptive_fields(torch.tensor([0.7]), 10)
sizes = [3, 5, 10, 20, 40, 80]
values = 0.2 + 0.6 * torch.rand(2000, generator=generator)
errors = []
for size in sizes:
    spikes = encoding.population(values, 5, neurons=size, generator=generator)
    errors.append(rms_error(reconstruction.from_population(spikes), values))
figure, axes = plt.subplots(1, 3, figsize=(10, 2.6))
axes[0].plot(grey, encoding.receptive_fields(grey, 10), color=BLUE, linewidth=1)
axes[0].set(xlabel="value x", ylabel="spike probability", title="each neuron has a favourite")
raster(encoding.population(torch.tensor([0.7]), 30, generator=generator)[:, 0], axes[1], size=7)
axes[1].set_title("x = 0.7: neurons 5 to 8 spike most")
axes[2].loglog(sizes, errors, "o-")
axes[2].set(xlabel="neurons", ylabel="RMS error after 5 ms", title="more neurons, less error")
axes[2].minorticks_off()
axes[2].set_xticks(sizes, sizes)
plt.show()

# %% [markdown]
# A population answers fast: it replaces waiting by neurons. Near 0 and 1 the fields are cut off and the estimate leans towards the middle, which is why we measured between 0.2 and 0.8.

# %% tags=["check"]
assert np.allclose(by_hand, fields[0], atol=1e-6)
assert fields.argsort(descending=True)[0, :4].sort().values.tolist() == [5, 6, 7, 8]
assert errors == sorted(errors, reverse=True)

# %% [markdown]
# ## 6 · All codes in one figure
#
# Now the comparison. For each code and each number of steps $T$ we encode the image, read it back, and note the RMS error and the number of spikes. The rate code runs at full gain. The latency code is the linear one, which uses all $T$ steps evenly. For the delta code the image fades in from black over $T$ steps, with the threshold $1/T$, the smallest one that keeps up. The population code gives each pixel ten neurons.
#
# > **Before you run:** which curve will be the flattest, and which code needs the fewest spikes?


# %%
def encode_and_read(code, steps):
    """Return (estimate of the image, number of spikes) for a code and a number of steps."""
    if code == "rate":
        spikes = encoding.rate(image, steps, generator=generator)
        return reconstruction.from_rate(spikes), spikes.sum().item()
    if code == "latency":
        spikes = encoding.latency(image, steps, mode="linear")
        return reconstruction.from_latency(spikes, mode="linear"), spikes.sum().item()
    if code == "delta":
        fade_in = torch.linspace(1 / steps, 1, steps).view(-1, 1, 1, 1) * image
        spikes = encoding.delta(fade_in, threshold=1 / steps)
        return reconstruction.from_delta(spikes, threshold=1 / steps)[-1, 0], spikes.sum().item()
    spikes = encoding.population(image, steps, generator=generator)
    return reconstruction.from_population(spikes), spikes.sum().item()


codes = ("rate", "latency", "delta", "population")
steps_tried = [4, 8, 16, 32, 64, 128]
table = {code: [encode_and_read(code, steps) for steps in steps_tried] for code in codes}
error = {code: [rms_error(estimate, image) for estimate, _ in table[code]] for code in codes}
cost = {code: [count for _, count in table[code]] for code in codes}

# %% alt="Two log-log plots with one curve per code. Left, error against steps: delta and latency fall twice as steeply as rate, population stays flat. Right, error against spikes per image: latency needs by far the fewest spikes, population the most."
figure, axes = plt.subplots(1, 2, figsize=(10, 3.4), sharey=True)
for code, marker in zip(codes, "osD^", strict=True):
    axes[0].loglog(steps_tried, error[code], marker + "-", label=code)
    axes[1].loglog(cost[code], error[code], marker + "-", label=code)
axes[0].set(xlabel="steps T", ylabel="RMS error", title="Timing codes turn time into precision faster than rate")
axes[1].set(xlabel="spikes per image", title="Latency buys it with the fewest spikes")
axes[0].legend()
plt.show()

# %% alt="The digit as read back from each of the four codes after 8 steps: grainy for rate, clean for latency, slightly darker for delta, with grey noise in the background for population."
needed = {code: next((T for T, e in zip(steps_tried, error[code], strict=True) if e < 0.03), None) for code in codes}
print("steps until the error is below 3 % of the grey scale:", needed)
pictures = [image, *[table[code][1][0] for code in codes]]
titles = ["image", *[f"{code}, {int(cost[code][1]):,} spikes" for code in codes]]
images(pictures, titles, plt.subplots(1, 5, figsize=(10, 2.2))[1])
plt.show()

# %% [markdown]
# How to read the figures. The pictures show what a receiver has after 8 steps. A *rate* code averages, and averages are slow: its error falls as $1/\sqrt T$. *Latency* and *delta* put the value into time, and fall about as $1/T$. *Latency* is the thriftiest by far, with one spike per visible pixel however long it takes, and the most precise; but a spike that comes one step late is a wrong value. *Delta* is less precise and costs about as many spikes as rate while the image fades in; its strength is that it stays silent when nothing changes. A *population* spends neurons and spikes to gain speed; for a whole image it is a luxury, and here the cut-off fields near black and white leave an error that no number of steps removes.

# %% tags=["check"]
slopes = {code: np.polyfit(np.log(steps_tried), np.log(error[code]), 1)[0] for code in codes}
assert abs(slopes["rate"] + 0.5) < 0.1 and abs(slopes["delta"] + 1) < 0.15 and abs(slopes["latency"] + 1) < 0.15
assert set(cost["latency"]) == {166} and 166 < min(cost["rate"] + cost["delta"] + cost["population"])
assert all(best < other for best, other in zip(error["latency"], error["delta"], strict=True))
assert needed["latency"] < needed["delta"] < needed["rate"] and needed["population"] is None

# %% [markdown]
# ## Explorer
#
# One picture, four codes. Start with the rate code: how many steps until you would recognise the digit, and how many until the greys are right? Then lower the gain. Then switch to latency and make $\tau$ so large that the dim pixels come too late.

# %% alt="Explorer at its start: the image of a digit, the raster of its rate code over 25 steps, and the image read back."
show = Encoding()
show(digit=0, code="rate", steps=25)

# %%
Encoding().sliders()

# %% [markdown]
# ## Recap
#
# You
#
# - turned values into spikes by hand, and asserted that the core agrees wherever chance has no say;
# - read the image back: rate loses by noise, latency by rounding and by silence below $\theta$, delta by its step size, population by fields that are cut off at the ends;
# - measured $1/\sqrt T$ for the rate code, so half the error costs four times the spikes;
# - compared all codes by error, time and spikes.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $T$ | number of time steps | `steps` |
# | $x$ | intensity in [0, 1] | `intensity` |
# | $g$ | spike probability per step at $x = 1$ | `gain` |
# | $\tau$ | time constant of the charging membrane, ms | `tau` |
# | $\theta$ | smallest intensity that spikes (latency), change worth a spike (delta) | `threshold` |
# | $\sigma$ | width of a receptive field | `width`, in distances between centres |
# | $\hat x$ | value read back | `reconstruction.from_rate`, `from_latency`, … |
#
# A code that is good for *reading back* need not be good for *learning*. Which code trains best? We return to that on page 08, with this data and these encoders.
#
# ## Exercises
#
# ### 1 · Change one number
#
# The rate code at full gain has some error after $T = 25$ steps. After how many steps is it a third of that? Set `steps_needed`. To see it, insert 25 and your answer in `durations` of section 2, in order, and print `measured`. Chance moves the ratio a little: it comes out near 3, not at 3.

# %% tags=["exercise"]
steps_needed = None

check("01.1", steps_needed)

# %% [markdown]
# ### 2 · Read a linear latency code
#
# With `mode="linear"` a pixel of intensity $x > 0$ spikes at step $(T-1)(1-x)$. Write the inverse: from the step of the spike and $T$ to the intensity.


# %% tags=["exercise"]
def intensity_from_step(step, steps):
    return None  # your code here


check("01.2", intensity_from_step)

# %% [markdown]
# ### 3 · A fifth code
#
# In a *phase code* (Kim et al. 2018) the spike at step $t = 0, 1, 2, \dots$ is worth $2^{-(t+1)}$. So the spikes of a value are its first $T$ binary digits; later ones are cut off, not rounded. Write the encoder for one value $x \in [0, 1)$: it returns a list of $T$ zeros and ones.


# %% tags=["exercise"]
def phase_code(x, steps):
    return None  # your code here


check("01.3", phase_code)

# %% [markdown] tags=["solution"]
# ### 4 · Open
#
# In a new cell, encode every pixel of the image with your phase code for $T = 4, 8, 16$, read it back, and compare the error with that of the rate code. (The pixel of value 1 sends a spike at every step.) It falls as $2^{-T}$, faster than all others. Why do so few networks use this code? At $T = 8$, drop one spike of each pixel, chosen at random, and read the image back. Do the same with the rate code.
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# The error is proportional to $1/\sqrt T$, so a third of the error needs $3^2 = 9$ times the steps.
#
# ```python
# steps_needed = 225
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def intensity_from_step(step, steps):
#     return 1 - step / (steps - 1)
# ```
#
# </details>
#
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
#
# <details><summary>Answer 4</summary>
#
# One lost spike per pixel takes the phase code from an error near 0.001 to one near 0.1, the rate code from 0.05 to about 0.07. Every spike of a rate code is worth the same, $1/T$; the first spike of a phase code is worth half of the range. And the receiver must know at which step the code began.
#
# ```python
# def drop_one(spikes):
#     """Take one spike, chosen at random, from every pixel that has any."""
#     chosen = (spikes * torch.rand(spikes.shape, generator=generator)).argmax(0, keepdim=True)
#     return spikes.scatter(0, chosen, 0.0)
#
#
# phase = torch.tensor([phase_code(x, 8) for x in image.flatten().tolist()]).T.float()
# worth = 0.5 ** torch.arange(1.0, 9.0)
# rate = encoding.rate(image.flatten(), 8, generator=generator)
# lost = {"phase": [rms_error(worth @ sent, image.flatten()) for sent in (phase, drop_one(phase))]}
# lost["rate"] = [rms_error(sent.mean(0), image.flatten()) for sent in (rate, drop_one(rate))]
# print(lost)
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023, section III.
# - S. Thorpe, D. Fize, C. Marlot, *Speed of processing in the human visual system*, Nature 381, 1996.
# - S. M. Bohte, J. N. Kok, H. La Poutré, *Error-backpropagation in temporally encoded networks of spiking neurons*, Neurocomputing 48, 2002.
# - P. Lichtsteiner, C. Posch, T. Delbruck, *A 128×128 120 dB 15 µs latency asynchronous temporal contrast vision sensor*, IEEE JSSC 43(2), 2008.
# - J. Kim, H. Kim, S. Huh, J. Lee, K. Choi, *Deep neural networks with weighted spikes*, Neurocomputing 311, 2018.
#
# **Next:** [02 · The LIF neuron](02_lif_neuron.ipynb): what does one neuron do with these spikes?
