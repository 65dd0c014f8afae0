# %% [markdown]
# # 23 · Following a signal
#
# **Can spikes follow a continuous signal?**
#
# Needs: page 02 (the LIF neuron), page 07 (a trained network); pages 18 and 20 help. · 45 minutes to read, without *Deeper* and exercises; half a minute to run. · Introduces no new name of the core: `LIF`, `LeakyIntegrator`, `van_rossum` and `fit` do it all.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/23_following_a_signal.ipynb)

# %% tags=["setup"]
import math
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import FollowCurve
from snn_core.teaching.inputs import constant
from snn_core.teaching.palette import BLACK, BLUE, GREY, VERMILION
from snn_core.teaching.plotting import (
    decorate,
    dots_per_seed,
    panels,
    raster,
    use_style,
)
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.decoders import (
    CURVES,
    filtered_spikes,
    follow,
    read_by_least_squares,
    sines,
    spike_loss,
    tuned_network,
)
from snn_core.teaching.studies.following import (
    balanced,
    drive,
    independent,
    rms_error,
    two_sines,
)
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(23)

# %% [markdown]
# One neuron has to tell a curve to somebody who sees nothing but its spikes. The receiver lets an *estimate* leak, and lifts it by 0.25 at each spike.

# %%
step = 0.25
curve = two_sines()
current = drive(curve + step / 2) / step
spikes = LIF(tau_mem=20.0)(current)
trace = LeakyIntegrator(tau_mem=20.0)(spikes)
estimate = step * trace

# %% [markdown]
# (What `drive` does is the subject of section 1.)
#
# > **Look first:** what can the estimate not do?

# %% alt="Two lanes over 400 ms. Top: a smooth black curve between 0.2 and 0.9, and a blue saw that follows it, up in jumps of 0.25, down along exponentials. Bottom: the spikes, close together where the curve is high."
axes = panels(2, stacked=True, height=3.4, ratios=(3, 0.5))
axes[0].plot(estimate.flatten(), color=BLUE, label="estimate")
axes[0].plot(curve.flatten(), color=BLACK, label="curve")
raster(spikes[:, 0], axes[1], size=6, color=VERMILION)
axes[1].set_yticks([])
title = "Spikes follow a curve, in steps"
decorate(axes[0], y="value", title=title, xlim=(0, 400))
decorate(axes[1], x="time (ms)", y="spikes")

# %% [markdown]
# It cannot rise by less than 0.25, and it cannot fall faster than it leaks. It follows the curve nevertheless, and is wrong by 0.07 on average (the root of the mean squared error, as always below).
#
# How good can it get? This page takes the steps apart: first with one neuron, then with many.

# %% tags=["check"]
assert spikes.sum() == 118
assert round(rms_error(estimate, curve), 2) == 0.07
assert 0.2 < curve.min() < curve.max() < 1

# %% [markdown]
# ## You will
#
# - find the error of one neuron in its own membrane;
# - let a population share its error, and see it fall with $N$ in place of $\sqrt N$;
# - read two curves out of the same spikes by least squares, and beat that by training;
# - train a network by its spikes, and say what the steps cost;
# - let a network draw a curve by itself, and send digits through 100 spikes.

# %% [markdown]
# ## 1 · The membrane is the error
#
# When should the neuron spike? Whenever that makes the estimate better: when the error, curve minus estimate, is more than half a step. Let the curve be 0.8 throughout and the step 1, and let half leak away in each step of time.
#
# | time | estimate leaks to | error | | error left |
# |---|---|---|---|---|
# | 1 | 0 | 0.80 | **spike** | −0.20 |
# | 2 | 0.50 | 0.30 | | 0.30 |
# | 3 | 0.25 | 0.55 | **spike** | −0.45 |
# | 4 | ? | ? | | ? |
#
# > **Before you run:** fill in the last row. Does a LIF neuron, which knows nothing of an estimate, spike at the same times?

# %%
tau = 1 / math.log(2)  # halves in one step
level = constant(0.8, steps=4)
current = drive(level + 0.5, tau_mem=tau)
fired, membrane, _ = LIF(tau_mem=tau)(current, record=True)
for time in range(4):
    error = membrane[time].item() - 0.5
    print(f"{time + 1}: error {error:.3f}, spikes {fired[time].item():.0f}")

# %% [markdown]
# It does, and its membrane *is* the error, shifted by half a step: the threshold of 1 is an error of one half. Both leak alike, both fall by one at a spike. (The last row: 0.625 and 0.175, no spike.)
#
# With the curve $x$, the estimate $\hat x$, the step $d$ and spikes $z$:
#
# $$\hat x[t] = \beta\, \hat x[t-1] + d\, z[t], \qquad u[t] = \frac{x[t] - \beta\, \hat x[t-1]}{d} + \frac12 .$$

# %% [markdown]
# The current that keeps $u$ so is what a leaky sum needs to become the curve:
#
# $$I[t] = \frac{\tilde x[t] - \beta\, \tilde x[t-1]}{d}, \qquad \tilde x = x + \frac d2 .$$
#
# That is `drive(curve + step / 2) / step`. The same sum stood on page 18: what came in, less what went out, is what is left in the membrane.

# %% tags=["check"]
assert fired.flatten().tolist() == [1, 0, 1, 0]
assert np.allclose(membrane.flatten() - 0.5, [0.8, 0.3, 0.55, 0.175])
current = drive(curve + step / 2) / step
spikes, membrane, state = LIF(tau_mem=20.0)(current, record=True)
left = membrane - spikes - 0.5
assert torch.allclose(step * left, curve - estimate, atol=1e-5)
assert left[100:].abs().max() < 0.6

# %% [markdown]
# ### How large is it?
#
# The error saws between $-d/2$ and $d/2$. All values in between come about equally often, so its root mean square is $d/\sqrt{12}$.
#
# > **Before you run:** a step of half the size halves the error. What does it cost?

# %%
for step in (0.4, 0.2, 0.1, 0.05):
    current = drive(curve + step / 2) / step
    spikes = LIF(tau_mem=20.0)(current)
    trace = LeakyIntegrator(tau_mem=20.0)(spikes)
    error = rms_error(step * trace, curve)
    ideal = step / math.sqrt(12)
    count = spikes.sum().item()
    print(f"{count:3.0f} spikes: {error:.3f} ({ideal:.3f})")

# %% [markdown]
# Twice the spikes: what leaks away, $x/\tau$ in each millisecond, has to be replaced in smaller coins. The rate is $f = x/(d\,\tau)$, so
#
# $$\text{error} = \frac{d}{\sqrt{12}} = \frac{x}{\sqrt{12}\, f\, \tau} .$$
#
# **This is why a rate code is quantised.** $f\tau$ is the number of spikes that the receiver remembers, and with four of them it can tell about four levels apart.

# %% tags=["check"]
for step in (0.2, 0.1, 0.05):
    spikes = LIF(tau_mem=20.0)(drive(curve + step / 2) / step)
    error = rms_error(step * LeakyIntegrator(tau_mem=20.0)(spikes), curve)
    assert abs(error / (step / math.sqrt(12)) - 1) < 0.05
    assert abs(spikes.sum() / (curve.sum() / (20 * step)) - 1) < 0.03

# %% [markdown]
# ### A longer memory?
#
# By the formula a larger $\tau$ does as well as more spikes. Keep the rate at about 50 spikes per second, and lengthen $\tau$, of neuron and receiver.
#
# > **Before you run:** what will go wrong?

# %% alt="Error against time constant from 10 to 500 ms, both axes logarithmic. The blue line falls along the grey formula to 0.04 at 100 ms, then leaves it and rises to 0.19 at 500 ms."
taus = np.array([10.0, 20, 50, 100, 200, 500])
sizes = curve.mean().item() / (0.05 * taus)
errors = []
for tau, step in zip(taus, sizes, strict=True):
    current = drive(curve + step / 2, tau_mem=tau)
    spikes = LIF(tau_mem=tau)(current / step)
    trace = LeakyIntegrator(tau_mem=tau)(spikes)
    errors.append(rms_error(step * trace, curve))
axis = panels()
axis.loglog(taus, errors, ".-", color=BLUE, label="measured")
axis.loglog(taus, sizes / math.sqrt(12), color=GREY, label="d / √12")
title = "Too long a memory cannot forget"
decorate(axis, x="τ (ms)", y="error", title=title)

# %% [markdown]
# Beyond 100 ms the estimate leaks more slowly than the curve falls, and no spike can pull it down. So one neuron is limited three times: by its rate, by its time constant, and by the speed of the curve. What is left are more neurons.

# %% tags=["check"]
best = int(np.argmin(errors))
assert taus[best] == 100
assert round(errors[best], 2) == 0.04
assert errors[-1] > 4 * errors[best]
for place in (1, 2, 3):
    assert 0.9 < errors[place] / (sizes[place] / math.sqrt(12)) < 1.25

# %% [markdown]
# ## 2 · N neurons, alone or together
#
# Copies of our neuron would not help: they spike at the same times, and make the same error. They have to differ. Two ways, for 16 neurons that lift the common estimate by 0.4/16 each:
#
# - **independent**: each tosses a coin in every millisecond, with the chance that the curve needs, so that its own estimate is right on average;
# - **balanced**: all share one error, and a spike is sent only if it makes *that* smaller. After it the error is smaller for all, which keeps the others quiet.
#
# > **Before you run:** who needs more spikes, and who errs more?

# %% alt="Two panels side by side, each with the grey curve and an estimate. Left, independent neurons: a ragged blue line that wanders by up to 0.2. Right, balanced ones: a vermilion line that covers the curve."
weights = torch.full((1, 16), 0.4 / 16)
trains = {
    "independent": independent(curve, 16, 0.4, generator=generator),
    "balanced": balanced(curve, weights, generator=generator),
}
axes = panels(2, share=True)
for axis, name, color in zip(axes, trains, (BLUE, VERMILION), strict=True):
    trace = LeakyIntegrator(tau_mem=20.0)(trains[name])
    estimate = trace @ weights.T
    axis.plot(curve.flatten(), color=GREY)
    axis.plot(estimate.flatten(), color=color)
    count = trains[name].sum()
    error = rms_error(estimate, curve)
    title = f"{name}: {count:.0f} spikes, error {error:.3f}"
    decorate(axis, x="time (ms)", title=title)

# %% [markdown]
# Both need about 75 spikes per neuron, since every spike is worth the same. What differs is *when* they come, and that makes the error ten times smaller. Try more neurons, and a quicker curve:

# %%
FollowCurve().sliders()

# %% [markdown]
# **Try this**
#
# 1. Independent: how many neurons halve the error of 16? And balanced?
# 2. Balanced, 16 neurons: raise $\tau$ to 100 ms. What gets better, what gets worse?
# 3. Make the curve four times as fast. Do more neurons help?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. About 64 independent ones, four times as many; 32 balanced ones, twice as many.
# 2. Fewer spikes, 16 in place of 75 per neuron. But for part of the time the curve falls faster than the leak, and then nobody can correct the error.
# 3. No. The leak is too slow for the falling parts, for one neuron and for 128.
#
# </details>

# %% tags=["check"]
counts = [train.sum() / 16 for train in trains.values()]
assert all(70 < count < 82 for count in counts)
errors = [rms_error(LeakyIntegrator(tau_mem=20.0)(train) @ weights.T, curve) for train in trains.values()]
assert 7 < errors[0] / errors[1] < 14

# %% [markdown]
# ### Error against N
#
# > **Before you run:** on logarithmic axes both are straight lines. Which slopes?

# %% alt="Error against the number of neurons from 4 to 256, both axes logarithmic. Independent neurons, blue: a line of slope minus one half from 0.17 to 0.02. Balanced ones, vermilion: a line of slope minus one from 0.03 to 0.0005."
sizes = [4, 16, 64, 256]
errors = {"independent": [], "balanced": []}
for size in sizes:
    weights = torch.full((1, size), 0.4 / size)
    trains = {
        "independent": independent(curve, size, 0.4, generator=generator),
        "balanced": balanced(curve, weights, generator=generator),
    }
    for name, train in trains.items():
        trace = LeakyIntegrator(tau_mem=20.0)(train)
        errors[name].append(rms_error(trace @ weights.T, curve))
axis = panels()
for name, color in zip(errors, (BLUE, VERMILION), strict=True):
    axis.loglog(sizes, errors[name], ".-", color=color, label=name)
title = "Together they gain by N, alone by its root"
decorate(axis, x="neurons N", y="error", title=title)

# %% [markdown]
# $-\frac12$ and $-1$. The errors of independent neurons partly cancel, as those of coins do. Balanced neurons correct each other: together they are one neuron whose step is $d/N$, and the error of section 1 shrinks with its step. 256 coins do as well as six of these.

# %% [markdown]
# Is there a network that does this? Write the read-out as weights $D$ (here one row of $d/N$), and let a neuron's membrane be its weight times the error. A spike is worth sending if this exceeds half the square of the weight:
#
# $$V = D^\top (x - \hat x), \qquad V_i > \tfrac12 \lVert D_i \rVert^2 .$$
#
# When neuron $j$ spikes, $\hat x$ gains $D_j$, and every $V_i$ loses $D_i^\top D_j$. So these are **LIF neurons that hear $D^\top$ times the drive and inhibit each other by $-D^\top D$**; the diagonal is the reset (Boerlin, Machens and Denève 2013).
#
# The price: the inhibition has to come before the next spike. If it comes 1 ms late, all neurons answer the same error at once, and more of them make it *worse* (*Deeper*).

# %% tags=["check"]
slopes = {name: np.polyfit(np.log(sizes), np.log(each), 1)[0] for name, each in errors.items()}
assert abs(slopes["independent"] + 0.5) < 0.1
assert abs(slopes["balanced"] + 1) < 0.05
record = recorded("following_a_signal")
counted = record.settings["sizes"][1:]
for name, slope in {"independent": -0.5, "balanced": -1.0}.items():
    for run in record.results["populations"][name]:
        assert abs(np.polyfit(np.log(counted), np.log(run["errors"][1:]), 1)[0] - slope) < 0.1
assert errors["balanced"][0] > errors["independent"][-1] > errors["balanced"][1]

# %% [markdown]
# ## 3 · Who reads: least squares, or training
#
# So far every spike counted the same. In a brain and in most networks neurons differ: each has a slope and an offset of its own, $I = w\,x + b$. What do their filtered spikes say when the curve is a ramp from 0 to 1?

# %% alt="Filtered spikes of five neurons against the value of a rising curve. Each is a saw around a rectified line: some lines rise from 0 at some value, others fall to 0."
network = tuned_network(16, generator)
ramp = torch.linspace(0, 1, 500).view(-1, 1, 1)
traces = filtered_spikes(network, ramp)
axis = panels()
axis.plot(ramp[50:, 0], traces[50:, 0, :5], linewidth=1)
title = "Each neuron is a ReLU, in steps"
decorate(axis, x="value of the curve", y="filtered spikes", title=title)

# %% [markdown]
# Each is about $\mathrm{relu}(w\,x + b)$, quantised as in section 1. Sums of such lines can be any curve: the value itself, or its square.
#
# The **neural engineering** view (Eliasmith and Anderson 2003): leave the neurons as they are, and find the read-out by least squares. One equation, no training. Sixteen neurons learn from 16 sums of sines, and are tested on others:

# %%
train = sines(16, generator)
test = sines(16, generator)
heard = drive(test)
read_by_least_squares(network, train, train)
with torch.no_grad():
    found = network(heard)
print(f"error: {rms_error(found, test):.3f}")

# %% [markdown]
# The last layer of `network` is a `LeakyIntegrator`: its membrane is the weighted sum of filtered spikes, so what least squares finds are its weights.
#
# > **Before you run:** BPTT can move *all* weights, also what each neuron prefers. Will it do better?

# %%
trained = tuned_network(16, generator)
follow(trained, train, train, generator, epochs=60, lr=3e-3)
with torch.no_grad():
    learnt = trained(heard)
print(f"error: {rms_error(learnt, test):.3f}")

# %% [markdown]
# A little. Both have only seen sums of sines.
#
# > **Before you run:** will the trained network follow a random walk, or the pulse that a sensor shows at a fingertip?

# %% alt="Two panels over one second, each with a black curve and the blue membrane that follows it closely, with small steps: a random walk, and a pulse wave with a large and a small bump in each beat."
axes = panels(2, share=True)
for axis, kind in zip(axes, ("walks", "pulses"), strict=True):
    other = CURVES[kind](1, generator)
    with torch.no_grad():
        found = trained(drive(other))
    axis.plot(found[:, 0], color=BLUE)
    axis.plot(other[:, 0], color=BLACK)
    error = rms_error(found, other)
    title = f"{kind}: error {error:.3f}"
    decorate(axis, x="time (ms)", title=title)

# %% [markdown]
# It does: what it has learnt is to hold a value, whatever the value does next.
#
# And if the read-out is asked for the *square*, $4(x - \frac12)^2$? The record has both targets, for 16 and 64 neurons and three seeds.

# %%
print(record)
decoders = record.results["decoders"]
arms = ["least squares", "BPTT"]
results = {}
for target in ("curve", "square"):
    for size in ("16", "64"):
        runs = decoders[target][size]
        errors = [[run["sines"] for run in runs[arm]] for arm in arms]
        results[f"{target}\n{size} neurons"] = errors

# %% [markdown]
# > **Before you look:** where does training gain most?

# %% alt="Errors on held-out curves, three dots for each arm, in four groups. PLACEHOLDER"
axis = dots_per_seed(results, arms, y="error", title="PLACEHOLDER")

# %% [markdown]
# PLACEHOLDER

# %% tags=["check"]
assert rms_error(learnt, test) < rms_error(found, test)

# %% [markdown]
# ## 4 · Train the spikes themselves
#
# A membrane can be read with any precision, but only at the neuron. What leaves a chip, or a brain area, is spikes. So replace the leaky integrator at the end by a LIF neuron, whose spikes are worth $d = 0.2$.
#
# What is its loss? Filter its spikes, and compare the trace with the curve. That is the van Rossum distance of page 08, between the spikes and a train of numbers whose trace is the curve: the `drive`.
#
# > **Before you run:** the membrane reached 0.03, and a step of 0.2 costs $0.2/\sqrt{12} = 0.06$. What will both together be?

# %%
step = 0.2
spiking = tuned_network(16, generator)
spiking[3] = LIF(tau_mem=20.0)
follow(
    spiking,
    train,
    train,
    generator,
    loss=spike_loss(step),
    epochs=60,
    lr=1e-2,
)
with torch.no_grad():
    spikes = spiking(heard)

# %% alt="Two lanes over one second. Top: a held-out curve and the trace of the output's spikes, a saw with steps of 0.2 around it. Bottom: the output spikes."
trace = LeakyIntegrator(tau_mem=20.0)(spikes)
estimate = step * trace
axes = panels(2, stacked=True, height=3.2, ratios=(3, 0.5))
axes[0].plot(test[:, 0], color=GREY)
axes[0].plot(estimate[:, 0], color=VERMILION)
raster(spikes[:, 0], axes[1], color=VERMILION)
axes[1].set_yticks([])
error = rms_error(estimate, test)
title = f"One spiking output: error {error:.3f}"
decorate(axes[0], y="value", title=title)
decorate(axes[1], x="time (ms)", y="spikes")
