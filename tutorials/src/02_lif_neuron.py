# %% [markdown]
# # 02 · The LIF neuron
#
# **What does one neuron compute, and what do $T$, $\mathrm{d}t$, $\tau$ and $\beta$ mean?**
#
# Needs: page 01 (what a spike is), exponential functions. · 30 minutes to read, 20 seconds to run. · Introduces `LIF`, `lif_step` and `plotting.traces`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/02_lif_neuron.ipynb)

# %% [markdown]
# ## You will
#
# - get the neuron's update from the charging of a membrane, and see why the step size need not cost accuracy;
# - break a neuron by changing $\mathrm{d}t$ the naive way, and repair it;
# - compare both resets on the same input, and assert your own loop equal to `snn_core.LIF`, spike for spike;
# - measure the f–I curve and the statistics of spikes under random input against closed forms.

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import matplotlib.pyplot as plt
import numpy as np
import torch

from snn_core import LIF, lif_step
from snn_core.teaching.exercises import Case, check_function, check_value
from snn_core.teaching.explorers import LIFNeuron, firing_rate
from snn_core.teaching.palette import BLUE, VERMILION
from snn_core.teaching.plotting import traces, use_style
from snn_core.training import seeded

use_style()
generator = seeded(2)

# %% [markdown]
# ## 1 · A membrane is a leaky capacitor
#
# A neuron's membrane stores charge, and charge leaks out. Both together make a resistor and a capacitor, with one time constant $\tau$. Input current $I$ through the resistance $R$ drives the voltage $u$:
#
# $$\tau \frac{\mathrm{d}u}{\mathrm{d}t} = -u + R I .$$
#
# A computer needs steps. **Euler's method** takes the slope now and walks a step along it: $u \leftarrow u + \frac{\mathrm{d}t}{\tau}(RI - u)$. But this equation can be solved. While the drive $RI$ is constant, the distance to it shrinks exponentially, $u(t) = RI + (u_0 - RI)\,e^{-t/\tau}$, so by the same factor in every step:
#
# $$u \leftarrow \beta u + (1 - \beta) R I, \qquad \beta = e^{-\mathrm{d}t/\tau} .$$
#
# > **Before you run:** if you halve $\mathrm{d}t$, what happens to the error of Euler's method? And to that of the exact decay?


# %%
def charge(dt, factor, tau=10.0, drive=1.0, duration=20.0):
    """Return the membrane after each step under a constant drive; `factor` is what is left of u per step."""
    u, course = 0.0, []
    for _ in range(round(duration / dt)):
        u = factor * u + (1 - factor) * drive
        course.append(u)
    return np.array(course)


def truth(dt):
    return 1 - np.exp(-np.arange(1, round(20.0 / dt) + 1) * dt / 10.0)


# %% alt="Left: membrane charging over 20 ms with steps of 5 ms; Euler's method overshoots the exact curve, the exact decay lies on it. Right: the error of Euler's method falls in proportion to dt, that of the exact decay is at rounding level."
steps = [5.0, 2.5, 1.0, 0.5, 0.25, 0.1]
euler_error = [np.abs(charge(dt, 1 - dt / 10) - truth(dt)).max() for dt in steps]
exact_error = [np.abs(charge(dt, np.exp(-dt / 10)) - truth(dt)).max() for dt in steps]
order = np.polyfit(np.log(steps), np.log(euler_error), 1)[0]
figure, axes = plt.subplots(1, 2, figsize=(9, 2.9))
axes[0].plot(np.arange(1, 201) * 0.1, truth(0.1), color="0.6", linewidth=3, label="solution")
axes[0].plot(np.arange(5, 21, 5), charge(5.0, 1 - 5 / 10), "o--", label="Euler, dt = 5 ms")
axes[0].plot(np.arange(5, 21, 5), charge(5.0, np.exp(-5 / 10)), "s--", label="exact decay, dt = 5 ms")
axes[0].set(xlabel="time (ms)", ylabel="membrane u", title="Exact decay is exact at any step")
axes[0].legend()
axes[1].loglog(steps, euler_error, "o-", label=f"Euler: order {order:.2f}")
axes[1].loglog(steps, np.maximum(exact_error, 1e-17), "s-", label="exact decay: rounding only")
axes[1].set(xlabel="dt (ms)", ylabel="largest error", title="Only Euler pays for a coarse step")
axes[1].legend()
plt.show()

# %% [markdown]
# Euler's error is proportional to $\mathrm{d}t$ (order 1). The exact decay has none that depends on $\mathrm{d}t$ (order 0): what remains is floating-point rounding. It costs the same multiplication, so this collection always uses $\beta = e^{-\mathrm{d}t/\tau}$.

# %% tags=["check"]
assert abs(order - 1) < 0.1
assert max(exact_error) < 1e-14

# %% [markdown]
# ## 2 · What $T$, $\mathrm{d}t$, $\tau$ and $\beta$ are
#
# - $\tau$ is a property of the **neuron**: after $\tau$ milliseconds without input, 37 % of the membrane is left.
# - $\mathrm{d}t$ is a property of the **simulation**: how many milliseconds one step stands for.
# - $T$ is the number of steps, so the input lasts $T\,\mathrm{d}t$ milliseconds.
# - $\beta = e^{-\mathrm{d}t/\tau}$ follows from both. It is no property of the neuron: the same neuron has another $\beta$ at another $\mathrm{d}t$.
#
# Many published networks state only a $\beta$, and that causes a classic mistake: to keep $\beta$ when $\mathrm{d}t$ changes.
#
# > **Before you run:** a neuron with $\beta = 0.9$ at $\mathrm{d}t = 1$ ms is simulated with the same $\beta$ at $\mathrm{d}t = 5$ ms. Does it forget faster or more slowly?


# %%
def after_a_pulse(dt, beta):
    times = np.arange(0, 60 + dt / 2, dt)
    return times, beta ** np.arange(len(times))


def measured_tau(times, membrane):
    return -1 / np.polyfit(times, np.log(membrane), 1)[0]


# %% alt="Membrane after a pulse for dt of 0.1, 1 and 5 ms. Left, with beta kept at 0.9 the three curves differ: each is another neuron. Right, with beta derived from tau and dt the three lie on one curve."
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True)
kept, derived = {}, {}
for dt, style in ((0.1, "-"), (1.0, "--"), (5.0, "o")):
    kept[dt] = measured_tau(*after_a_pulse(dt, 0.9))
    derived[dt] = measured_tau(*after_a_pulse(dt, np.exp(-dt / 10)))
    axes[0].plot(*after_a_pulse(dt, 0.9), style, label=f"dt = {dt} ms: τ = {kept[dt]:.1f} ms")
    axes[1].plot(*after_a_pulse(dt, np.exp(-dt / 10)), style, label=f"dt = {dt} ms: τ = {derived[dt]:.1f} ms")
axes[0].set(xlabel="time (ms)", ylabel="membrane u", title="β kept at 0.9: three different neurons")
axes[1].set(xlabel="time (ms)", title="β from τ and dt: one neuron, three step sizes")
axes[0].legend(), axes[1].legend()
plt.show()

# %% [markdown]
# In `snn_core` you give a neuron `tau_mem` and `dt`, both in milliseconds, and it derives $\beta$. You can also give `beta` directly, and then it is yours to change it with $\mathrm{d}t$.
#
# From here on the input of a step is one number, $I[t]$, the amount by which the membrane rises. A constant drive $RI$ is $I[t] = (1-\beta)RI$. A spike that arrives through a synapse of weight $w$ is $I[t] = w$ in one step, whatever $\mathrm{d}t$ is. Training finds weights, so the factor $(1 - \beta)$ disappears in them:
#
# $$u[t] = \beta\, u[t-1] + I[t].$$

# %% tags=["check"]
assert all(abs(tau - 10) < 1e-6 for tau in derived.values())
assert round(after_a_pulse(1.0, np.exp(-1 / 10))[1][10], 2) == 0.37
assert kept[0.1] < 1 < 9 < kept[1.0] < 10 < 47 < kept[5.0]
assert all(np.isclose(LIF(10.0, dt=dt).beta.item(), np.exp(-dt / 10)) for dt in (0.1, 1.0, 5.0))

# %% [markdown]
# ## 3 · Threshold and reset, in one fixed order
#
# Now the neuron *fires*: it becomes a **leaky integrate-and-fire** neuron, LIF for short. At every step, in this order: **integrate, compare, emit, reset.**
#
# $$u[t] = \beta\,v[t-1] + I[t], \qquad z[t] = \begin{cases}1 & u[t] > \theta\\ 0 & \text{else}\end{cases}, \qquad v[t] = \begin{cases} u[t] - \theta\,z[t] & \text{soft reset}\\ u[t]\,(1 - z[t]) & \text{hard reset}\end{cases}$$
#
# $u$ is the *membrane*: what is compared, recorded and plotted. $v$ is the *state*: what is carried on. Without a reset the neuron would fire at every step once it is above the threshold. The **soft** reset subtracts $\theta$ and keeps what was above it; the **hard** reset throws that away.
#
# > **Before you run:** the drive is seven times the threshold. Which reset gives more spikes?


# %%
def lif_by_hand(current, beta, reset, threshold=1.0):
    """Return membrane and spikes for a list of inputs: integrate, compare, emit, reset."""
    state, membrane, spikes = 0.0, [], []
    for value in current:
        u = beta * state + value
        z = float(u > threshold)
        state = {"soft": u - threshold * z, "hard": u * (1 - z), "none": u}[reset]
        membrane.append(u)
        spikes.append(z)
    return np.array(membrane), np.array(spikes)


beta = np.exp(-1 / 10)
drive = np.where((np.arange(60) >= 5) & (np.arange(60) < 45), 7.0, 0.0)
runs = {reset: lif_by_hand((1 - beta) * drive, beta, reset) for reset in ("none", "soft", "hard")}

# %% alt="Membrane of one neuron over 60 ms for the same input without reset, with soft reset and with hard reset. Without reset it stays above threshold and fires at every step; the soft reset gives more spikes than the hard one."
figure, axes = plt.subplots(1, 3, figsize=(10, 2.7), sharey=True)
for axis, (reset, (membrane, spikes)) in zip(axes, runs.items(), strict=True):
    traces(torch.tensor(membrane), axis, spikes=torch.tensor(spikes), threshold=1.0)
    axis.set_title(f"reset: {reset}, {int(spikes.sum())} spikes")
plt.show()

# %% [markdown]
# The soft reset gives more spikes, because nothing is thrown away: charge that came in is either spent in spikes, or leaked, or still there. Take the leak away ($\beta = 1$), and the books must balance exactly: **input = spikes × θ + rest**. The hard reset loses the overshoot each time, and that loss depends on $\mathrm{d}t$. This is why the soft reset is the default here.
#
# The core's `LIF` runs this loop for whole tensors `[T, B, N]` at once. We give both the same random input.

# %% tags=["NBVAL_CHECK_OUTPUT"]
current = 0.4 * torch.rand(200, 1, 1, generator=generator, dtype=torch.float64)
core, mine = {}, {}
for reset in ("soft", "hard"):
    core[reset] = LIF(beta=torch.tensor(beta), reset=reset)(current, record=True)
    mine[reset] = lif_by_hand(current.flatten().tolist(), beta, reset)
    print(f"{reset}: core {int(core[reset].spikes.sum())} spikes, by hand {int(mine[reset][1].sum())}")

# %% tags=["check"]
assert all(np.array_equal(core[reset].spikes.flatten(), mine[reset][1]) for reset in core)
assert all(np.allclose(core[reset].membrane.flatten(), mine[reset][0], rtol=0, atol=1e-12) for reset in core)
assert runs["none"][1].sum() > runs["soft"][1].sum() > runs["hard"][1].sum()
whole = LIF(beta=1.0)(current, record=True)
assert torch.allclose(current.sum(0), whole.spikes.sum(0) + whole.state)

# %% [markdown]
# ### The order matters
#
# Some code compares *before* it integrates: the spike is decided by the membrane of the step before. That is a different neuron. Its spikes come one step late, and every layer of a network adds one more step.
#
# > **Before you run:** a single strong input arrives at step 3. At which step does each neuron spike?


# %% tags=["NBVAL_CHECK_OUTPUT"]
def compare_first(current, beta, threshold=1.0):
    u, spikes = 0.0, []
    for value in current:
        z = float(u > threshold)
        u = beta * (u - threshold * z) + value
        spikes.append(z)
    return np.array(spikes)


pulse = np.eye(8)[3] * 1.5
print("integrate first:", lif_by_hand(pulse, beta, "soft")[1].astype(int))
print("compare first:  ", compare_first(pulse, beta).astype(int))

# %% tags=["check"]
assert lif_by_hand(pulse, beta, "soft")[1].argmax() == 3
assert compare_first(pulse, beta).argmax() == 4
assert lif_step(torch.tensor([1.5]), torch.zeros(1), beta=beta)[0].item() == 1

# %% [markdown]
# ## 4 · The f–I curve, and a pause after each spike
#
# How fast does a neuron fire under a constant drive $D = RI$? The answer is its **f–I curve**, firing rate against input current. With a hard reset it charges from 0 to $\theta$ again and again, which takes $\tau \ln \frac{D}{D - \theta}$. Real neurons also need a pause after each spike, the **refractory period** $t_\mathrm{ref}$, in which they ignore their input. So
#
# $$f(D) = \frac{1}{t_\mathrm{ref} + \tau \ln\frac{D}{D - \theta}} \quad (D > \theta), \qquad f(D) = 0 \quad (D \le \theta).$$
#
# We measure it by counting spikes of a simulated neuron at $\mathrm{d}t = 0.1$ ms. The refractory neuron is ours, by hand: it holds its state at 0 for $t_\mathrm{ref}$.
#
# > **Before you run:** without a pause, how fast can the neuron fire if the drive grows without bound? And with a pause of 5 ms?


# %%
def rate_by_hand(drives, refractory, tau=10.0, dt=0.1, duration=2000.0):
    beta = np.exp(-dt / tau)
    v, waiting, count = np.zeros_like(drives), np.zeros_like(drives), np.zeros_like(drives)
    for _ in range(round(duration / dt)):
        u = np.where(waiting > 0, 0.0, beta * v + (1 - beta) * drives)
        waiting = np.maximum(waiting - 1, 0)
        z = u > 1
        v, waiting, count = np.where(z, 0.0, u), np.where(z, round(refractory / dt), waiting), count + z
    return 1000 * count / duration


drives = np.linspace(0.5, 5, 46)
counted = {refractory: rate_by_hand(drives, refractory) for refractory in (0.0, 5.0)}
interval = 1000 / np.maximum(firing_rate(drives, 10.0), 1e-9)
formula = {pause: np.where(drives > 1, 1000 / (interval + pause), 0.0) for pause in counted}

# %% alt="Firing rate against drive. Measured dots lie on the closed-form curves: zero up to a drive of 1, then rising steeply. Without refractory period the rate grows on, with 5 ms it saturates below 200 spikes per second."
figure, axis = plt.subplots(figsize=(6.5, 3))
for pause, color in zip(counted, (BLUE, VERMILION), strict=True):
    axis.plot(drives, formula[pause], color=color, label=f"closed form, pause {pause:.0f} ms")
    axis.plot(drives, counted[pause], "o", color=color, markersize=4, label="counted")
axis.axhline(200, color="0.5", linestyle="--", linewidth=1)
axis.set(
    xlabel="drive D = R·I",
    ylabel="rate (spikes/s)",
    title="Silent below threshold; a pause of 5 ms caps the rate at 200/s",
)
axis.legend(ncols=2)
plt.show()

# %% [markdown]
# The curve is the neuron's nonlinearity, what a ReLU is to an ordinary network: silent below the threshold, then rising. The counted intervals are rounded up to whole steps, so each is up to 0.1 ms longer than the formula says. With that rounding, the counts agree exactly.

# %% tags=["check"]
firing = drives > 1
in_steps = np.floor(10 * np.log(drives[firing] / (drives[firing] - 1)) / 0.1) + 1  # rounded up to whole steps
for pause, rates in counted.items():
    counts = (20_000 + 10 * pause) // (in_steps + 10 * pause)  # the first spike needs no pause before it
    assert (rates[~firing] == 0).all() and np.array_equal(rates[firing] * 2, counts)
assert counted[5.0].max() < 200 < counted[0.0].max()

# %% [markdown]
# ## 5 · Random input: regular or irregular?
#
# In a network a neuron receives spikes at random times. How regular is its answer? The usual measure is the **coefficient of variation** of the intervals between its spikes, CV = standard deviation / mean. A clock has CV 0; a Poisson process has CV 1.
#
# There is a case with a closed form. Take away the leak, and give each input spike the weight $\theta / k$: the neuron fires at every $k$-th input. If an input comes with probability $p$ per step, its intervals are sums of $k$ independent geometric waiting times, so CV $= \sqrt{(1-p)/k}$.
#
# > **Before you run:** is a neuron that averages many inputs more regular than its input, or less?


# %%
def intervals(spikes):
    return spikes.nonzero().flatten().diff().double()


p, ks = 0.1, torch.tensor([1, 2, 4, 8, 16])
inputs = (torch.rand(50_000, 1, 1, generator=generator) < p).double()
counting = [intervals(spikes) for spikes in LIF(beta=1.0, threshold=1 - 1e-6)(inputs / ks)[:, 0].T]
measured = np.array([(gaps.std() / gaps.mean()).item() for gaps in counting])
expected = np.sqrt((1 - p) / ks.numpy())

# %% [markdown]
# With the leak back, it depends on the mean drive. Our first neuron hears many weak inputs, five per millisecond, and their mean alone exceeds the threshold: it charges steadily (*mean-driven*). The second hears few strong ones, one in five milliseconds. Their mean stays below the threshold, and only chance clusters of inputs make it fire (*fluctuation-driven*).

# %%
arrivals, weights = torch.tensor([5.0, 0.2]), torch.tensor([0.027, 0.3])
inputs = torch.poisson(arrivals.expand(50_000, 1, 2), generator=generator)
mean_drive = arrivals * weights / (1 - beta)
gaps = [intervals(spikes) for spikes in LIF(tau_mem=10.0)(inputs * weights)[:, 0].T]
cvs = [(gap.std() / gap.mean()).item() for gap in gaps]

# %% alt="Left: CV against the number k of inputs per output spike, measured dots on the closed-form curve, falling from near 1 to near 0.25. Right: histograms of the intervals of two neurons: narrow for the mean-driven one, wide and skewed for the fluctuation-driven one."
figure, axes = plt.subplots(1, 2, figsize=(9, 2.8))
axes[0].plot(ks, expected, color="0.5", label=r"$\sqrt{(1-p)/k}$")
axes[0].plot(ks, measured, "o", label="measured")
axes[0].set(xlabel="inputs per spike k", ylabel="CV", ylim=(0, 1.05), title="Averaging makes a neuron regular")
axes[0].legend()
for neuron, name in enumerate(("mean-driven", "fluctuation-driven")):
    label = f"{name}: drive {mean_drive[neuron]:.2f}, CV {cvs[neuron]:.2f}"
    axes[1].hist(gaps[neuron].numpy(), bins=np.arange(0, 100, 2), density=True, alpha=0.7, label=label)
axes[1].set(xlabel="interval (ms)", ylabel="share per ms", title="A drive below threshold makes it irregular")
axes[1].legend()
plt.show()

# %% tags=["check"]
assert np.allclose(measured, expected, rtol=0.05)
assert mean_drive[0] > 1 > mean_drive[1]
assert cvs[0] < 0.3 < 0.6 < cvs[1]

# %% [markdown]
# ## Explorer
#
# One neuron under a constant drive. Find the smallest drive that makes it fire; double $\tau$ and find it again. Then watch the point on the f–I curve while you raise the threshold.

# %% alt="Explorer at its start: the membrane of an LIF neuron that fires 9 times in 100 ms, and its point on the f-I curve."
show = LIFNeuron()
show(drive=1.5, tau_mem=10.0)

# %%
LIFNeuron().sliders()

# %% [markdown]
# ## Recap
#
# You
#
# - derived $u[t] = \beta\,v[t-1] + I[t]$ from a leaky capacitor; the exact decay costs no accuracy at any $\mathrm{d}t$;
# - saw that a fixed $\beta$ at another $\mathrm{d}t$ is another neuron, and kept $\tau$ instead;
# - compared the resets, balanced the books of the soft one, and matched `snn_core.LIF` spike for spike;
# - met the closed forms: the f–I curve exactly once its intervals are whole steps, the CV of a counting neuron within 5 %.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $\tau$ | membrane time constant, ms | `tau_mem` |
# | $\mathrm{d}t$ | length of a step, ms | `dt` |
# | $\beta$ | what is left of the membrane per step | `beta`, derived |
# | $I[t]$ | what a step adds to the membrane | `current` |
# | $u[t]$ | membrane: compared, recorded, plotted | `membrane` |
# | $v[t]$ | state: membrane after the reset | `state` |
# | $\theta$ | threshold | `threshold` |
# | $z[t]$ | spike, 0 or 1 | `spikes` |
#
# ## Exercises
#
# ### 1 · The β of a paper
#
# A paper states $\tau = 20$ ms and bins its data at $\mathrm{d}t = 2$ ms. Which $\beta$ does its neuron have?

# %% tags=["exercise"]
beta_of_paper = None

hint = "β is exp(-dt / tau): dt is on top, and Euler's 1 - dt / tau is only near it."
check_value(beta_of_paper, LIF(20.0, dt=2.0).beta.item(), hint, tolerance=1e-3)

# %% [markdown]
# ### 2 · The first spike in closed form
#
# A neuron at rest gets a constant drive $D$, that is $I[t] = (1-\beta)D$, so $u$ after $n$ steps is $D(1 - \beta^n)$. Write a function that returns the *number of steps* until $u > \theta$, without a loop. For a drive that never gets there, return infinity.


# %% tags=["exercise"]
def steps_to_first_spike(drive, beta, threshold=1.0):
    return None  # your code here


constant = torch.full((100, 1, 1), 1.5 * (1 - 0.9))
first = LIF(beta=0.9)(constant).argmax().item() + 1
check_function(
    steps_to_first_spike,
    Case((1.5, 0.9), first, "Solve D(1 - β^n) = θ for n. A spike falls on the first whole step after it."),
    Case((2.5, 0.5), 1, "Try it with a pencil: 2.5 · 0.5 is already above 1."),
    Case((0.8, 0.9), np.inf, "The membrane never gets higher than the drive."),
    Case((2.0, 0.5), 2, "A membrane at the threshold is no spike yet: the rule is u > θ."),
    Case((3.0, 0.5, 2.0), 2, "Use the argument threshold, not 1."),
)

# %% [markdown]
# ### 3 · A third reset
#
# Some chips reset the membrane to a value *below* rest, so that the neuron is slow to fire again. Write one step of an LIF neuron with threshold 1, in the order of section 3, that resets to $-0.5$. Return membrane, spike and new state.


# %% tags=["exercise"]
def step_with_undershoot(current, state, beta):
    return None  # your code here


check_function(
    step_with_undershoot,
    Case((0.5, 0.4, 0.5), (0.7, 0, 0.7), "u = β v + I, with no factor at I; below the threshold nothing is reset."),
    Case(
        (1.0, 0.4, 0.5), (1.2, 1, -0.5), "Compare after the input was added. The new state is -0.5, however high u was."
    ),
    Case((1.6, -0.5, 0.5), (1.35, 1, -0.5), "The membrane that is returned is the one before the reset."),
    Case((0.75, 0.5, 0.5), (1.0, 0, 1.0), "Exactly at the threshold there is no spike: u > 1."),
)

# %% [markdown] tags=["solution"]
# ### 4 · Open
#
# A *relative* refractory period does not forbid a second spike but makes it harder, for example by a threshold that jumps up by 0.5 at each spike and decays with 20 ms. Add it to `lif_by_hand`; let the soft reset subtract the raised threshold. Give the neuron a constant drive for 2000 ms at $\mathrm{d}t = 0.1$ ms: what happens to the f–I curve at $D = 1.5$, 3 and 5? Then give it `(inputs * weights)[:, 0, 1].tolist()` at 1 ms: what happens to the CV of the fluctuation-driven neuron? (Page 03 has a name for this neuron.)
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# $\beta = e^{-2/20} = 0.905$.
#
# ```python
# beta_of_paper = np.exp(-2 / 20)
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# $D(1 - \beta^n) > \theta$ means $n > \ln(1 - \theta/D) / \ln\beta$; the first whole number above it is the answer.
#
# ```python
# def steps_to_first_spike(drive, beta, threshold=1.0):
#     if drive <= threshold:
#         return np.inf
#     return int(np.floor(np.log(1 - threshold / drive) / np.log(beta))) + 1
# ```
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# ```python
# def step_with_undershoot(current, state, beta):
#     membrane = beta * state + current
#     spike = int(membrane > 1)
#     return membrane, spike, -0.5 if spike else membrane
# ```
#
# </details>
#
# <details><summary>Answer 4</summary>
#
# The rates fall from 90, 245 and 446 spikes/s to 50, 106 and 158: the curve is flatter, but it still starts at $D = 1$. The CV falls from 0.85 to about 0.7: short intervals become rare.
#
# ```python
# def relative_refractory(current, dt, jump=0.5):
#     beta, recovery = np.exp(-dt / 10), np.exp(-dt / 20)
#     state, raised, spikes = 0.0, 0.0, []
#     for value in current:
#         membrane, threshold = beta * state + value, 1 + raised
#         spikes.append(float(membrane > threshold))
#         state = membrane - threshold * spikes[-1]
#         raised = recovery * raised + jump * spikes[-1]
#     return np.array(spikes)
#
#
# fired = {}
# for strength in (1.5, 3.0, 5.0):
#     constant = [strength * (1 - np.exp(-0.1 / 10))] * 20_000
#     fired[strength] = [relative_refractory(constant, 0.1, jump).sum() / 2 for jump in (0, 0.5)]
# noisy = (inputs * weights)[:, 0, 1].tolist()
# gaps = [intervals(torch.tensor(relative_refractory(noisy, 1, jump))) for jump in (0, 0.5)]
# variations = [float(each.std() / each.mean()) for each in gaps]
# print(fired, variations)
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - L. Lapicque, *Recherches quantitatives sur l'excitation électrique des nerfs traitée comme une polarisation*, Journal de Physiologie et de Pathologie Générale 9, 1907.
# - W. Gerstner, W. M. Kistler, R. Naud, L. Paninski, *Neuronal Dynamics*, Cambridge University Press, 2014, chapters 1 and 8.
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019, section II.
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023, section II.
#
# **Next:** [03 · Neuron models](03_neuron_models.ipynb) adds synapses, adaptation and recurrence; [07 · A first trained network](07_first_trained_network.ipynb) trains 266 of these neurons to read digits.
