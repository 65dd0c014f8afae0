# %% [markdown]
# # 12 · BPTT meets STDP
#
# **Why does a gradient through time look like STDP?**
#
# Needs: page 05 (surrogate gradients), page 06 (BPTT), page 09 (traces and the STDP window); section 6 uses the van Rossum distance of page 08. · 40 minutes to read, one minute to run. · Introduces `gradient_window`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/12_bptt_meets_stdp.ipynb)
#
# ## You will
#
# - move a presynaptic spike around a target spike, and read a window off the gradient of its weight;
# - derive that window as error × surrogate × trace, and measure its time constant, with a synapse in between and with a reset in between;
# - make the gradient depress, and write the loss whose gradient has *both* branches of STDP;
# - create and delete a spike with both rules, and teach a neuron four precise spike times with BPTT, STDP and a rule in between.

# %% tags=["setup"]
import itertools
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")


import matplotlib.pyplot as plt
import numpy as np
import torch

from snn_core import LIF, CuBaLIF, Surrogate
from snn_core.exercises import Case, check_function
from snn_core.explorers import GradientWindow, gradient_window
from snn_core.losses import van_rossum
from snn_core.plasticity import PairSTDP, spike_trace
from snn_core.plotting import BLUE, VERMILION, use_style
from snn_core.training import seeded

use_style()
GREEN, POST, STEPS = "#009E73", 100, 300

# %% [markdown]
# ## 1 · Move a spike, read the gradient
#
# STDP was measured by playing pairs of spikes (page 09): one before, one after the synapse, at every lag $t_\mathrm{post} - t_\mathrm{pre}$. Play the same experiment to a gradient. A neuron should spike at step 100, and a loss says so:
#
# $$L = \tfrac12 \left(z[100] - 1\right)^2 .$$
#
# One synapse of weight $w = 0$ delivers one presynaptic spike, earlier or later. A step downhill changes its weight by $\Delta w = -\partial L/\partial w$ (times a learning rate, 1 here). We run 81 copies of the neuron, one for each lag from −40 to 40 ms. A background current holds the membrane at a level of our choice.
#
# > **Before you run:** a first try holds the membrane at rest, a second lets the neuron spike at step 100 already. What does each gradient look like?

# %%
lags = torch.arange(-40.0, 41.0, dtype=torch.float64)  # t_post - t_pre in ms
pre = torch.eye(STEPS, dtype=torch.float64)[POST - lags.long()].T  # [time, lag]: one spike each
tau_mem = torch.tensor(10.0, dtype=torch.float64)  # ms


def holding_current(level, neuron):
    """Return the current [time, 1] that lifts a membrane to `level` and keeps it there."""
    current = torch.full((STEPS, 1), level * (1 - neuron.beta.item()), dtype=torch.float64)
    current[0] = level
    return current


def descend(neuron, background, loss, weight=0.0):
    """Return the weight change of one downhill step for each lag, with the membrane [time, lag]."""
    weights = torch.full((len(lags),), weight, dtype=torch.float64, requires_grad=True)
    spikes, membrane, _ = neuron(background + pre * weights, record=True)
    return -torch.autograd.grad(loss(spikes), weights)[0], membrane.detach()


def ask_for_spike(spikes):
    return ((spikes[POST] - 1) ** 2).sum() / 2


# %% alt="Left: weight change against lag. At rest: almost zero. Already spiking: exactly zero. Membrane 0.2 below threshold: a peak of 0.11 at lag 0 that decays towards positive lags and is zero at negative ones. Right: the same divided by its peak lies exactly on the positive side of the STDP window; STDP also has a negative side."
lif = LIF(tau_mem)
pulse = torch.zeros(STEPS, 1, dtype=torch.float64)
pulse[POST] = 1.0
at_rest, _ = descend(lif, holding_current(0.0, lif), ask_for_spike)
satisfied, _ = descend(lif, holding_current(0.5, lif) + pulse, ask_for_spike)
window, _ = descend(lif, holding_current(0.8, lif), ask_for_spike)
synapses = torch.full((1, len(lags)), 0.5, dtype=torch.float64)
stdp = PairSTDP(10.0, 10.0, a_plus=0.1, a_minus=0.05)
paired = (stdp(pre[:, None], pulse[:, None], synapses) - synapses).flatten()

figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
axes[0].plot(lags, window, color=BLUE, label="0.2 below the threshold")
axes[0].plot(lags, at_rest, color=VERMILION, label="at rest")
axes[0].plot(lags, satisfied, color="0.5", linestyle="--", label="spikes at 100 already")
axes[1].plot(lags, paired / paired.max(), ".", color="0.6", label="STDP")
axes[1].plot(lags, window / window.max(), color=BLUE, label="BPTT")
axes[0].set(
    xlabel="t_post - t_pre (ms)", ylabel="weight change", title="A window, where the neuron is close to a spike"
)
axes[1].set(xlabel="t_post - t_pre (ms)", ylabel="change / largest change", title="It is the causal half of STDP")
axes[0].legend(loc="upper left"), axes[1].legend(loc="upper left")
plt.show()

# %% tags=["check"]
core = gradient_window(LIF(tau_mem), lags, level=0.8)
assert torch.allclose(window, core, rtol=0, atol=1e-12) and round((window.max() / at_rest.max()).item()) == 13
assert (satisfied == 0).all() and (window[lags < 0] == 0).all() and (paired[lags < 0] < 0).all()
assert torch.allclose(window / window.max(), paired.clamp(min=0) / paired.max(), rtol=0, atol=1e-12)
assert torch.allclose(paired, stdp.window(lags), rtol=0, atol=1e-12)

# %% [markdown]
# At rest the window is there, but 13 times lower. A neuron that already spikes at the right step gets no change at all: there is no error, whereas STDP would strengthen the pair once more. Close to the threshold, and with the spike missing, the gradient draws a window: nothing for a spike that comes too late to help, most for one in the same step, and an exponential decay in between. The core's `gradient_window` returns it.
#
# ## 2 · Why: error × surrogate × trace
#
# Take the recursion of page 06 with a soft, detached reset: $c = 1$, so $g_u[t] = g_z[t]\,s[t] + \beta\, g_u[t+1]$. Unroll it, insert it into $\Delta w = -\sum_t x[t]\, g_u[t]$, and change the order of the sums:
#
# $$\Delta w = \sum_t \underbrace{\delta[t]}_{\text{error}}\; \underbrace{s[t]}_{\text{surrogate}}\; \underbrace{\bar x[t]}_{\text{trace}}, \qquad \bar x[t] = \sum_{k \le t} \beta^{\,t-k} x[k], \qquad \delta[t] = -\frac{\partial L}{\partial z[t]} .$$
#
# $\bar x$ is the presynaptic trace of STDP, with $\tau_\mathrm{mem}$ in the place of $\tau_+$. Summed backwards, a gradient is credit for the past; summed forwards, it is a memory of it. For one spike and one target, $\Delta w = \delta\, s\, \beta^{\,t_\mathrm{post} - t_\mathrm{pre}}$.
#
# First the whole formula, on a neuron with 30 inputs that spikes often, and with a loss that speaks at every step: the van Rossum distance (page 08) to random target spikes.
#
# > **Before you run:** no postsynaptic spike stands in this formula, unlike in STDP. Where does the neuron's own spiking enter?

# %%
generator = seeded(12)
inputs = (torch.rand(STEPS, 1, 30, generator=generator) < 0.05).double()
goal = (torch.rand(STEPS, 1, 1, generator=generator) < 0.03).double()
w = (0.3 * torch.rand(30, 1, generator=generator).double()).requires_grad_()
spikes, membrane, _ = lif(inputs @ w, record=True)
(bptt,) = torch.autograd.grad(van_rossum(spikes, goal), w)

# %% tags=["NBVAL_CHECK_OUTPUT"]
emitted = spikes.detach().requires_grad_()
error = -torch.autograd.grad(van_rossum(emitted, goal), emitted)[0]
near = lif.surrogate.derivative(membrane.detach() - 1)
product = (error * near * spike_trace(inputs, 10.0)).sum((0, 1))
apart = (product + bptt.flatten()).abs().max() / product.abs().max()
print(f"{spikes.sum():.0f} spikes; three factors equal minus the gradient within 1e-12: {apart < 1e-12}")

# %% tags=["check"]
assert apart < 1e-12 and spikes.sum() > 10
assert (error != 0).double().mean() > 0.9 and (near > 0).all()  # the loss and the surrogate speak at every step

# %% [markdown]
# Its spikes enter through the error, and through the resets in the membrane under $s$. (SuperSpike, of page 05, is a learning rule built on such a product.) Now the time constant: fit a straight line to the logarithm of the window, for four values of $\tau_\mathrm{mem}$.
#
# Two things change the window's shape. A synapse of weight $w > 0$ moves the membrane it asks about: $s$ is then taken at $0.8 + w \beta^k$. And a `CuBaLIF` neuron has a filter before the membrane, so $\beta^k$ gives way to its kernel (page 03), a difference of two exponentials:
#
# $$\kappa[k] = (1-\alpha)\, \frac{\alpha^{k+1} - \beta^{k+1}}{\alpha - \beta} .$$
#
# > **Before you run:** will a strong synapse find its time constant too long or too short?


# %% alt="Left: four windows on a logarithmic axis, straight lines with the fitted time constants 5, 10, 20 and 40 ms. Middle: windows of weights 0 to 0.1, the stronger the higher and the steeper. Right: the window through a synapse rises for some milliseconds, peaks and decays; points lie on the closed form."
def fitted_tau(change, first=0, last=40):
    """Fit an exponential to a window over the lags from `first` to `last`; return its time constant in ms."""
    part = (lags >= first) & (lags <= last)
    return -1 / np.polyfit(lags[part], change[part].abs().log(), 1)[0]


neurons = {tau: LIF(torch.tensor(tau, dtype=torch.float64)) for tau in (5.0, 10.0, 20.0, 40.0)}
windows = {tau: descend(each, holding_current(0.8, each), ask_for_spike)[0] for tau, each in neurons.items()}
strong = {w: descend(lif, holding_current(0.8, lif), ask_for_spike, w)[0] for w in (0.0, 0.01, 0.05, 0.1)}
cuba = CuBaLIF(tau_mem, torch.tensor(5.0, dtype=torch.float64))
through_synapse, potential = descend(cuba, holding_current(0.8, cuba), ask_for_spike)
k, alpha, beta = lags.clamp(min=0), cuba.alpha.item(), cuba.beta.item()
kappa = (1 - alpha) * (alpha ** (k + 1) - beta ** (k + 1)) / (alpha - beta) * (lags >= 0)
closed = cuba.surrogate.derivative(potential[POST] - 1) * kappa
figure, axes = plt.subplots(1, 3, figsize=(11, 3.2))
for change in windows.values():
    axes[0].semilogy(lags[40:], change[40:], label=f"fit {fitted_tau(change):.2f} ms")
for weight, change in strong.items():
    axes[1].semilogy(lags[40:], change[40:], label=f"w = {weight:g}: {fitted_tau(change):.1f} ms")
axes[2].plot(lags, through_synapse, ".", color=BLUE, label="BPTT")
axes[2].plot(lags, closed, color=VERMILION, linewidth=1, label="s · κ")
for axis, title in zip(axes, ("Its τ is τ_mem", "Stronger synapse: steeper", "CuBaLIF: a later peak"), strict=True):
    axis.set(xlabel="t_post - t_pre (ms)", ylabel="weight change", title=title)
    axis.legend(fontsize=8)
plt.show()

# %% tags=["check"]
trace = lif.beta ** lags[40:]  # with w = 0.1 the membrane at the target is 0.8 + 0.1 trace
assert torch.allclose(strong[0.1][40:], lif.surrogate.derivative(0.1 * trace - 0.2) * trace, rtol=0, atol=1e-12)
short = {weight: 1 - fitted_tau(change) / 10 for weight, change in strong.items()}
assert all(abs(fitted_tau(change) / tau - 1) < 1e-9 for tau, change in windows.items())
assert 0 < short[0.01] < 0.02 and round(100 * short[0.1]) == 13 and list(short.values()) == sorted(short.values())
assert torch.allclose(through_synapse, closed, rtol=0, atol=1e-12) and lags[through_synapse.argmax()] == 6

# %% [markdown]
# For a synapse of weight 0 the fitted time constant is $\tau_\mathrm{mem}$ to within $10^{-9}$. With weight it is shorter: by less than 2 % at $w = 0.01$, by 13 % at $w = 0.1$, because a recent spike also lifts the membrane towards the threshold, where $s$ is larger. Through a synapse the window follows $\kappa$ and peaks at a lag of 6 ms.
#
# ## 3 · A spike in between
#
# Let the neuron spike once *before* the target, at step 85. Now the way back from step 100 crosses a reset, and each reset has its own factor $c$ (page 06): 1 for the soft and $1 - z$ for the hard one if they are detached, $1 - \theta s$ and $1 - z - us$ if they are attached. The window is the product of all factors on the way:
#
# $$\frac{\Delta w}{\delta\, s[100]} = \prod_{t = t_\mathrm{pre}}^{99} \beta\, c[t] .$$
#
# > **Before you run:** for which reset does the neuron forget what came before its own spike?

# %% alt="Window against lag with a postsynaptic spike 15 ms before the target. Soft detached: undisturbed exponential. Hard detached: exponential, and zero from lag 15 on. Both attached: lower at all lags, with a step at lag 15; the hard one turns negative there."
earlier = torch.zeros(STEPS, 1, dtype=torch.float64)
earlier[85] = 1.0
rules, crossed, predicted = list(itertools.product(("soft", "hard"), (True, False))), {}, {}
for reset, detached in rules:
    neuron = LIF(tau_mem, reset=reset, detach_reset=detached, surrogate=Surrogate(scale=2.0))
    change, u = descend(neuron, holding_current(0.5, neuron) + earlier, ask_for_spike)
    u, slope = u[:, 0], neuron.surrogate.derivative(u[:, 0] - 1)
    keep = (u <= 1).double() if reset == "hard" else torch.ones_like(u)
    c = keep if detached else keep - slope * (u if reset == "hard" else 1)
    crossed[reset, detached] = change / slope[POST]
    predicted[reset, detached] = torch.stack([(neuron.beta * c[POST - lag : POST]).prod() for lag in range(41)])
figure, axis = plt.subplots(figsize=(8, 3.2))
for (reset, detached), color in zip(rules, (BLUE, GREEN, VERMILION, "#E69F00"), strict=True):
    name = f"{reset}, {'detached' if detached else 'attached'}"
    axis.plot(lags, crossed[reset, detached], color=color, label=name, linestyle="-" if detached else "--")
axis.axvline(15, color="0.6", linestyle=":", linewidth=1)
axis.set(xlabel="t_post - t_pre (ms)", ylabel="change / s at the target", xlim=(-5, 40))
axis.set_title("A hard reset cuts the window at an earlier spike (dotted)")
axis.legend()
plt.show()

# %% tags=["check"]
assert all(torch.allclose(crossed[rule][40:], predicted[rule], rtol=0, atol=1e-12) for rule in rules)
assert torch.allclose(crossed["soft", True], window / window.max(), rtol=0, atol=1e-12)
assert (crossed["hard", True][lags >= 15] == 0).all() and (crossed["hard", True][(0 <= lags) & (lags < 15)] > 0).all()
assert (crossed["hard", False][lags >= 15] < 0).all() and (crossed["soft", False] >= 0).all()

# %% [markdown]
# With the default, soft and detached, nothing happens: the window is that of all-to-all STDP, in which earlier postsynaptic spikes do not matter. The hard detached reset cuts it: a presynaptic spike counts only for the *first* postsynaptic spike that follows it. An attached reset adds a second message, "more input would have reset the membrane more": it takes credit away at every step near the threshold, and here the hard one reverses the sign.
#
# ## 4 · Depression: only if the loss asks for it
#
# STDP depresses a synapse whose spike came *after* the postsynaptic one. The gradient of section 1 is exactly zero there: a later input cannot change an earlier spike. Its sign comes from the error alone. $\delta = -1$, "no spike here", turns the whole window around, and depresses *causal* pairs.
#
# Can a loss ask for STDP's second branch? An input after the spike still pushes the membrane towards a *next* spike. So charge spikes that follow closely on the neuron's own spikes $\hat z$, by their trace $y$ with a time constant $\tau_y$:
#
# $$L = \sum_t \left( a\, e^{-1/\tau_y}\, y[t-1] -\hat z[t] \right) z[t] \quad\Rightarrow\quad \delta[t] = \hat z[t] - a\, e^{-1/\tau_y}\, y[t-1],$$
#
# with $\hat z$ and $y$ taken as constants and steps of 1 ms.
#
# > **Before you run:** which time constant will each branch have?

# %% alt="Left: gradient windows for error plus one and minus one, mirror images with all change at positive lags, beside the STDP window with its negative side at negative lags. Right: the gradient of the self-confirming loss has a positive branch at positive and a negative branch at negative lags and lies on an STDP window."
firing = holding_current(0.5, lif) + pulse  # a pulse of θ, which the soft reset undoes: back at 0.5 at once


def self_confirming(spikes, a=0.07, tau_y=20.0):
    own = spikes.detach()
    return ((a * (spike_trace(own, tau_y) - own) - own) * spikes).sum()  # y without its newest spike


asked, _ = descend(lif, holding_current(0.8, lif), ask_for_spike)
refused, _ = descend(lif, firing, lambda spikes: (spikes[POST] ** 2).sum() / 2)
both_branches, potential = descend(lif, firing, self_confirming)
s, ratio = lif.surrogate.derivative(potential[POST, 0] - 1).item(), np.exp(-1 / 10 - 1 / 20)
heights = {"a_plus": s * (1 - 0.07 * ratio / (1 - ratio)), "a_minus": s * 0.07 / (1 - ratio)}
reference = PairSTDP(10.0, 20.0, **heights).window(lags)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
axes[0].plot(lags, paired / paired.max(), ".", color="0.6", label="STDP")
axes[0].plot(lags, asked / asked.max(), color=BLUE, label="BPTT: spike here")
axes[0].plot(lags, refused / refused.abs().max(), color=VERMILION, label="BPTT: no spike here")
axes[1].plot(lags, reference, ".", color="0.6", label="STDP, 10 and 20 ms")
axes[1].plot(lags, both_branches, color=BLUE, label="BPTT, self-confirming loss")
axes[0].set(xlabel="t_post - t_pre (ms)", ylabel="change / largest change", title="The error decides the sign")
axes[1].set(xlabel="t_post - t_pre (ms)", ylabel="weight change", title="A loss whose gradient is all of STDP")
axes[0].legend(loc="upper left", fontsize=8), axes[1].legend(loc="upper left", fontsize=8)
plt.show()

# %% tags=["check"]
assert torch.allclose(refused / refused.min(), asked / asked.max(), rtol=0, atol=1e-12)
assert (asked[lags < 0] == 0).all() and (refused[lags < 0] == 0).all() and refused[40] < 0 < asked[40]
assert torch.allclose(both_branches, reference, rtol=0, atol=1e-10)
assert abs(fitted_tau(both_branches) - 10) < 1e-6 and abs(fitted_tau(both_branches, -40, -1) + 20) < 1e-6

# %% [markdown]
# The potentiation decays with $\tau_\mathrm{mem}$, the depression with $\tau_y$. An input $k$ steps after the spike meets all charges from there on, a geometric sum: $\Delta w = -a\, s\, e^{-k/\tau_y} / (1 - \beta\, e^{-1/\tau_y})$. So for one pair, in this setting, where $s$ is the same at every step, the window of STDP *is* a surrogate gradient: that of a neuron which is its own teacher, confirms the spike it emitted and wants no other soon after. It is one loss with this gradient; it does not follow that a synapse minimises it.
#
# An ordinary loss lies in between. Let the neuron spike at 100 and the van Rossum loss want this spike 15 ms later, or earlier, or right there.
#
# > **Before you run:** the spike should come later. Which inputs should be weakened?

# %% alt="Weight change against the time of the presynaptic spike. Left: target 15 ms after the actual spike; inputs up to the actual spike are depressed, later ones potentiated. Right: target 15 ms before it; the mirror image in sign: inputs up to the target are potentiated, later ones depressed."
towards, wanted = {}, {}
for name, step in (("later", POST + 15), ("earlier", POST - 15), ("right", POST)):
    wanted[name] = torch.zeros(STEPS, 1, dtype=torch.float64)
    wanted[name][step] = 1
    goals = wanted[name].expand(-1, len(lags))
    towards[name], _ = descend(lif, firing, lambda z, goals=goals: len(lags) * van_rossum(z, goals))
figure, axes = plt.subplots(1, 2, figsize=(10, 3), sharey=True)
for axis, name in zip(axes, ("later", "earlier"), strict=True):
    axis.axhline(0, color="0.8", linewidth=1)
    axis.axvline(POST, color=VERMILION, label="actual spike")
    axis.axvline(wanted[name].argmax(), color=GREEN, linestyle="--", label="target")
    axis.plot(POST - lags, towards[name], color=BLUE)
    axis.set(xlabel="t_pre (ms)", title=f"Spike wanted {name}: both signs")
axes[0].set_ylabel("weight change")
axes[0].legend(loc="upper left")
plt.show()

# %% tags=["check"]
weaker, stronger = ((POST - lags)[towards[name] < 0] for name in ("later", "earlier"))
assert weaker.max() == 101 and (towards["later"][POST - lags > 101] > 0).all()
assert stronger.min() == 87 and (towards["earlier"][POST - lags < 87] > 0).all() and (towards["right"] == 0).all()

# %% [markdown]
# Wanted later: inputs up to 101 ms are weakened, later ones strengthened. Around the actual spike this is *the reverse of STDP*. Wanted earlier: inputs up to 86 ms gain, later ones lose: the signs of STDP, but around the *target*. And if the spike is right, the change is zero at all lags. So the lag alone does not decide whether a synapse grows. On page 11 a reward gave the eligibility trace its sign; here the error does, at every step and without delay.
#
# ## 5 · A spike appears, a spike disappears
#
# STDP needs a postsynaptic spike. A neuron that is silent has none, so its weights stay where they are for ever. In the gradient, the place of that spike is taken by $s[t]$, which is above zero on *both* sides of the threshold. So the gradient works before a spike exists, and after it has gone.
#
# One synapse, one spike at step 100, a membrane held at 0.5: the neuron spikes if $w > 0.5$. Start at $w = 0.2$ and ask for a spike there; start at 0.8 and ask for none. The loss is the squared error of every step, $\frac12 \sum_t (z[t] - z^*[t])^2$.
#
# > **Before you run:** where does each weight end, with BPTT and with STDP?

# %%
spike_at_post = wanted["right"]  # the presynaptic spike, and also the target of the first neuron
alone = torch.linspace(0, 1, 101, dtype=torch.float64).requires_grad_()
spikes = lif(holding_current(0.5, lif) + spike_at_post * alone)
(fixed_error,) = torch.autograd.grad(spikes[POST].sum(), alone)
fixed_stdp = (spikes * spike_trace(spike_at_post, 10.0)).sum(0).detach()


def lone_synapse(rule, updates=80):
    """Return the weights of two neurons before each update: one should spike at step 100, the other should not."""
    goal, weights, course = spike_at_post * torch.tensor([1.0, 0.0]), torch.tensor([0.2, 0.8]).to(tau_mem), []
    for _ in range(updates):
        course.append(weights.detach())
        weights = weights.detach().requires_grad_()
        spikes = lif(holding_current(0.5, lif) + spike_at_post * weights)
        if rule == "BPTT":
            change = -0.1 * torch.autograd.grad((spikes - goal).square().sum() / 2, weights)[0]
        else:
            change = 0.01 * (spikes * spike_trace(spike_at_post, 10.0)).sum(0)  # no input comes after a spike
        weights = (weights + change).clamp(0, 1)
    return torch.stack(course)


# %% alt="Left: change against weight at a fixed error: the gradient rises smoothly to its peak at the threshold weight 0.5 and falls again; STDP is zero below and constant above. Middle: with BPTT both weights converge on 0.5 from two sides; with STDP the lower stays constant and the upper grows to its bound. Right: trained weights grow exponentially with the lag, the first change decays."
near_spike = holding_current(0.3, lif) + 0.6 * pulse
taught = torch.zeros(len(lags), dtype=torch.float64)
for _ in range(500):  # one synapse for each lag, trained until its neuron spikes at the target
    taught.requires_grad_()
    spikes = lif((near_spike + pre * taught)[: POST + 1])
    taught = taught.detach() - 0.02 * torch.autograd.grad(ask_for_spike(spikes), taught)[0]
course = {rule: lone_synapse(rule) for rule in ("BPTT", "STDP")}
enough = 0.1 * torch.exp(lags / 10)  # brings the membrane from 0.9 to 1
far = (lags >= 0) & (lags <= 18)
figure, axes = plt.subplots(1, 3, figsize=(11, 3.2))
axes[0].plot(alone.detach(), fixed_stdp, color=VERMILION, label="STDP")
axes[0].plot(alone.detach(), fixed_error, color=BLUE, label="BPTT, error 1")
for rule, color in (("BPTT", BLUE), ("STDP", VERMILION)):
    axes[1].plot(course[rule], color=color, label=[rule, None])
axes[1].axhline(0.5, color="0.5", linestyle="--", linewidth=1, label="threshold")
axes[2].plot(lags[far], taught[far], color=BLUE, label="after training")
axes[2].plot(lags[far], window[far] / window.max(), color=GREEN, label="first step (peak 1)")
axes[0].set(xlabel="weight w", ylabel="weight change", title="STDP begins at a spike")
axes[1].set(xlabel="update", ylabel="weight w", title="Creation and deletion")
axes[2].set(xlabel="t_post - t_pre (ms)", ylabel="weight, or first step", title="Small gradient, large weight")
axes[0].legend(fontsize=8), axes[2].legend(fontsize=8)
axes[1].legend(fontsize=8, loc="upper right", bbox_to_anchor=(1, 0.93))
plt.show()

# %% tags=["check"]
assert (fixed_error > 0).all() and fixed_error.argmax() == 50 and fixed_error.diff().abs().max() < 0.2
assert set(fixed_stdp.tolist()) == {0.0, 1.0} and (fixed_stdp > 0).equal(alone > 0.5)

# %% tags=["check"]
created, deleted = course["BPTT"][-1]
assert 0.5 < created < 0.57 and 0.43 < deleted <= 0.5 and (course["STDP"][:, 0].diff() == 0).all()
assert course["STDP"][-1, 1] == 1 and (course["STDP"][:, 1].diff() >= 0).all()
over = (taught - enough)[far]
assert (over > 0).all() and (over < 0.02 * torch.exp(-lags[far] / 10)).all()  # at most one step too far

# %% [markdown]
# Left: at the weight where the spike appears, the gradient has its peak and no jump, while STDP jumps from nothing to everything. Middle: BPTT creates the missing spike and deletes the wrong one, and both weights stop next to 0.5, since a satisfied loss has no error. STDP leaves the silent neuron silent, and *strengthens* the synapse that causes the wrong spike, up to the bound.
#
# Right: what happens to the window if each of its synapses is trained to the end. The neuron lacks 0.1 at step 100. An early input has decayed by then, so it needs $w = 0.1\, e^{k/\tau_\mathrm{mem}}$. The first step is largest for the *latest* input, the final weight for the *earliest*. The window describes a step, not the result.
#
# ## 6 · The same task for both
#
# One neuron hears 150 inputs for 200 ms: random spikes at 10 per second, the same in every trial. It must spike at four given times $z^*$ and nowhere else. All weights start at 0. Three rules, each an error times a trace:
#
# | rule | error $\delta[t]$ | times | weights |
# |---|---|---|---|
# | STDP, forced by a teacher | $z^*[t]$, whatever the neuron does | $\bar x[t]$, less its depression | $[0, 0.3]$ |
# | ReSuMe (Ponulak and Kasiński 2010) | $z^*[t] - z[t]$ | $\bar x[t]$ | free |
# | BPTT, van Rossum loss | $-\partial D^2/\partial z[t]$ | $s[t]\,\bar x[t]$ | free |
#
# ReSuMe is STDP at the target spikes minus STDP at the actual ones (its constant term is left out here).
#
# A trial here is one presentation of the input, followed by one change of all weights. Each rule gets nine settings: two parameters of STDP, or one and the learning rate. The setting with the least distance on six *tuning* tasks is then run once on twenty *other* tasks. For ReSuMe and BPTT the distance of the last trials counts. STDP is treated better: it is also told, from the tuning tasks, after how many trials to stop.
#
# > **Before you run:** what does the teacher's STDP do when the neuron already spikes at the right times?


# %%
def timing_tasks(seeds):
    """Return input spikes [200, task, 150] and the target spikes [200, task, 1], more than 20 ms apart."""
    inputs, targets = [], torch.zeros(200, len(seeds), 1, dtype=torch.float64)
    for task, seed in enumerate(seeds):
        generator = seeded(seed)
        inputs.append((torch.rand(200, 150, generator=generator) < 0.01).double())
        free = torch.sort(torch.randperm(110, generator=generator)[:4]).values
        targets[20 + free + 20 * torch.arange(4), task] = 1
    return torch.stack(inputs, 1), targets


def jittered(x, spread, generator):
    """Return the input spikes [200, task, 150], each moved by a normal random number of ms."""
    step, task, neuron = x.nonzero().T
    step = (step + spread * torch.randn(len(step), generator=generator)).round().long().clamp(0, 199)
    return torch.zeros_like(x).index_put((step, task, neuron), x.new_ones(()))


def respond(x, weights, surrogate="fast_sigmoid"):
    return LIF(tau_mem, surrogate=surrogate)((x * weights).sum(2, keepdim=True))


def quality(spikes, target):
    """Return for each task the distance as a share of that of silence, the share of targets met, and extra spikes."""
    apart, silence = (spike_trace(z, 10.0).square().sum((0, 2)) for z in (spikes - target, target))
    near = [torch.nn.functional.max_pool1d(z.permute(1, 2, 0), 5, 1, 2).permute(2, 0, 1) for z in (spikes, target)]
    return torch.stack([apart / silence, (near[0] * target).sum((0, 2)) / 4, (spikes * (1 - near[1])).sum((0, 2))])


# %%
def forced_stdp(x, target, tau_plus, a_minus):
    """Return the weight change of one trial; the teacher's spikes decide it, so it is the same in every trial."""
    before_now = spike_trace(target, 20.0) - target
    change = (target * spike_trace(x, tau_plus)).sum(0) - a_minus * (before_now * x).sum(0)
    return lambda weights: change


def resume_rule(x, target, tau):
    trace = spike_trace(x, tau)
    return lambda weights: ((target - respond(x, weights)) * trace).sum(0)


def bptt_rule(x, target, scale):
    def change(weights):
        weights = weights.detach().requires_grad_()
        spikes = respond(x, weights, Surrogate(scale=scale))
        return -torch.autograd.grad(van_rossum(spikes, target) * target.shape[1], weights)[0]

    return change


def practise(change, x, rate, low=-np.inf, high=np.inf):
    """Train one neuron per task for 150 trials; return the weights after every tenth, [16, task, input]."""
    kept = [torch.zeros_like(x[0])]
    for _ in range(15):
        weights = kept[-1]
        for _ in range(10):
            weights = (weights.detach() + rate * change(weights)).clamp(low, high)
        kept.append(weights.detach())
    return torch.stack(kept)


# %%
GRIDS = {
    "STDP": (forced_stdp, [(tau, a) for tau in (2.5, 5.0, 10.0) for a in (0.1, 0.3, 1.0)], (0.003,), (0.0, 0.3)),
    "ReSuMe": (resume_rule, [(10.0,), (20.0,), (40.0,)], (0.01, 0.03, 0.1), (-np.inf, np.inf)),
    "BPTT": (bptt_rule, [(1.0,), (3.0,), (10.0,)], (0.005, 0.01, 0.02), (-np.inf, np.inf)),
}
chosen, (x, target) = {}, timing_tasks(range(100, 106))
for name, (rule, settings, rates, bounds) in GRIDS.items():
    many, goals = x.repeat(1, len(rates), 1), target.repeat(1, len(rates), 1)
    options = {}
    for setting in settings:
        kept = practise(rule(many, goals, *setting), many, torch.tensor(rates).repeat_interleave(6)[:, None], *bounds)
        apart = torch.stack([quality(respond(many, w), goals)[0].view(-1, 6).mean(1) for w in kept])
        for rate, course_of in zip(rates, apart.T, strict=True):
            stop = course_of.argmin().item() if name == "STDP" else 15
            score = course_of[stop] if name == "STDP" else course_of[-3:].mean()
            options[setting, rate, stop] = score.item()
    chosen[name] = min(options, key=options.get)

# %%
x, target = timing_tasks(range(1000, 1020))
courses = {}
for name, (rule, _, _, bounds) in GRIDS.items():
    setting, rate, stop = chosen[name]
    courses[name] = practise(rule(x, target, *setting), x, rate, *bounds)
    if name != "STDP":  # a control: the bounds of STDP
        courses[f"{name}, bounded"] = practise(rule(x, target, *setting), x, rate, 0.0, 0.3)
results = {name: torch.stack([quality(respond(x, w), target) for w in kept]) for name, kept in courses.items()}
setting, rate, _ = chosen["STDP"]
many_more = practise(forced_stdp(x, target, *setting), x, 10 * rate, 0.0, 0.3)[-1]  # as after 1500 trials
at_bounds = ((many_more == 0) | (many_more == 0.3))[x.any(0)].double().mean().item()  # of inputs that spike
far_off = quality(respond(x, many_more), target)[0].mean().item()
stops = {name: chosen[name.removesuffix(", bounded")][2] for name in courses}
for name, result in results.items():
    apart, met, extra = result[stops[name]].mean(1)
    print(f"{name:15} distance {apart:.2f}, {met:4.0%} met, {extra:.1f} extra spikes after {10 * stops[name]} trials")
print(f"STDP after 1500 trials: distance {far_off:.0f}, {at_bounds:.0%} of the weights at a bound")

jitters, shaken = (0.0, 0.5, 1.0, 2.0, 4.0), {}
for name in GRIDS:
    generator, weights = seeded(0), courses[name][stops[name]]
    trials = [[quality(respond(jittered(x, j, generator), weights), target)[0] for _ in range(5)] for j in jitters]
    shaken[name] = [torch.stack(trial).mean().item() for trial in trials]

# %% alt="Left: distance against trials for twenty tasks, logarithmic. ReSuMe and BPTT fall to about a tenth of the distance of silence; STDP dips to about a half and then rises to that of silence. Middle: spikes of one task over grey bars at the four targets; ReSuMe and BPTT spike at or next to each, STDP misses two and adds one. Right: distance against input jitter, rising for all rules."
figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), width_ratios=(4, 4, 3))
axes[1].vlines(target[:, 0, 0].nonzero(), -0.5, 2.5, color="0.7", linewidth=5)
for row, (name, color) in enumerate(zip(GRIDS, (VERMILION, GREEN, BLUE), strict=True)):
    apart = results[name][:, 0]
    axes[0].fill_between(10 * np.arange(16), apart.amin(1).clamp(min=0.02), apart.amax(1), color=color, alpha=0.15)
    axes[0].semilogy(10 * np.arange(16), apart.mean(1), color=color, label=name)
    axes[0].plot(10 * stops[name], apart[stops[name]].mean(), "o", color=color)
    at = respond(x, courses[name][stops[name]])[:, 0, 0].nonzero()
    axes[1].plot(at, np.full(len(at), row), "|", color=color, markersize=16, markeredgewidth=1.5)
    axes[2].plot(jitters, shaken[name], "o-", color=color, markersize=4)
met = 4 * results["STDP"][stops["STDP"], 1, 0]
axes[0].axhline(1, color="0.5", linestyle="--", linewidth=1)
axes[2].axhline(1, color="0.5", linestyle="--", linewidth=1, label="silence")
axes[0].set(xlabel="trial", ylabel="distance (silence: 1)", title="STDP does not stop")
axes[1].set(xlabel="time (ms), targets in grey", title=f"Task 0: STDP meets {met:.0f} of 4", ylim=(-0.6, 2.6))
axes[1].set_yticks(range(3), GRIDS)
axes[2].set(xlabel="input jitter (ms)", ylabel="distance", ylim=(0, None), title="Jitter costs all three")
axes[0].legend(), axes[2].legend()
plt.show()

# %% tags=["check"]
end = {name: result[stops[name], 0] for name, result in results.items()}
assert end["ReSuMe"].mean() < end["BPTT"].mean() < 0.2 and 0.45 < end["STDP"].mean() < 0.65
assert (end["BPTT"] < end["STDP"]).sum() >= 18 and (end["ReSuMe"] < end["STDP"]).all()
assert (end["ReSuMe"] < end["BPTT"]).sum() > 5 * (end["ReSuMe"] > end["BPTT"]).sum()
assert stops["STDP"] == 10 and results["STDP"][15, 0].mean() > 1 and far_off > 5 and at_bounds > 0.75

# %% tags=["check"]
w0 = torch.full((1, 150), 0.15, dtype=torch.float64)  # the core's pair rule, in small steps far from its bounds
rule = PairSTDP(5.0, 20.0, a_plus=1e-3, a_minus=3e-4, w_max=0.3)
moved = rule(x[:, :1], target[:, :1], w0) - w0
assert torch.allclose(moved[0], 1e-3 * forced_stdp(x, target, 5.0, 0.3)(None)[0], rtol=0, atol=1e-12)

# %% tags=["check"]
leaf = courses["ReSuMe"][1].clone().requires_grad_()
(gradient,) = torch.autograd.grad((respond(x, leaf, "straight_through") - target).square().sum() / 2, leaf)
same_rule = resume_rule(x, target, 10.0)(leaf.detach())
assert torch.allclose(-gradient, same_rule, rtol=0, atol=1e-12) and same_rule.abs().max() > 0.1
pairs = [(end[f"{name}, bounded"].mean(), *shaken[name]) for name in ("ReSuMe", "BPTT")]
assert all(bounded < 0.25 and shaken_1ms > 2 * still for bounded, still, _, shaken_1ms, *_ in pairs)

# %% [markdown]
# The teacher's STDP gets the neuron to about half the distance of silence, and only because we stop it there. It has no error, so what is right already is strengthened again: 50 trials later the neuron is no nearer to its targets than a silent one, after 1500 trials it is more than five times as far, and more than three quarters of its weights are at a bound. The two rules that compare the target with the neuron's own spikes stay near their targets. It is not the bounds that hold STDP back: under the same bounds the other two still stay below a distance of 0.25. (We tried one form of teacher: spikes forced at the targets, the neuron's own spikes ignored, additive changes.)
#
# ReSuMe ends nearer to its targets than BPTT in most of the tasks in which they differ. It is no stranger to BPTT: with the squared error of every step and a *straight-through* surrogate ($s = 1$), BPTT **is** ReSuMe (the last check). The curves differ in loss, surrogate and time constant of the trace together, and we have not tested which of them matters (exercise 4).
#
# None of them was trained with moved inputs: at a jitter of 1 ms the distance of both has more than doubled. And this is one neuron, whose error is known at its own output. In a hidden layer BPTT computes an error for every neuron; STDP and ReSuMe have no such way back.
#
# ## Explorer
#
# Left, the surrogate and the membrane's place under it; right, the window of the gradient beside one of STDP. Move the membrane away from the threshold on both sides: what changes, height or shape? Find settings for which the gradient lies on the positive half of STDP. Then change the sign of the error: which half of STDP does the window lie on now?

# %% alt="Explorer at its start. Left: the fast-sigmoid derivative with a dot at 0.2 below the threshold. Right: the gradient window, 0 for negative lags and a decaying exponential for positive ones, beside a dotted STDP window with both branches."
show = GradientWindow()
show(distance=0.2)

# %%
GradientWindow().sliders()

# %% [markdown]
# ## Recap
#
# You
#
# - moved a presynaptic spike around a target, and read the causal half of the STDP window off a gradient;
# - derived it as error × surrogate × trace, equal to autograd within $10^{-12}$, with $\tau_\mathrm{mem}$ as its time constant; a synapse turned it into $\kappa$, and a hard reset cut it;
# - made the gradient depress by the sign of its error, and wrote a loss that has both branches of STDP;
# - created and deleted a spike by gradient, where STDP did nothing, or the opposite;
# - taught precise spike times with three rules: the two that compare with the neuron's own spikes stayed near their targets, the one that does not ran away.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $\delta[t]$ | error: minus the derivative of the loss by the spike | |
# | $s[t]$ | surrogate derivative at $u[t] - \theta$ | `Surrogate.derivative` |
# | $\bar x[t]$ | presynaptic trace, with $\tau_\mathrm{mem}$ | `spike_trace` |
# | | the window of a gradient | `gradient_window` |
# | | the window of STDP | `PairSTDP.window` |
#
# ## Exercises
#
# ### 1 · Predict the window
#
# A membrane sits at a `distance` below the threshold when the target comes, and $s = 1/(1 + k\,|u - \theta|)^2$. Write the weight change for one presynaptic spike that comes `lag` ms before the target (after it, if negative).


# %% tags=["exercise"]
def predicted_change(lag, tau_mem, distance, k, error):
    return None  # your code here


causal = Case((5.0, 10.0, 0.2, 10.0, 1.0), np.exp(-0.5) / 9, "Error times s(distance) times the trace at the target.")
acausal = Case((-5.0, 10.0, 0.2, 10.0, 1.0), 0.0, "A spike after the target leaves no trace at the target.")
unwanted = Case((0.0, 10.0, -0.2, 10.0, -1.0), -1 / 9, "s is the same on both sides; the error gives the sign.")
check_function(predicted_change, causal, acausal, unwanted)

# %% [markdown]
# ### 2 · ReSuMe, step by step
#
# Write ReSuMe for one synapse: three lists of 0 and 1 (presynaptic, actual and wanted spikes) and the decay `beta` of the trace. Return the weight change. An input in the same step counts fully.


# %% tags=["exercise"]
def resume_step_by_step(pre, actual, wanted, beta):
    return None  # your code here


missing = Case(([1, 0, 0], [0, 0, 0], [1, 0, 1], 0.5), 1.25, "Add to the trace first, then read it.")
wrong = Case(([0, 1, 0], [0, 0, 1], [1, 0, 0], 0.5), -0.5, "The error is wanted minus actual; the trace starts at 0.")
check_function(resume_step_by_step, missing, wrong)

# %% [markdown] tags=["solution"]
# ### 3 · Change one number
#
# In section 3, let the neuron spike at step 95 and at 85. Predict all four windows, then run. In section 4, which $a$ makes the potentiation vanish?
#
# ### 4 · Open
#
# Why is BPTT behind ReSuMe in section 6? Exchange the loss and the surrogate one at a time, and tune each anew. Then give the teacher's STDP what it lacks: subtract STDP at the neuron's own spikes. And train with jittered inputs: does the distance at 1 ms fall?
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# ```python
# def predicted_change(lag, tau_mem, distance, k, error):
#     if lag < 0:
#         return 0.0
#     return error / (1 + k * abs(distance)) ** 2 * np.exp(-lag / tau_mem)
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def resume_step_by_step(pre, actual, wanted, beta):
#     trace, change = 0.0, 0.0
#     for x, z, goal in zip(pre, actual, wanted, strict=True):
#         trace = beta * trace + x
#         change += (goal - z) * trace
#     return change
# ```
#
# </details>
#
# <details><summary>Answer 3, the charge</summary>
#
# The one with $a\,r/(1-r) = 1$ for $r = \beta\, e^{-1/\tau_y}$, that is about 0.16.
#
# </details>
#
# ## References
#
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023 (the link between backpropagation through time and STDP).
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019.
# - F. Zenke, S. Ganguli, *SuperSpike: supervised learning in multilayer spiking neural networks*, Neural Computation 30(6), 2018 (error × surrogate × trace as a three-factor rule).
# - F. Ponulak, A. Kasiński, *Supervised learning in spiking neural networks with ReSuMe: sequence learning, classification, and spike shifting*, Neural Computation 22(2), 2010.
# - S. Song, K. D. Miller, L. F. Abbott, *Competitive Hebbian learning through spike-timing-dependent synaptic plasticity*, Nature Neuroscience 3, 2000.
# - M. C. W. van Rossum, *A novel spike distance*, Neural Computation 13(4), 2001.
#
# **Next:** page 13 computes the gradient forward in time: the trace of section 2 is carried along, and no way back is needed. Back to [11 · Three-factor learning](11_three_factor_learning.ipynb).
