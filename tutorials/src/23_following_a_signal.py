# %% [markdown]
# # 23 · Following a signal
#
# **Can spikes follow a continuous signal?**
#
# Needs: page 02 (the LIF neuron), page 06 (BPTT), page 07 (a trained network), page 08 (losses on spikes); pages 18 and 20 help. · 60 minutes to read, without *Deeper* and exercises; half a minute to run. · Introduces no new name of the core: `LIF`, `LeakyIntegrator` and `van_rossum` do it all.
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

from snn_core import LIF, LeakyIntegrator
from snn_core.losses import van_rossum
from snn_core.teaching.diagrams import following, taking_turns
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import FollowCurve
from snn_core.teaching.inputs import constant
from snn_core.teaching.palette import BLACK, BLUE, GREY, VERMILION
from snn_core.teaching.plotting import (
    decorate,
    dots_per_seed,
    images,
    panels,
    use_style,
)
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.decoders import (
    CURVES,
    filtered_spikes,
    read_by_least_squares,
    sines,
    spiking_output,
    train_to_follow,
    tuned_network,
)
from snn_core.teaching.studies.following import (
    balanced,
    balanced_with,
    curve_error,
    drive,
    independent,
    two_sines,
)
from snn_core.teaching.studies.generated_pattern import (
    Drawing,
    curves,
    draw_start,
    explained,
    teach_to_draw,
)
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(23)

# %% [markdown]
# One neuron has to tell a curve to somebody who sees nothing but its spikes. The receiver lets an *estimate* leak, and lifts it by 0.25 at each spike.


# %%
def follow_alone(curve, step, tau=20.0):
    current = drive(curve + step / 2, tau_mem=tau)
    return LIF(tau_mem=tau)(current / step)


def read_out(spikes, step, tau=20.0):
    trace = LeakyIntegrator(tau_mem=tau)(spikes)
    return step * trace.sum(-1, keepdim=True)


# %% [markdown]
# Such a trace of decaying jumps is called **filtered spikes**. What the current in `follow_alone` does is the subject of section 1.
#
# > **Look first:** what can the estimate not do?

# %% alt="Two lanes over 400 ms. Top: a smooth black curve between 0.2 and 0.9, and a blue saw that follows it, up in jumps of 0.25, down along exponentials. Bottom: the spikes, close together where the curve is high."
curve = two_sines()
spikes = follow_alone(curve, step=0.25)
estimate = read_out(spikes, step=0.25)
axes = following(curve, estimate, spikes)
title = "Spikes follow a curve, in steps"
decorate(axes[0], title=title, xlim=(0, 400))

# %% [markdown]
# It cannot rise by less than 0.25, and it cannot fall faster than it leaks. It follows the curve nevertheless, and errs by 0.07: the root of the mean squared error from 100 ms on, as always below.
#
# How good can it get, first with one neuron, then with many?

# %% tags=["check"]
assert spikes.sum() == 118
assert round(curve_error(estimate, curve), 2) == 0.07
assert 0.2 < curve.min() < curve.max() < 1

# %% [markdown]
# ## You will
#
# - find the error of one neuron in its own membrane;
# - let a population share its error, and measure what more neurons bring;
# - read two curves out of the same spikes by least squares, and ask what training adds;
# - train a network by its spikes, and say what the steps cost;
# - let neurons draw a curve when nothing comes in any more;
# - send a digit through some 45 spikes.

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
neuron = LIF(tau_mem=tau)
fired, membrane, _ = neuron(current, record=True)
print("errors:", membrane.flatten() - 0.5)
print("spikes:", fired.flatten())

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
# That is the current of `follow_alone`; `drive` makes the difference.

# %% tags=["check"]
assert fired.flatten().tolist() == [1, 0, 1, 0]
assert np.allclose(membrane.flatten() - 0.5, [0.8, 0.3, 0.55, 0.175])
current = drive(curve + 0.125) / 0.25
spikes, membrane, state = LIF(tau_mem=20.0)(current, record=True)
left = membrane - spikes - 0.5
assert torch.allclose(0.25 * left, curve - estimate, atol=1e-5)
assert left[100:].abs().max() < 0.6

# %% [markdown]
# ### How large is it?
#
# The error saws between $-d/2$ and $d/2$, where all values come about equally often: its root mean square is $d/\sqrt{12}$.
#
# > **Before you run:** a step of half the size halves the error. What does it cost?

# %%
for step in (0.4, 0.2, 0.1, 0.05):
    spikes = follow_alone(curve, step)
    error = curve_error(read_out(spikes, step), curve)
    ideal = step / math.sqrt(12)
    print(f"{spikes.sum():3.0f} spikes: {error:.3f} ({ideal:.3f})")

# %% [markdown]
# Twice the spikes: what leaks away, $x/\tau$ in each millisecond, has to be replaced in smaller coins. The rate is $f = x/(d\,\tau)$, so
#
# $$\text{error} = \frac{d}{\sqrt{12}} = \frac{x}{\sqrt{12}\, f\, \tau} .$$
#
# **This is why a rate code is quantised.** $f\tau$ is the number of spikes that the receiver remembers, and with four of them it can tell about four levels apart.

# %% tags=["check"]
for step in (0.2, 0.1, 0.05):
    spikes = follow_alone(curve, step)
    error = curve_error(read_out(spikes, step), curve)
    assert abs(error / (step / math.sqrt(12)) - 1) < 0.05
    assert abs(spikes.sum() / (curve.sum() / (20 * step)) - 1) < 0.03

# %% [markdown]
# ### A longer memory?
#
# By the formula a larger $\tau$ does as well as more spikes. Keep the rate at about 50 spikes per second, and lengthen $\tau$.
#
# > **Before you run:** what will go wrong?

# %%
taus = np.array([10.0, 20, 50, 100, 200, 500])
steps = 0.6 / (0.05 * taus)  # the curve's mean is 0.6
errors = []
for tau, step in zip(taus, steps, strict=True):
    spikes = follow_alone(curve, step, tau)
    estimate = read_out(spikes, step, tau)
    errors.append(curve_error(estimate, curve))

# %% alt="Error against time constant from 10 to 500 ms, both axes logarithmic. The blue line falls along the grey formula to 0.04 at 100 ms, then leaves it and rises to 0.19 at 500 ms."
axis = panels()
axis.loglog(taus, errors, ".-", color=BLUE, label="measured")
ideal = steps / math.sqrt(12)
axis.loglog(taus, ideal, color=GREY, label="d / √12")
title = "Too long a memory cannot forget"
decorate(axis, x="τ (ms)", y="error", title=title)

# %% [markdown]
# Beyond 60 ms the estimate leaks more slowly than the curve falls at its steepest, and no spike can pull it down. So one neuron is limited four times: by its rate, by one spike per millisecond at most, by its time constant, and by the speed of the curve. What is left are more neurons.

# %% tags=["check"]
best = int(np.argmin(errors))
assert taus[best] == 100
assert round(errors[best], 2) == 0.04
assert errors[-1] > 4 * errors[best]
falls = curve[:-1] - curve[1:]
assert round((curve[:-1] / falls)[falls > 0].min().item(), -1) == 60
for place in (1, 2, 3):
    assert 0.9 < errors[place] / ideal[place] < 1.25

# %% [markdown]
# ## 2 · N neurons, alone or together
#
# Copies of our neuron would not help: they spike at the same times, and make the same error. They have to differ. Two ways, for 16 neurons that lift the common estimate by 0.4/16 each:
#
# - **independent**: each tosses a coin in every millisecond, with the chance that the curve needs, so that its own estimate is right on average;
# - **balanced**: all share one error, and a spike is sent only if it makes *that* smaller. After it the error is smaller for all, which keeps the others quiet.
#
# > **Before you run:** who needs more spikes, and who errs more?

# %%
kinds = {"independent": independent, "balanced": balanced}


def population_of(kind, size):
    spikes = kinds[kind](
        curve,
        size,
        step=0.4,
        generator=generator,
    )
    return spikes, read_out(spikes, step=0.4 / size)


# %% alt="Two columns, independent and balanced neurons. Top: the black curve and a blue estimate, ragged and off by up to 0.2 on the left, on the curve on the right. Middle: the spikes of 16 neurons over 50 ms. Bottom: how many spike in each millisecond, 0 to 4 on the left, nearly always one on the right."
answers = {kind: population_of(kind, 16) for kind in kinds}
errors = {}
for kind, (_, estimate) in answers.items():
    errors[kind] = curve_error(estimate, curve)
    print(f"{kind}: error {errors[kind]:.3f}")
axes = taking_turns(curve, answers)

# %% [markdown]
# Both need about 75 spikes per neuron. What differs is *when* they come: coins fall together or not at all, balanced neurons take turns. That makes the error ten times smaller. Try more neurons, and a quicker curve:

# %%
FollowCurve().sliders()

# %% [markdown]
# **Try this**
#
# 1. Independent: how many neurons halve the error of 16? And balanced?
# 2. Balanced, 16 neurons: raise $\tau$ to 100 ms. What gets better, what gets worse?
# 3. Balanced, $\tau$ back to 20 ms, the curve four times as fast: do 128 neurons do much better than 16?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. About 64 independent ones, four times as many; 32 balanced ones, twice as many.
# 2. Fewer spikes, 17 in place of 75 per neuron. But for part of the time the curve falls faster than the leak, and then nobody can correct the error.
# 3. No: 0.007 in place of 0.009. What is left arises where the curve falls faster than the leak, and there nobody can pull the estimate down.
#
# </details>

# %% tags=["check"]
assert all(70 < spikes.sum() / 16 < 82 for spikes, _ in answers.values())
assert 7 < errors["independent"] / errors["balanced"] < 14

# %% [markdown]
# ### Error against N
#
# > **Before you run:** on logarithmic axes both are straight lines. Which slopes?

# %% alt="Error against the number of neurons from 1 to 256, both axes logarithmic. Independent neurons, blue: a line of slope minus one half from 0.3 to 0.02. Balanced ones, vermilion: a line of slope minus one from 0.12 to 0.0005."
sizes = [1, 4, 16, 64, 256]
errors = {}
axis = panels()
for kind in kinds:
    errors[kind] = []
    for size in sizes:
        spikes, estimate = population_of(kind, size)
        error = curve_error(estimate, curve)
        errors[kind].append(error)
    axis.loglog(sizes, errors[kind], ".-", label=kind)
title = "Sharing the error gains N, tossing coins its root"
decorate(axis, x="neurons N", y="error", title=title)

# %% [markdown]
# $-\frac12$ and $-1$. The errors of independent coins partly cancel. Balanced neurons correct each other: together they are one neuron whose step is $d/N$, and the error of section 1 shrinks with its step. 256 coins do as well as six of these.

# %% [markdown]
# Is there a network that does this? Write the read-out as weights $D$ (here one row of $d/N$), and let a neuron's membrane be its weight times the error. A spike is worth sending if this exceeds half the square of the weight:
#
# $$V = D^\top (x - \hat x), \qquad V_i > \tfrac12 \lVert D_i \rVert^2 .$$
#
# When neuron $j$ spikes, $\hat x$ gains $D_j$, and every $V_i$ loses $D_i^\top D_j$. So these are **LIF neurons that hear $D^\top$ times the drive and inhibit each other by $-D^\top D$**; the diagonal is the reset (Boerlin, Machens and Denève 2013).
#
# The price: the inhibition has to come before the next spike. If it comes 1 ms late, all neurons answer the same error at once, and too many of them make it *worse* (*Deeper*).

# %% tags=["check"]
slopes = {kind: np.polyfit(np.log(sizes), np.log(each), 1)[0] for kind, each in errors.items()}
assert abs(slopes["independent"] + 0.5) < 0.1
assert abs(slopes["balanced"] + 1) < 0.05
record = recorded("following_a_signal")
counted = record.settings["sizes"]
for name, slope in {"independent": -0.5, "balanced": -1.0}.items():
    for run in record.results["populations"][name]:
        assert abs(np.polyfit(np.log(counted), np.log(run["errors"]), 1)[0] - slope) < 0.1
coins = np.mean([run["errors"][-1] for run in record.results["populations"]["independent"]])
alone = np.mean([run["errors"][1] for run in record.results["populations"]["balanced"]])
assert round(4 * alone / coins) == 6

# %% [markdown]
# ## 3 · Who reads: least squares, or training
#
# So far every spike counted the same. In most networks neurons differ: each has a slope and an offset of its own, $I = w\,x + b$. What do their filtered spikes say when the curve is a ramp from 0 to 1?

# %% alt="Filtered spikes of five neurons against the value of a rising curve: two stay silent, the others are saws around rectified lines, of which one rises from 0 and two fall to it."
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
read_by_least_squares(network, train, train)
with torch.no_grad():
    found = network(drive(test))
least = curve_error(found, test)
print(f"error: {least:.3f}")

# %% [markdown]
# `network` ends in a `LeakyIntegrator`. Its membrane is the weighted sum of filtered spikes; least squares finds the weights.
#
# > **Before you run:** BPTT can move *all* weights, also what each neuron prefers. Begun from here, will it do better?

# %%
train_to_follow(
    network,
    train,
    train,
    generator,
    epochs=60,
    lr=0.001,
)
with torch.no_grad():
    learnt = network(drive(test))
error = curve_error(learnt, test)
print(f"error: {error:.3f}")

# %% [markdown]
# A little. All of it was learnt from sums of sines.
#
# > **Before you run:** will the network follow a random walk, or the pulse that a sensor shows at a fingertip?

# %% alt="Two panels over one second, each with a black curve and the blue membrane that follows it closely, with small steps: a random walk, and a pulse wave with a large and a small bump in each beat."
axes = panels(2, share=True)
for axis, kind in zip(axes, ("walks", "pulses"), strict=True):
    other = CURVES[kind](1, generator)
    with torch.no_grad():
        found = network(drive(other))
    axis.plot(found[:, 0], color=BLUE)
    axis.plot(other[:, 0], color=BLACK)
    error = curve_error(found, other)
    title = f"{kind}: error {error:.3f}"
    decorate(axis, x="time (ms)", title=title)

# %% [markdown]
# It does. What was learnt is a range of values, and these curves hardly leave it.
#
# And if the read-out is asked for the *square*, $4(x - \frac12)^2$? The record has both targets, for 16 and 64 neurons and three seeds; and a control without training, all slopes $w$ 1.5 times as steep.

# %%
print(record)
decoders = record.results["decoders"]
arms = [
    "least squares",
    "BPTT",
    "least squares, then BPTT",
    "steeper, least squares",
]
results = {}
for target in ("curve", "square"):
    for size in ("16", "64"):
        runs = decoders[target][size]
        errors = [[run["sines"] for run in runs[arm]] for arm in arms]
        results[f"{target}\n{size} neurons"] = errors

# %% [markdown]
# > **Before you look:** why would a steeper slope help at all?

# %% alt="Errors on held-out sums of sines, three dots for each of four arms, in four groups. For the curve, least squares and both trained arms lie near 0.03 with 16 neurons and near 0.016 with 64; the steeper arm lies lowest, near 0.022 and 0.011. For the square with 16 neurons least squares lies at 0.065, all others near 0.052; with 64 the steeper arm lies lowest again, at 0.03."
title = "Steeper slopes do as well as training"
axis = dots_per_seed(results, arms, y="error", title=title)

# %% [markdown]
# It brings more spikes, each worth less (section 1). For the curve this beats training. At the square with 16 neurons both come to about the same, but BPTT from scratch needs fewer spikes: 11 per second and neuron in place of 25.

# %% tags=["check"]
assert error < 1.02 * least < 0.04


def mean_of(target, size, arm, kind="sines"):
    return np.mean([run[kind] for run in decoders[target][size][arm]])


for target in ("curve", "square"):
    for size in ("16", "64"):
        assert mean_of(target, size, arms[2]) < mean_of(target, size, arms[0])
        by_gradient = mean_of(target, size, "read-out by gradient")
        assert 1 <= by_gradient / mean_of(target, size, arms[0]) < 1.05
    assert mean_of(target, "16", arms[1]) < mean_of(target, "16", arms[0])
    assert mean_of(target, "64", arms[1]) > mean_of(target, "64", arms[0])
gains = [mean_of(target, "16", arms[1]) / mean_of(target, "16", arms[0]) for target in decoders]
assert gains[1] < gains[0] < 1
for size in ("16", "64"):
    assert mean_of("curve", size, arms[3]) < min(mean_of("curve", size, arm) for arm in arms[:3])
assert 0.9 < mean_of("square", "16", arms[1]) / mean_of("square", "16", arms[3]) < 1
assert [round(mean_of("square", "16", arms[place], "rate")) for place in (1, 3)] == [11, 25]
with torch.no_grad():
    levels = [constant(level, 400) for level in (0.5, 1.5)]
    inside, outside = [curve_error(network(drive(level)), level) for level in levels]
assert outside > 3 * inside

# %% [markdown]
# ## 4 · Train the spikes themselves
#
# A membrane can be read only at the neuron; what leaves a chip, or a brain area, is spikes. So replace the leaky integrator at the end by a LIF neuron, whose spikes are worth $d = 0.2$.
#
# Its loss compares the trace of its spikes with the curve. That is the van Rossum distance of page 08, between the spikes and a train of numbers whose trace is the curve: the `drive`.
#
# > **Before you run:** `spiking_output` needs no such training: it lets a LIF neuron follow the membrane of section 3, as in section 1. Which will err less?

# %%
step = 0.2


def loss_of_trace(output, wanted):
    train = drive(wanted.transpose(0, 1)) / step
    return van_rossum(output, train, tau=20.0)


# %%
networks = {
    "trained by spikes": tuned_network(16, generator),
    "spiking membrane": spiking_output(network, step),
}
networks["trained by spikes"][3] = LIF(tau_mem=20.0)
_ = train_to_follow(
    networks["trained by spikes"],
    train,
    train,
    generator,
    loss=loss_of_trace,
    epochs=60,
    lr=0.01,
)

# %% alt="Two lanes over one second. Top: a held-out curve and the trace of the output's spikes, a saw with steps of 0.2 around it. Bottom: the output spikes."
errors = []
for name, each in networks.items():
    with torch.no_grad():
        spikes = each(drive(test))
    estimate = read_out(spikes, step)
    errors.append(curve_error(estimate, test))
    print(f"{name}: {errors[-1]:.3f}")
axes = following(test, estimate, spikes)
decorate(axes[0], title="An output worth 0.2 per spike")

# %% [markdown]
# Both come to about 0.065, of which the step alone costs $0.2/\sqrt{12} = 0.058$. Training by spikes gains nothing here.
#
# **What to do about the steps?**
#
# - Read a membrane at the end, where that is possible (section 3).
# - Give the output several neurons that share the error (section 2).
# - Let a spike be worth less and come more often, or remember it longer, as long as the leak keeps up (section 1).

# %% tags=["check"]
assert all(0.058 < error < 0.072 for error in errors)
for size, runs in record.results["spiking output"].items():
    floor = float(size) / math.sqrt(12)
    for run in runs:
        for each in (run, run["solved"]):
            assert floor < each["sines"] < 1.6 * floor
        assert abs(run["sines"] / run["solved"]["sines"] - 1) < 0.12

# %% [markdown]
# ## 5 · Draw it from memory
#
# A hand that signs a name follows no input: a **cue** starts it, and the movement runs by itself.
#
# A hundred neurons that tire (page 03) hear a cue for 50 ms, then only each other's spikes, one step later. All weights learn by BPTT from the squared error of a leaky read-out.
#
# > **Before you run:** one of two networks has no connections among its neurons. What can it still draw?

# %%
wanted = curves(400.0)
networks = {}
for recurrence in ("learnt", "none"):
    generator = seed_torch(0)
    network = Drawing(100, generator, recurrence=recurrence)
    teach_to_draw(network, wanted, generator, updates=300, lr=0.006, trials=8)
    networks[recurrence] = network

# %% alt="A black curve over 400 ms and two drawings of it. With learnt connections the drawing lies on the curve; without any it is ragged and misses its shape."
start = draw_start(100, 100, seed_torch(1000), duration=400.0)
axis = panels()
time = 5 * np.arange(len(wanted))
axis.plot(time, wanted[:, 1], color=BLACK, label="wanted")
shares = {}
for recurrence, network in networks.items():
    drawn = network(start).detach()
    shares[recurrence] = explained(drawn, wanted[:, start.cue]).mean()
    name = f"{recurrence}: {shares[recurrence]:.0%} of the variance"
    axis.plot(time, drawn[:, 1], label=name)
title = "Connections keep the curve going"
decorate(axis, x="time after the cue (ms)", title=title)

# %% [markdown]
# Roughly up and down: each neuron tires, a slow clock of its own. The shape needs the others. The record has 200 neurons, a whole second, and tests with cues, first membranes and noise that no training had:

# %%
results = recorded("generated_pattern").results
for arm, runs in results.items():
    print(f"{arm:14}", *[f"{run['explained'][0]:.1%}" for run in runs])

# %% [markdown]
# "Frozen" keeps its first connections; in "no adaptation" nobody tires. Means hide single trials that go astray: the worst of 200 explains 2 %. And what was learnt is a movement, not a loop: of the next second nothing, or with one seed 13 %, is explained.

# %% tags=["check"]
assert shares["learnt"] > 0.95
assert 0.5 < shares["none"] < 0.8
for run in results["learnt"]:
    assert run["explained"][0] >= 0.95
assert all(run["explained"][0] < 0.7 for arm in results if arm != "learnt" for run in results[arm])
assert round(100 * min(run["explained"][1] for run in results["learnt"])) == 2
later = sorted(run["later"][1][0] for run in results["learnt"])
assert later[1] < 0.01
assert round(100 * later[2]) == 13

# %% [markdown]
# ## 6 · A digit in 45 spikes
#
# How far does one get with few spikes? Take a neuron without a leak, for 8 steps, with a current of 0.42:
#
# | step | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |
# |---|---|---|---|---|---|---|---|---|
# | $u$ | 0.42 | 0.84 | 1.26 | 0.68 | 1.10 | 0.52 | 0.94 | 1.36 |
# | | | | **spike** | | **spike** | | | **spike** |
#
# > **Before you run:** what does the number of spikes say about the current?

# %%
current = constant(0.42, steps=8)
membrane = LIF(beta=1.0)(current, record=True).membrane
print(LIF(beta=1.0)(current).sum())

# %% [markdown]
# That it lies between 3/8 and 4/8: the count *rounds down*, to one of nine levels, and each level costs a spike.
#
# In a spiking **autoencoder** an ordinary network turns 784 pixels into 24 such currents, and another draws the digit again *from the counts alone*: 45 spikes per digit, on average. Both are trained together through surrogate gradients, with a charge for each spike.
#
# Beside it stands the best linear code, principal components, rounded so that it takes as many bits. A count or a rounded component costs $-\log_2$ of how often it came in training.
#
# > **Before you look:** no linear code is better than principal components. What could the spikes still win with?

# %% alt="Four mosaics of the first four test digits, 7, 2, 1 and 0: the images; drawn again from spikes; from components; and from components by a learnt decoder."
results = recorded("spiking_autoencoder").results
found = results["24 neurons, charge 0.05"][0]


def mosaic(pixels):
    digits = np.array(pixels).reshape(2, 2, 28, 28)
    return digits.swapaxes(1, 2).reshape(56, 56) / 255


rows = [found["images"], found["copies"], found["linear_copies"]]
rows.append(results["control"][0]["copies"])
axes = images(
    [mosaic(pixels) for pixels in rows],
    ["images", "spikes", "components", "learnt decoder"],
)

# %% [markdown]
# With the decoder: it may bend, and has learnt what digits look like. On the right such a decoder reads the rounded components.
#
# > **Before you look:** where will the dots of spikes and of this control lie, beside the line of the components?

# %% alt="Error per pixel against bits per image. A falling grey line, principal components, from 0.06 at 1 bit to 0.011 at 121. Below it the dots of four spiking codes, three seeds each, between 19 and 86 bits, and three black crosses, components with a learnt decoder, just below the dots at 45 to 57 bits."
linear = np.array(results["linear"])
axis = panels()
axis.plot(*linear.T, color=GREY, label="components")
for code, runs in results.items():
    if "neurons" in code:
        bits = [run["bits"] for run in runs]
        errors = [run["error"] for run in runs]
        axis.plot(bits, errors, "o", label=code)
bits = [run["bits"] for run in results["control"]]
errors = [run["learnt"] for run in results["control"]]
axis.plot(bits, errors, "k+", markersize=10, label="learnt decoder")
title = "It is the decoder that errs less, not the spikes"
decorate(axis, x="bits per image", y="error per pixel", title=title)

# %% [markdown]
# Spikes err 8 to 18 % less than components that are added up. But with a decoder of the same shape, components err 1 to 2 % less than spikes: these are a quantiser that does little harm. And only if they are counted: who keeps their times, too, pays 111 bits in place of 47, and for that components are better.

# %% tags=["check"]
assert torch.allclose(membrane.flatten(), torch.tensor([0.42, 0.84, 1.26, 0.68, 1.10, 0.52, 0.94, 1.36]))
for level in range(8):
    for inside in (0.05, 0.95):
        assert LIF(beta=1.0)(constant((level + inside) / 8, 8)).sum() == level
spiking_codes = [run for code in results if "neurons" in code for run in results[code]]
ratios = [run["error"] / run["linear"]["error"] for run in spiking_codes]
assert round(100 * (1 - max(ratios))) == 8
assert round(100 * (1 - min(ratios))) == 18
assert all(run["linear"]["bits"] >= run["bits"] - 0.01 for run in spiking_codes)
assert [round(found[name]) for name in ("spikes", "bits", "place_bits")] == [45, 47, 111]
for run, control in zip(results["24 neurons, charge 0.05"], results["control"], strict=True):
    assert round(100 * (1 - control["learnt"] / run["error"])) in (1, 2)
assert np.interp(found["place_bits"], *linear.T) < found["error"]

# %% [markdown]
# ## Recap
#
# You
#
# - found the error of one neuron in its membrane: a saw of $d/\sqrt{12}$, and four limits (rate, one spike per ms, time constant, speed);
# - let a population share its error, which fell with $N$, and with $\sqrt N$ when each tossed its own coin;
# - read a curve and its square out of spikes by least squares; steeper slopes did as well as training;
# - trained a network by its filtered spikes, which could not undo the step;
# - let neurons draw for a second what a cue had started;
# - sent digits through 45 spikes, with thanks to the decoder.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $\hat x$ | estimate: filtered spikes, times $d$ | `LeakyIntegrator` |
# | $I$ | drive, whose leaky sum is the curve | `studies.following.drive` |
# | $-D^\top D$ | recurrent weights of a balanced population | `studies.following.balanced` |
# | | loss on filtered spikes | `losses.van_rossum` |

# %% [markdown]
# ## Exercises
#
# Each check says how far you are, and helps more each time.

# %% [markdown]
# ### 1 · By hand
#
# One neuron follows a curve whose mean is 0.5, with a time constant of 50 ms and 100 spikes per second. Which error can you expect?

# %% tags=["exercise"]
expected_error = None

check("23.1", expected_error)

# %% [markdown]
# ### 2 · Write a balanced population
#
# Equal neurons, each worth `step`, follow a `curve` (a list of numbers). Before each value the estimate, 0 at first, decays by `beta`. Then neurons spike, one after the other, as long as a spike makes the error smaller. Return a list: how many spike at each value.


# %% tags=["exercise"]
def spikes_needed(curve, beta, step):
    return None  # your code here


check("23.2", spikes_needed)

# %% [markdown]
# ### 3 · Read out by least squares
#
# `traces` are filtered spikes, `[T, N]`, and `wanted` is a curve, `[T]`. Return the weights `[N]` for which `traces @ weights` has the least squared error, with `penalty` times the sum of squared weights added to the *mean* squared error.


# %% tags=["exercise"]
def decoder(traces, wanted, penalty):
    return None  # your code here


check("23.3", decoder)

# %% [markdown]
# ### 4 · Open
#
# Take a signal of your own: a temperature, a voice, a price. How fast does it fall, which $\tau$ and how many spikes per second does that ask for, and how well does a balanced population of 32 follow it?

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# 100 spikes per second are $f = 0.1$ per ms. Each has to be worth $d = x/(f\tau) = 0.5/(0.1 \cdot 50) = 0.1$, and the error is $d/\sqrt{12}$.
#
# ```python
# expected_error = 0.5 / (0.1 * 50) / math.sqrt(12)
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# A spike helps if the error is more than half of a step.
#
# ```python
# def spikes_needed(curve, beta, step):
#     estimate, counts = 0.0, []
#     for value in curve:
#         estimate *= beta
#         count = 0
#         while value - estimate > step / 2:
#             estimate += step
#             count += 1
#         counts.append(count)
#     return counts
# ```
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# Set the gradient to 0: $(A^\top A/T + \lambda)\, w = A^\top y/T$.
#
# ```python
# def decoder(traces, wanted, penalty):
#     steps, neurons = traces.shape
#     square = traces.T @ traces / steps + penalty * torch.eye(neurons)
#     return torch.linalg.solve(square, traces.T @ wanted / steps)
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - M. Boerlin, C. K. Machens, S. Denève, *Predictive coding of dynamical variables in balanced spiking networks*, PLoS Computational Biology 9(11), 2013: `balanced`, without costs of spikes.
# - C. Eliasmith, C. H. Anderson, *Neural Engineering*, MIT Press 2003: `read_by_least_squares`.
# - M. C. W. van Rossum, *A novel spike distance*, Neural Computation 13(4), 2001: `van_rossum`.
# - T. M. Cover, J. A. Thomas, *Elements of Information Theory*, Wiley 2006: bits of a code, chapter 5.
# - M. Chalk, B. Gutkin, S. Denève, *Neural oscillations as a signature of efficient coding in the presence of synaptic delays*, eLife 5, 2016: what late inhibition does.
#
# **Next:** back to [18 · Membranes as signals](18_membranes_as_signals.ipynb), where the same sum carries gradients, or to [00 · Why spikes?](00_why_spikes.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: what the sections above only claim.

# %% [markdown]
# ### Why coins give one over the root
#
# A neuron tosses a coin in each millisecond, with chance $p$ of a spike. Its trace is a sum of independent terms, $r = \sum_k \beta^k z[t-k]$, so its variance is $p(1-p)\sum_k \beta^{2k} = p(1-p)/(1-\beta^2)$. For a constant curve $p = (1-\beta)\,x/d$, and the mean of $N$ estimates $d\,r$ has the variance
#
# $$\frac{d\,x\,(1-p)}{N\,(1+\beta)} .$$

# %%
level = constant(0.6, steps=20_000)
tossed = independent(level, 16, 0.4, generator=generator)
error = curve_error(read_out(tossed, step=0.4 / 16), level)
beta = math.exp(-1 / 20)
chance = (1 - beta) * 0.6 / 0.4
formula = math.sqrt(0.4 * 0.6 * (1 - chance) / (16 * (1 + beta)))
print(f"measured {error:.4f}, formula {formula:.4f}")

# %% tags=["check"]
assert abs(error / formula - 1) < 0.05

# %% [markdown]
# ### Inhibition that comes late
#
# The same balanced population as a `RecurrentLIF`: its neurons hear each other one step, 1 ms, later. With some noise, so that they are not all alike.

# %% alt="Error against the number of neurons, 1 to 256, both axes logarithmic, three lines for each kind. Balanced: down to 0.0005. Independent: down to 0.02. Balanced with late inhibition: lowest with 4 neurons, then up to 0.2. With ten times the noise: lowest with 64."
populations = record.results["populations"]
axis = panels()
for kind, color in zip(populations, (BLUE, VERMILION, GREY, BLACK), strict=True):
    for run in populations[kind]:
        label = kind if run["seed"] == 0 else None
        axis.loglog(counted, run["errors"], ".-", color=color, label=label)
title = "One millisecond late, and too many neurons do harm"
decorate(axis, x="neurons N", y="error", title=title)

# %% [markdown]
# They answer the same error all at once, overshoot, and fall silent until it has leaked away. How many are too many depends on what keeps them from being alike. With a noise of 0.1 thresholds four are best, with ten times as much about 64. Weaker weights and a cost for each spike help, too (Chalk, Gutkin and Denève 2016).

# %% tags=["check"]
for name, best in {"late": 4, "late, more noise": 64}.items():
    for run in populations[name]:
        assert counted[np.argmin(run["errors"])] == best

# %% [markdown]
# ### Two dimensions
#
# With $D$ of two rows the same rule follows a point in the plane. Twelve neurons lift the estimate in twelve directions:

# %% alt="A grey circle, and a vermilion line that follows it closely in small steps."
angle = 2 * math.pi * torch.arange(12) / 12
directions = 0.1 * torch.stack([angle.cos(), angle.sin()])
turn = 2 * math.pi * torch.arange(1000).view(-1, 1) / 500
circle = torch.stack([turn.cos(), turn.sin()], -1)
twelve = balanced_with(circle, directions, generator=generator)
path = LeakyIntegrator(tau_mem=20.0)(twelve) @ directions.T
axis = panels(width=3.4, height=3.4)
axis.plot(*circle[100:, 0].T, color=GREY)
axis.plot(*path[100:, 0].T, color=VERMILION, linewidth=1)
axis.set_aspect("equal")
decorate(axis, title="Twelve neurons go round")

# %% tags=["check"]
assert curve_error(path, circle) < 0.05
assert (twelve.sum((0, 1)) > 5).all()
