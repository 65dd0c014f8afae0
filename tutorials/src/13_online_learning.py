# %% [markdown]
# # 13 · Online learning
#
# **Can the gradient be computed forward in time?**
#
# Needs: page 03 (adaptation and recurrence), page 06 (BPTT), page 12 (a gradient as error × surrogate × trace). · 45 minutes to read, one minute to run. · Introduces `OnlineRTRL`, `OnlineLIF`, `OnlineAdaptiveLIF`, `EProp`, `RecurrentAdaptiveLIF` and `DelayedRecall`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/13_online_learning.ipynb)
#
# ## You will
#
# - carry the influence of every weight forward in time by hand, and prove that it gives the gradient of BPTT at every step;
# - measure what that costs, and find the networks in which a trace or two per synapse is all that is left of it;
# - drop its terms one at a time, arrive at e-prop, and prove what e-prop is the gradient of;
# - teach networks to remember a cue, wipe their memories to find where they are, and let one learn at every step of a stream.

# %% tags=["setup"]
import itertools
import sys
import time

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cosine_similarity, cross_entropy, one_hot
from torch.utils.flop_counter import FlopCounterMode

from snn_core import LIF, AdaptiveLIF, LeakyIntegrator, RecurrentAdaptiveLIF, RecurrentLIF, Surrogate, online
from snn_core.diagnostics import SavedBytes, live_bytes
from snn_core.exercises import Case, check_function
from snn_core.explorers import ThresholdMemory, cue_eligibility
from snn_core.losses import van_rossum
from snn_core.neurons import AdaptiveState, adaptive_lif_step
from snn_core.plotting import BLUE, VERMILION, heat_table, use_style
from snn_core.tasks import DelayedRecall
from snn_core.training import seeded

use_style()

# %% [markdown]
# ## 1 · Forward in time
#
# BPTT has to wait. It runs to the end, keeps everything, and walks back. A network whose input never ends never gets that far; to know its gradient after every step it must start again every time.
#
# **Real-time recurrent learning** (RTRL, Williams and Zipser 1989) turns the question round: what did each weight do to each neuron *so far*? This **influence** $P^i_{pq}[t] = \partial u_i[t] / \partial w_{pq}$, of the weight from source $q$ to neuron $p$, is a derivative. The chain rule advances it by one step:
#
# $$P^i_{pq}[t] = \sum_k J_{ik}[t]\, P^k_{pq}[t-1] + [i = p]\, x_q[t], \qquad J_{ik} = \frac{\partial u_i[t]}{\partial u_k[t-1]} = [i = k]\, \beta\, c_k + V_{ik}\, s_k .$$
#
# $x_q$ is what source $q$ sends now: an input, or a spike of the step before. $[\,\cdot\,]$ is 1 if true, else 0. $c$ and $s$, reset factor and surrogate (page 06), are those at $u[t-1]$. The gradient is collected on the way: $\sum_t \sum_i \frac{\partial L}{\partial z_i[t]}\, s_i[t]\, P^i_{pq}[t]$.
#
# Three neurons with random weights, from three inputs and among themselves, should fire random target spikes; each step adds $\frac12 \sum_i (z_i - z^*_i)^2$ to the loss. The reset is soft.
#
# > **Before you run:** how many numbers is $P$?

# %%
generator, T, n = seeded(13), 30, 3
x, wanted = ((torch.rand(T, n, generator=generator) < p).double().numpy() for p in (0.5, 0.3))
W, V = (0.6 * torch.randn(2, n, n, generator=generator) + 0.2).double().numpy()
beta, slope = np.exp(-1 / 10), lambda distance: 1 / (1 + 2 * np.abs(distance)) ** 2  # fast sigmoid of scale 2


def influence_by_hand(before, s, sources, jump):
    """Advance P[i, p, q] by one step, entry by entry; `jump` is the threshold if the reset is attached, else 0."""
    after = np.zeros_like(before)
    for i, p, q in np.ndindex(before.shape):
        after[i, p, q] = beta * (1 - jump * s[i]) * before[i, p, q] + (i == p) * sources[q]
        for k in range(n):
            after[i, p, q] += V[i, k] * s[k] * before[k, p, q]
    return after


def rtrl_by_hand(jump):
    """Return what has been collected of the gradient after each step, [T, p, q]."""
    v, z, s, influence, gradient = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros((n, n, 2 * n)), []
    for now, goal in zip(x, wanted, strict=True):
        sources = np.concatenate([now, z])
        influence = influence_by_hand(influence, s, sources, jump)
        u = beta * v + W @ now + V @ z
        z, s = (u > 1).astype(float), slope(u - 1)
        v = u - z
        gradient.append(np.einsum("i,i,ipq->pq", z - goal, s, influence))
    return np.cumsum(gradient, 0)


# %%
def small_pair(attached):
    """Return the same weights in modules: a linear layer and its recurrent neurons."""
    options = {"beta": torch.tensor(beta), "detach_reset": not attached, "surrogate": Surrogate(scale=2.0)}
    linear, neuron = nn.Linear(n, n, bias=False), RecurrentLIF(n, **options)
    linear.weight.data, neuron.weight.data = torch.tensor(W), torch.tensor(V)
    return linear, neuron


def bptt_until(steps, attached):
    """Start again, and go back from step `steps`: the gradient of the loss so far."""
    linear, neuron = small_pair(attached)
    error = neuron(linear(torch.tensor(x[:steps, None])))[:, 0] - torch.tensor(wanted[:steps])
    return torch.cat(torch.autograd.grad((error**2).sum() / 2, [linear.weight, neuron.weight]), 1).numpy()


def core_so_far(attached):
    """Return what the core's RTRL has collected after each step."""
    core, course = online.OnlineRTRL(*small_pair(attached)), []
    core.start(torch.zeros(1, n, dtype=torch.float64))
    for now, goal in zip(torch.tensor(x)[:, None], torch.tensor(wanted)[:, None], strict=True):
        core.learn(core.step(now) - goal)
        course.append(torch.cat([weight.grad for weight in core.parameters()], 1).numpy())
    return np.array(course), core.influence.numel()


# %% alt="Gradient of three weights against time. Lines, collected forward by RTRL, wander up and down with every step; on each of them lie dots, BPTT run anew up to that step. A cross at step 30 marks what BPTT gives if it is run once."
forward = {attached: rtrl_by_hand(float(attached)) for attached in (False, True)}
again = {attached: np.array([bptt_until(t + 1, attached) for t in range(T)]) for attached in forward}
figure, axis = plt.subplots(figsize=(9, 3.2))
for p, q in ((0, 1), (1, 0), (2, 4)):
    (line,) = axis.plot(range(1, T + 1), forward[False][:, p, q], label=f"RTRL, weight to {p} from source {q}")
    axis.plot(range(1, T + 1), again[False][:, p, q], ".", color=line.get_color())
    axis.plot(T, again[False][-1, p, q], "x", color="black", markersize=10)
axis.plot([], [], ".", color="0.4", label=f"BPTT, run anew for each dot: {T * (T + 1) // 2} steps")
axis.plot([], [], "x", color="black", label="BPTT, run once")
axis.set(xlabel="step t", ylabel="gradient of the loss so far", xlim=(0, 52), xticks=range(0, 31, 5))
axis.set_title(f"{T} steps of RTRL give the gradient after each of them")
axis.legend(loc="right", fontsize=8)
plt.show()

# %% tags=["check"]
for attached in forward:
    course, entries = core_so_far(attached)
    assert abs(forward[attached] - again[attached]).max() < 1e-10 and abs(course - again[attached]).max() < 1e-10
assert entries == 54 and abs(forward[True] - forward[False]).max() > 0.1

# %% [markdown]
# 54, for 18 weights: one for each weight and neuron. After *every* step the sum is the gradient of the loss so far, to $10^{-10}$, with the reset detached (in the figure) and attached, by hand and in the core. Nothing is approximated, and nothing of the past is kept but $P$. BPTT gives one of these at the end, or all of them for 465 steps forward and as many back. (The weights stood still here. If they change on the way, $P$ mixes influences of old and new ones, as in section 6.)
#
# ## 2 · What it costs
#
# For $n$ neurons with as many inputs $P$ has $n \cdot n \cdot 2n$ entries, and each step multiplies it by the $n \times n$ matrix $J$: $2n^4$ multiplications. BPTT keeps a few numbers per neuron and step, in proportion to $n\,T$.
#
# > **Before you run:** with 16 neurons, up to which number of steps is BPTT the cheaper one in memory?


# %%
def rtrl_of(size):
    """Return RTRL at rest for as many neurons as inputs, and a random input [1, N]."""
    rtrl = online.OnlineRTRL(nn.Linear(size, size, bias=False), RecurrentLIF(size, generator=seeded(size)))
    now = (torch.rand(1, size, generator=seeded(size)) < 0.5).float()
    rtrl.start(now)
    return rtrl, now


def memory_of(steps):
    """Return the bytes that RTRL of 16 neurons carries after so many steps, and those that BPTT keeps to go back."""
    before, (rtrl, now) = live_bytes(), rtrl_of(16)
    for _ in range(steps):
        rtrl.step(now)
    with SavedBytes() as saved:
        rtrl.neuron(rtrl.linear(now.repeat(steps, 1, 1)))
    return live_bytes() - before, saved.bytes


sizes, lengths, cost = np.array([16, 32, 64, 96, 128]), np.array([100, 300, 1000]), []
threads, _ = torch.get_num_threads(), torch.set_num_threads(1)
for rtrl, now in map(rtrl_of, sizes.tolist()):
    with FlopCounterMode(display=False) as counter:
        rtrl.step(now)
    clock = [(time.process_time(), rtrl.step(now), time.process_time()) for _ in range(6)]
    seconds = min(end - start for start, _, end in clock)
    cost.append((rtrl.influence.nbytes / 2**20, counter.get_total_flops() / 2e6, 1000 * seconds))
torch.set_num_threads(threads)
(carried, kept), (mebibytes, millions, ms) = np.array([*map(memory_of, lengths.tolist())]).T, np.array(cost).T
per_step = np.diff(kept) / np.diff(lengths)  # bytes of BPTT

# %% alt="Left: memory of the influence and multiplications per step against the number of neurons on logarithmic axes, straight lines of slope 3 and 4; the measured time bends up towards the slope 4. Right: memory against the number of steps: BPTT a line of slope 1, RTRL flat; they cross at a dotted line near 180 steps."
figure, axes = plt.subplots(1, 2, figsize=(10, 3.4))
axes[0].loglog(sizes, mebibytes, "o-", color=BLUE, label="memory of P (MiB): n³")
axes[0].loglog(sizes, millions, "s-", color=VERMILION, label="multiplications per step (million): n⁴")
axes[0].loglog(sizes, ms, "^--", color="0.5", label="time per step (ms)")
axes[1].loglog(lengths, kept / 2**10, "o-", color=VERMILION, label="BPTT: all that the way back needs")
axes[1].loglog(lengths, carried / 2**10, "o-", color=BLUE, label="RTRL: all tensors that are alive")
axes[1].axvline(carried[0] / per_step[0], color="0.6", linestyle=":", linewidth=1)
axes[0].set(xlabel="neurons n", ylabel="MiB, million or ms", ylim=(1e-2, 1e5), title="RTRL pays for neurons")
axes[1].set(xlabel="steps T", ylabel="memory (KiB), n = 16", ylim=(10, 1e3), title="BPTT pays for steps")
axes[1].text(carried[0] / per_step[0] * 1.1, 12, f"even at {carried[0] / per_step[0]:.0f} steps", color="0.4")
axes[0].set_xticks(sizes, sizes), axes[0].minorticks_off()
axes[0].legend(loc="upper left"), axes[1].legend(loc="upper left", bbox_to_anchor=(0.2, 1))
plt.show()

# %% tags=["check"]
assert (mebibytes * 2**20 == 4 * 2 * sizes**3).all() and len(set(carried)) == 1  # 4 bytes for each number
assert abs(np.polyfit(np.log(sizes), np.log(millions), 1)[0] - 4) < 0.01 and millions[-1] * 1e6 // 128**4 == 2
assert ms[4] / ms[2] > 4 and carried[0] < 1.2 * 2**20 * mebibytes[0]
assert (per_step == 3 * 16 * 4).all() and round(carried[0] / per_step[0]) == 183  # of input, membrane and spikes

# %% [markdown]
# Memory and multiplications are counted, not estimated. RTRL carries the same number of bytes after 1,000 steps as after 100, almost all of it $P$; BPTT needs 192 more for each step, and both are even at 183 steps. The multiplications grow with $n^4$. The measured time is below that slope for small networks, where the cost of calling each operation counts as well; from 64 to 128 neurons it grows more than fourfold.
#
# So RTRL is exact, constant in time, and too expensive for most networks: with 1,000 neurons $P$ has two billion entries per sample. Something has to go. Where is it not needed?
#
# ## 3 · Where a trace is enough
#
# Take the recurrence away: $V = 0$. Then $J$ is diagonal, and a weight influences its own neuron only. With a detached reset, $c = 1$, what is left is $P^p_{pq}[t] = \beta\, P^p_{pq}[t-1] + x_q[t]$. There is no $p$ in it: *one trace per input*, shared by all neurons. It is the presynaptic trace $\bar x_q$ of page 12; $e_{pq} = s_p\, \bar x_q$ is called the **eligibility** of the synapse (Bellec et al. 2020).
#
# > **Before you run:** four inputs, four neurons. Of 64 entries, how many are different from 0? How many from each other?


# %% alt="Two images of the influence of 16 weights on four neurons. With recurrence all 64 entries are filled. Without it, only the four entries in each row that belong to the neuron's own weights are, and all four rows hold the same four numbers."
def collected(learner, inputs, signals):
    """Run an online learner; return the gradients it collected for the weights to and among the neurons, [p, q]."""
    for weight in learner.parameters():
        weight.grad = None
    learner.start(inputs[0])
    for now, signal in zip(inputs, signals, strict=True):
        learner.step(now), learner.learn(signal)
    return torch.cat([weight.grad for weight in learner.parameters()[:2]], 1)


inputs = (torch.rand(40, 1, 4, generator=generator) < 0.4).double()
signal = torch.randn(40, 1, 4, generator=generator).double()  # dL/dz of some loss: any will do
layer, recurrent = nn.Linear(4, 4, bias=False).double(), RecurrentLIF(4, generator=generator).double()
pictures, gradients = {}, {}
for name, gain in (("V random", 4.0), ("V = 0", 0.0)):
    recurrent.weight.data *= gain
    rtrl = online.OnlineRTRL(layer, recurrent)
    gradients[name] = collected(rtrl, inputs, signal)[:, :4]
    pictures[name] = rtrl.influence[0, :, :, :4]  # of the weights from the inputs
figure, axes = plt.subplots(2, 1, figsize=(8, 3.4), sharex=True)
for axis, (name, influence) in zip(axes, pictures.items(), strict=True):
    filled = influence[influence != 0]
    picture = axis.imshow(influence.flatten(1), cmap="RdBu_r", vmin=-5, vmax=5)
    axis.set(title=f"{name}: {len(filled)} of 64 are not 0, {len(filled.unique())} different", ylabel="neuron i")
    axis.set_xticks(range(0, 16, 4), [f"weights to {p}" for p in range(4)], ha="left")
figure.colorbar(picture, ax=axes, label="influence P")
plt.show()

# %% tags=["check"]
by_trace = collected(lif := online.OnlineLIF(layer, LIF().double()), inputs, signal)
(bptt,) = torch.autograd.grad((lif.neuron(layer(inputs)) * signal).sum(), layer.weight)
same_for_all = torch.einsum("ip,q->ipq", torch.eye(4).double(), lif.trace[0])
assert (pictures["V random"] != 0).all() and torch.allclose(pictures["V = 0"], same_for_all, rtol=0, atol=1e-12)
assert max(abs(by_trace - bptt).max(), abs(gradients["V = 0"] - bptt).max()) < 1e-10 < bptt.abs().max()

# %% [markdown]
# 64 numbers have become 4, and nothing is lost: the gradient of a feed-forward layer is exact. This is `OnlineLIF`. (With an attached reset $c_p$ enters, and every *synapse* needs a trace of its own; exercise 2.)
#
# An adaptive neuron (page 03) has a second state: each spike raises its threshold by $\eta$, for about $\tau_\mathrm{adapt}$. So a synapse needs two traces, $\epsilon^v$ for what it did to the membrane and $\epsilon^a$ for the adaptation. The chain rule through `AdaptiveLIF`:
#
# $$\epsilon^u = \beta\, \epsilon^v + x_q, \qquad e = s\,(\epsilon^u - \eta\, \epsilon^a), \qquad \epsilon^v \leftarrow \epsilon^u - z\, \eta\, \epsilon^a, \qquad \epsilon^a \leftarrow \rho\, \epsilon^a + e .$$
#
# (Third term: a spike subtracts the *raised* threshold here. Bellec et al. subtract the constant one and have no such term.)
#
# > **Before you run:** a cue makes a neuron fire for 50 ms; 200 ms later a recall signal drives it again. More spikes are wanted *then*. Should the synapse of the cue grow or shrink?


# %% alt="Explorer at its start. Top: membrane with spikes in the cue and the recall, and a threshold raised by each spike that decays slowly. Bottom: eligibility, positive in the cue, near zero in the delay, negative in the recall; without adaptation it is zero there."
def adaptive_eligibility(x, s, z, beta, rho, eta):
    """Return the eligibility of one synapse at each step, from its input x, the surrogate s and the spikes z."""
    of_state, of_adaptation, course = 0.0, 0.0, []
    for x_t, s_t, z_t in zip(x, s, z, strict=True):
        of_membrane = beta * of_state + x_t
        e = s_t * (of_membrane - eta * of_adaptation)
        of_state = of_membrane - z_t * eta * of_adaptation
        of_adaptation = rho * of_adaptation + e
        course.append(e)
    return np.array(course)


show = ThresholdMemory()
show(delay=200.0)

# %%
ThresholdMemory().sliders()

# %% tags=["check"]
decays, (cue, recall) = np.exp([-5 / 20, -5 / 400]), np.repeat([[1.0, 0, 0], [0, 0, 1.0]], [10, 40, 10], axis=1)
left = {eta: cue_eligibility(cue, recall, *decays, eta)[2] for eta in (0.0, 0.2)}
u, threshold, e = cue_eligibility(cue, recall, *decays, 0.2)
by_hand = adaptive_eligibility(cue, (1 + 10 * abs(u - threshold)) ** -2, u > threshold, *decays, 0.2)
assert abs(by_hand - e).max() < 1e-12 and left[0.2][-10:].sum() < -0.1 and abs(left[0.0][-10:]).sum() < 1e-3

# %% tags=["check"]
adaptive = online.OnlineAdaptiveLIF(layer, AdaptiveLIF(20.0, 400.0, strength=0.2).double())
by_traces = collected(adaptive, inputs, signal)
(bptt,) = torch.autograd.grad((adaptive.neuron(layer(inputs)) * signal).sum(), layer.weight)
assert abs(by_traces - bptt).max() < 1e-10 < bptt.abs().max()

# %% [markdown]
# Without adaptation nothing is left after $10\,\tau_\mathrm{mem}$. With it the eligibility is *negative* at the recall: the cue's spikes have raised the threshold, so for more spikes then, the synapse of the cue must shrink. A slow variable of the neuron has become a slow memory of its synapses. For a layer the two traces are exact: `OnlineAdaptiveLIF`. (With the sliders: does a longer $\tau_\mathrm{mem}$ do the work of adaptation? Does a larger $\eta$ always leave more?)
#
# ## 4 · E-prop: leave out the way through others
#
# Back to recurrence. The Jacobian has four terms, and each can be kept or dropped:
#
# | term | in $J_{ik}$ | a weight acts on its neuron's future… | what the synapse must know |
# |---|---|---|---|
# | leak | $\beta$, $i = k$ | through the membrane | its own trace |
# | reset | $-\beta\,\theta\,s_i$, $i = k$ | through the neuron's reset, if attached | its neuron |
# | self | $V_{ii}\, s_i$, $i = k$ | through the neuron's synapse onto itself | its neuron |
# | others | $V_{ik}\, s_k$, $i \ne k$ | through other neurons | the whole network |
#
# Only the last makes RTRL expensive: without it $P^i_{pq}$ is 0 for $i \ne p$. **E-prop** (Bellec et al. 2020) keeps what stays inside the neuron; with a detached reset, and the synapse onto itself treated like any other, that is the leak. Twelve neurons, weights as drawn at first, six networks; an error comes in the last five of 60 steps only, so that the past matters. The reference is BPTT with an *attached* reset, which has all four terms.
#
# > **Before you run:** which term will be missed most? And if the surrogate is wider, so that every neuron counts as near a spike?

# %% alt="Table of the mean cosine to the BPTT gradient for each part of RTRL, with a narrow and a wide surrogate. All: 1. Narrow: without others 0.96, leak only 0.94, none 0.69. Wide: without others 0.89, leak only 0.85, without the reset 0.12."
PARTS = {"all": online.TERMS} | {
    f"no {left_out}": [t for t in online.TERMS if t != left_out] for left_out in online.TERMS
}
PARTS |= {f"{term} only": [term] for term in online.TERMS} | {"none": []}


def cosines_of_parts(seed, scale):
    """Return the cosine of each part of RTRL to the gradient of BPTT, in one random network."""
    generator = seeded(seed)
    options = {"generator": generator, "detach_reset": False, "surrogate": Surrogate(scale=scale)}
    linear, neuron = nn.Linear(12, 12, bias=False).double(), RecurrentLIF(12, 20.0, **options).double()
    linear.weight.data = 0.5 * torch.rand(12, 12, generator=generator).double() - 0.05
    x, target = (torch.rand(2, 60, 4, 12, generator=generator) < 0.05).double()
    spikes = neuron(linear(x))
    (told,) = torch.autograd.grad(van_rossum(spikes, target), spikes, retain_graph=True)
    told[:-5] = 0  # dL/dz[t]
    true = torch.cat(torch.autograd.grad((told * spikes).sum(), [linear.weight, neuron.weight]), 1)
    found = [collected(online.OnlineRTRL(linear, neuron, terms), x, told) for terms in PARTS.values()]
    return cosine_similarity(torch.stack(found).flatten(1), true.flatten(), dim=1).tolist()


cosines = np.array([[cosines_of_parts(seed, scale) for seed in range(6)] for scale in (10.0, 2.0)])
names = [name.replace(" ", "\n") for name in PARTS]
axis = heat_table(cosines.mean(1), ("scale 10", "scale 2"), names, form="{:.2f}")
axis.set_title("Cosine to the BPTT gradient: the leak alone is nearly as good as all but the others")
plt.show()

# %% [markdown]
# With the default surrogate, of scale 10, the leak alone reaches a mean cosine of 0.94. All that stays inside a neuron ("no others") reaches 0.96, so reset and self add little; what is missing to 1 is the way through others. With the wide surrogate both are lower, 0.85 and 0.89. The baseline is "none", where a spike credits the inputs of its own step alone: 0.69 and 0.79. And dropping more is not always worse: with the wide surrogate, dropping the reset *alone* leaves a cosine of 0.12, while "leak only" has no reset either. Reset and recurrence go together, or not at all. These are untrained networks of one size.
#
# **From spikes to a readout.** A network is usually read out by a leaky integrator, $y[t] = \kappa\, y[t-1] + W z[t]$, and the error comes as $\partial L / \partial y[t]$. A spike acts on all later $y$: its signal lies in the *future*. E-prop changes the order of the sums once more. The synapse remembers its eligibility as long as the readout remembers the spike, and the error of *this* step is sent back through $B = W$:
#
# $$\frac{\partial L}{\partial w_{pq}} \approx \sum_t \Big( \sum_c \frac{\partial L}{\partial y_c[t]}\, B_{cp} \Big)\, \bar e_{pq}[t], \qquad \bar e[t] = \kappa\, \bar e[t-1] + e[t] .$$
#
# The bracket is one number per neuron, the *learning signal*. $B = W$ is *symmetric* feedback. *Random* feedback puts a fixed random matrix there. *Adaptive* feedback starts with one, gives $B$ the same changes as $W$, and lets both decay (Kolen and Pollack 1994; Akrout et al. 2019).
#
# > **Before you run:** what is e-prop the exact gradient of?


# %%
def eprop_by_hand(network, x, error):
    """Return the gradient by the weights to and among the neurons, synapse by synapse, for one sample."""
    linear, neuron, readout, integrator = network
    z, u, _ = (each.detach() for each in neuron(linear(x), record=True)[:2] + (x,))
    raised = neuron.strength * neuron.states(linear(x)).adaptation.detach()
    start = torch.zeros_like(z[:1])  # what comes from the step before the first
    s = neuron.surrogate.derivative(u - neuron.threshold - torch.cat([start, raised[:-1]]))[:, 0].numpy()
    sources, told = torch.cat([x, torch.cat([start, z[:-1]])], 2)[:, 0].numpy(), (error @ readout.weight)[:, 0].detach()
    gradient, constants = np.zeros((6, 10)), [each.item() for each in (neuron.beta, neuron.rho, neuron.strength)]
    for p, q in np.ndindex(gradient.shape):
        smoothed = 0.0
        for t, e in enumerate(adaptive_eligibility(sources[:, q], s[:, p], z[:, 0, p].numpy(), *constants)):
            smoothed = integrator.beta.item() * smoothed + e
            gradient[p, q] += told[t, p] * smoothed
    return torch.tensor(gradient)


def deaf_gradient(network, x, error):
    """Return autograd's gradient if the spikes that neurons hear from each other count as constants."""
    state, spikes = network[1].initial_state(network[0](x)), []
    for current in network[0](x):
        z, _, state = network[1].step(current, state)
        state, spikes = state._replace(spikes=z.detach()), [*spikes, z]
    loss = (error * network[3](network[2](torch.stack(spikes)))).sum()
    return torch.cat(torch.autograd.grad(loss, [network[0].weight, network[1].weight]), 1)


# %%
network = [nn.Linear(4, 6, bias=False), RecurrentAdaptiveLIF(6, 20.0, 100.0, strength=0.3, generator=generator)]
network = nn.Sequential(*network, nn.Linear(6, 2, bias=False), LeakyIntegrator(30.0)).double()
heard, error = 2 * inputs, torch.randn(40, 1, 2, generator=generator).double()
learners = {kind: online.EProp(network, kind, generator=generator) for kind in online.FEEDBACKS}
found = {kind: collected(eprop, heard, error) for kind, eprop in learners.items()}
deaf, rate = deaf_gradient(network, heard, error), network[1](network[0](heard)).mean()

# %% tags=["check"]
assert max(abs(each - deaf).max() for each in (eprop_by_hand(network, heard, error), found["symmetric"])) < 1e-10
assert abs(found["random"] - deaf).max() > 0.1 < abs(deaf).max() and 0.05 < rate < 0.5
rounded = dict(zip(PARTS, zip(*cosines.mean(1).round(2).tolist(), strict=True), strict=True))
assert (rounded["leak only"], rounded["no others"], rounded["none"]) == ((0.94, 0.85), (0.96, 0.89), (0.69, 0.79))
assert np.allclose(cosines[:, :, 0], 1) and rounded["no reset"][1] == 0.12

# %% [markdown]
# E-prop is the exact gradient of a network whose neurons take what they *hear from each other* for given: BPTT with a `detach()` on the recurrent spikes. Hand, autograd and core agree to $10^{-10}$. The identity is practical, too: with one `detach()` autograd can play e-prop. Section 5 does so; section 6 runs the real one, online.
#
# ## 5 · A memory that has to be learnt
#
# One of two cues makes its inputs fire for 50 ms. Then come 200 ms, ten $\tau_\mathrm{mem}$, and a recall signal for 50 ms, during which a readout must tell which cue it was. All inputs fire as noise, at 10 spikes per second, when they have nothing to say. `DelayedRecall` is a simplified form of the store-recall task of Salaj et al. (2021).
#
# 36 neurons: twelve hear the inputs of cue A only, twelve those of cue B, twelve the recall signal. These weights are fixed. So neurons that were shown a cue learn of the recall only through others, and the weights *among* the neurons must be learnt, beside the readout. Adaptive neurons have $\tau_\mathrm{adapt} = 400$ ms. All networks (eight *arms*, three learning rates, three seeds) run side by side, each with its own trials. The rate of each arm is chosen on 100 validation trials per seed; the test is on 100 others.
#
# After that the delay: four arms learn anew at 0, 100 and 150 ms (rate 0.03). And we look for the memory. In the *middle* of the delay we wipe either the **activity** (membranes to rest, no spikes heard) or the **thresholds** (adaptation to 0).
#
# > **Before you run:** page 03 built a memory of LIF neurons by hand. Will LIF neurons learn one?

# %%
ARMS = {  # recurrent spikes detached?, feedback, strength, tau_adapt in ms, recurrent weights learn?
    "BPTT": (False, "symmetric", 0.2, 400.0, True),
    "e-prop": (True, "symmetric", 0.2, 400.0, True),
    "e-prop, random": (True, "random", 0.2, 400.0, True),
    "e-prop, adaptive": (True, "adaptive", 0.2, 400.0, True),
    "frozen": (True, "symmetric", 0.2, 400.0, False),
    "LIF, BPTT": (False, "symmetric", 0.0, 400.0, True),
    "LIF, e-prop": (True, "symmetric", 0.0, 400.0, True),
    "brief, BPTT": (False, "symmetric", 3.5, 20.0, True),
}
readout = LeakyIntegrator(20.0, dt=5.0)  # its decay is that of the membranes


def new_recall_network(seed, group):
    """Return weights from the inputs (each neuron hears one group), among neurons, to the readout, and back."""
    generator = seeded(seed)
    hears = (torch.arange(36) // 12)[:, None] == group
    among = 0.2 * (2 * torch.rand(36, 36, generator=generator) - 1) / 6
    return hears * torch.rand(36, 15, generator=generator), among, *torch.randn(2, 2, 36, generator=generator) / 6


# %%
def recall_trials(task, weights, arms, cue, generator, wipe=None):
    """Run the networks on cues [network, B]; return the readouts y while the answer is due, [t, network, B, 2]."""
    fixed, V, W, B = weights
    cut, feedback, eta, tau, _ = (np.array(column)[:, None, None] for column in zip(*map(ARMS.get, arms), strict=True))
    cut, copied, eta, rho = (torch.tensor(each) for each in (cut, feedback == "symmetric", eta, np.exp(-5 / tau)))
    x = task.inputs(cue.flatten(), generator=generator).view(task.steps, *cue.shape, -1)
    current, among = x @ fixed.mT.contiguous(), V.mT.contiguous()
    z = torch.zeros_like(current[0])
    state, fired, middle = AdaptiveState(z, z), [], (task.cue_steps + task.answer.start) // 2
    for t, now in enumerate(current):
        if t == middle and wipe == "activity":
            z, state = 0 * z, AdaptiveState(0 * z, state.adaptation)
        if t == middle and wipe == "thresholds":
            state = AdaptiveState(state.membrane, 0 * z)
        now = now + torch.where(cut, z.detach(), z) @ among
        z, _, state = adaptive_lif_step(now, state, beta=readout.beta, rho=rho.float(), strength=eta.float())
        fired.append(z)
    z, back = torch.stack(fired), torch.where(copied, W, B).detach()
    y = readout(
        (z.detach() @ W.mT + (z - z.detach()) @ back.mT).flatten(1, 2)
    )  # the last product: 0, but not its gradient
    return y.view(task.steps, *cue.shape, 2)[task.answer]


# %%
def learn_recall(task, names, rates, seeds, updates=60):
    """Train a network for each (arm, rate, seed), side by side; return weights, arms and accuracies per update."""
    arms, rate, seed_of = zip(*itertools.product(names, rates, seeds), strict=True)
    rows = [(rate, ARMS[arm][1] == "adaptive", ARMS[arm][4]) for rate, arm in zip(rate, arms, strict=True)]
    rate, adaptive, learns = (torch.tensor(column)[:, None, None] for column in zip(*rows, strict=True))
    fixed, *born = map(torch.stack, zip(*(new_recall_network(seed, task.group) for seed in seed_of), strict=True))
    moved = [torch.zeros_like(w, requires_grad=True) for w in born]  # in units of the rate: a step of Adam
    optimizer, generator, course = torch.optim.Adam(moved, lr=1.0), seeded(100), []  # ignores a gradient's scale
    for _ in range(updates):
        V, W, B = ((w + rate * m).detach().requires_grad_() for w, m in zip(born, moved, strict=True))
        cue = torch.randint(0, 2, (len(arms), 16), generator=generator)
        y = recall_trials(task, (fixed, V, W, B), arms, cue, generator)
        loss = cross_entropy(y.flatten(0, 2), cue.expand(len(y), -1, -1).flatten(), reduction="sum")
        for_V, for_W = torch.autograd.grad(loss, [V, W])
        moved[0].grad, moved[1].grad, moved[2].grad = for_V * learns, for_W, for_W * adaptive
        optimizer.step()
        for m, w in zip(moved[1:], (W, B), strict=True):
            m.data -= w.detach() * adaptive  # both decay
        course.append((y.detach().mean(0).argmax(-1) == cue).float().mean(1))
    return [fixed, *((w + rate * m).detach() for w, m in zip(born, moved, strict=True))], arms, torch.stack(course)


@torch.no_grad()
def recall_accuracy(task, weights, arms, seed, wipe=None):
    """Return each network's accuracy on 100 new trials."""
    cue = torch.randint(0, 2, (len(arms), 100), generator=seeded(seed))
    return (recall_trials(task, weights, arms, cue, seeded(seed), wipe).mean(0).argmax(-1) == cue).float().mean(1)


# %%
task, RATES, SEEDS, shape = DelayedRecall(), (0.01, 0.03, 0.1), (0, 1, 2), (8, 3, 3)
weights, arms, course = learn_recall(task, ARMS, RATES, SEEDS)
course = course.view(-1, *shape)  # [update, arm, rate, seed]
best = range(8), recall_accuracy(task, weights, arms, 1).view(shape).mean(2).argmax(1)
test = recall_accuracy(task, weights, arms, 2).view(shape)[best]
alike = cosine_similarity(weights[2].flatten(1), weights[3].flatten(1)).view(shape)[best].mean(1)

# %%
print("arm               rate   test  lowest seed   all of training, per rate   W and B")
for row, name in enumerate(ARMS):
    level = "".join(f"{100 * each:7.1f}" for each in course.mean((0, 3))[row])
    print(
        f"{name:17} {RATES[best[1][row]]:4} {100 * test[row].mean():6.1f} {100 * test[row].min():8.0f} {level:>28} {alike[row]:13.2f}"
    )

# %%
four, WIPES = ("BPTT", "e-prop", "LIF, BPTT", "LIF, e-prop"), (None, "activity", "thresholds")
taught = {d: learn_recall(DelayedRecall(delay=d), four, (0.03,), SEEDS)[:2] for d in (0.0, 100.0, 150.0)}
rows = [arms.index(name) + 3 + seed for name in four for seed in SEEDS]  # at the rate 0.03
taught[200.0] = [w[rows] for w in weights], [arms[row] for row in rows]
reached = {(d, w): recall_accuracy(DelayedRecall(delay=d), *taught[d], 3, w).view(4, 3) for d in taught for w in WIPES}
later = {d: recall_accuracy(DelayedRecall(delay=d), *taught[100.0], 4).view(4, 3) for d in (200.0, 400.0)}

# %% alt="Left: accuracy against updates at rate 0.03. BPTT rises fastest to near 100 percent, e-prop with symmetric, adaptive and random feedback follow, frozen stays near 70 percent, LIF at chance. Right: accuracy against the delay in units of tau_mem: both LIF arms are near 100 percent up to 5, fall at 7.5, and are at chance at 10; adaptive arms are near 100 percent at every delay."
print("at 200 or 100 ms: not wiped, activity, thresholds   taught at 100 ms, asked at 200, 400 ms")
for row, (name, delay) in enumerate(zip(four, (200.0, 200.0, 100.0, 100.0), strict=True)):
    shown = [reached[delay, wipe][row] for wipe in WIPES] + [each[row] for each in later.values()]
    print(f"{name:18}", "".join(f"{100 * each.mean():11.0f}" for each in shown))
figure, axes = plt.subplots(1, 2, figsize=(11, 3.8))
colors = dict(zip(ARMS, (BLUE, VERMILION, "#E69F00", "#009E73", "0.5", "#CC79A7", "#56B4E9", "0"), strict=True))
for row, name in enumerate(list(ARMS)[:6]):
    smooth = 100 * course[:, row, 1].unfold(0, 5, 1).mean(-1)  # over 5 updates, [update, seed]
    axes[0].plot(smooth.mean(1), color=colors[name], label=name)
    axes[0].fill_between(range(len(smooth)), *smooth.aminmax(dim=1), color=colors[name], alpha=0.15)
for row, (name, style) in enumerate(zip(four, ("o-", "o--", "s-", "s--"), strict=True)):
    mean = [100 * reached[delay, None][row].mean() for delay in taught]
    axes[1].plot([delay / 20 for delay in taught], mean, style, color=colors[name], label=name)
for axis in axes:
    axis.axhline(50, color="0.6", linestyle=":", linewidth=1)
    axis.set(ylim=(30, 102), ylabel="right answers (%)")
axes[0].set(xlabel="update", title="BPTT learns fastest, e-prop follows, frozen does not")
axes[1].set(xlabel="delay (τ_mem)", title="At 10 τ_mem, only adaptive neurons learn")
axes[0].legend(fontsize=8, ncols=2, loc="lower right"), axes[1].legend(fontsize=8, loc="lower left")
plt.show()

# %% tags=["check"]
level = course.mean((0, 3))  # right answers over all of training, [arm, rate]
assert (level[0] > level[1]).all() and (level[[1, 3]] > level[2]).all() and (level[2] > level[4]).all()
assert test[:4].min() > 0.9 and abs(test[0] - test[1]).mean() < 0.05 and 0.6 < test[4].mean() < 0.85
assert abs(test[5:].mean() - 0.5) < 0.06 and course[-10:, 5:].mean((0, 3)).max() < 0.6
rise = [eta / (1 - np.exp(-5 / tau)) for _, _, eta, tau, _ in (ARMS["BPTT"], ARMS["brief, BPTT"])]
assert abs(rise[1] / rise[0] - 1) < 0.05 and alike[3] > 0.4 > abs(alike[2])

# %% tags=["check"]
held = {wipe: torch.cat([reached[200.0, wipe][:2], reached[100.0, wipe][2:]]).mean(1) for wipe in WIPES}
assert held[None].min() > 0.9 and held["activity"][:2].min() > 0.9 and abs(held["activity"][2:] - 0.5).max() < 0.1
assert held["thresholds"][2:].equal(held[None][2:]) and held["thresholds"][:2].max() < 0.4
assert abs(reached[200.0, None][2:].mean(1) - 0.5).max() < 0.1 and reached[0.0, None].min() > 0.9
assert all(each[2:].min() > 0.9 for each in later.values()) and later[400.0][:2].mean() < 0.6

# %% [markdown]
# **The rules.** At each of the three rates BPTT gives more right answers during training than e-prop with symmetric feedback, that more than with random feedback, and all more than the network with frozen recurrent weights. In the end symmetric e-prop is within five points of BPTT: what goes through others buys speed here, not the memory. Adaptive feedback is ahead of random at each rate. The frozen network is above chance; exercise 3 finds out why.
#
# **The neurons.** At $10\,\tau_\mathrm{mem}$ both LIF arms stay at chance at every rate. So does "brief": neurons that adapt as much at a steady rate, but for $\tau_\mathrm{adapt} = 20$ ms. So slow adaptation is needed to *learn* this delay, from these weights and in these 60 updates (exercise 3 gives them more). It is not needed to *remember*. Up to 100 ms LIF neurons learn to keep each other firing, and the wipes tell the two memories apart: without activity the LIF networks forget and the adaptive ones do not notice; without thresholds the adaptive ones fall below chance (why was not tested), which LIF neurons cannot notice. And the LIF networks that were taught at 100 ms still know the cue after 400 ms, where the adaptive ones taught beside them have lost it. Firing that sustains itself does not fade. So at 200 ms the weights exist; but a gradient has to find them, and what an LIF synapse remembers fades with $\tau_\mathrm{mem}$.
#
# ## 6 · Online means online
#
# Section 5 cheated in three ways: trials began at rest, weights changed between trials only, and autograd played e-prop. Now the core's `EProp`, in a stream that starts once and is never reset: thresholds are still raised from one trial when the next cue comes. Weights change at every step in which an answer is due. (An eligibility then mixes what old and new weights did; with small changes that is a small error.) We count *all* live tensors, with weights, optimiser and the inputs of this trial, after 100, 1,000 and 10,000 steps.
#
# > **Before you run:** how many steps of this stream can BPTT keep in the memory that e-prop needs?


# %%
def born_network(seed, learns=True):
    """Return a network of section 5 in modules; 16 streams run through it at a time."""
    neuron = RecurrentAdaptiveLIF(36, 20.0, 400.0, strength=0.2, dt=5.0)
    network = nn.Sequential(nn.Linear(15, 36, bias=False), neuron, nn.Linear(36, 2, bias=False), readout)
    network[0].weight.data, neuron.weight.data, network[2].weight.data, _ = new_recall_network(seed, task.group)
    network[0].requires_grad_(False), neuron.weight.requires_grad_(learns)
    return network


def live(network, seed, steps, looks=()):
    """Learn at every step of a stream; return the right answers per trial, and the bytes alive after some steps."""
    eprop, generator, right, memory = online.EProp(network), seeded(seed), [], []
    optimizer = torch.optim.Adam(eprop.parameters(), lr=0.003)
    eprop.start(torch.zeros(16, 15))  # once
    for step in range(steps):
        if (t := step % task.steps) == 0:
            cue, total = torch.randint(0, 2, (16,), generator=generator), 0
            x = task.inputs(cue, generator=generator)
        y = eprop.step(x[t])
        if t >= task.answer.start:
            eprop.learn((torch.softmax(y, 1) - one_hot(cue, 2)) / 16)  # dL/dy of this step's cross-entropy
            optimizer.step(), optimizer.zero_grad()
            total = total + y
        if t == task.steps - 1:
            right.append((total.argmax(1) == cue).float().mean().item())
        memory += [live_bytes()] if step + 1 in looks else []
    return np.array(right), np.array(memory)


# %%
STEPS, before, kept = (100, 1000, 10_000), live_bytes(), []
stream, alive = live(born_network(0), 0, STEPS[-1], looks=STEPS)
for steps in STEPS:
    with SavedBytes() as saved:
        born_network(0)(torch.zeros(steps, 16, 15))
    kept.append(saved.bytes)

# %% alt="Left: memory against steps on logarithmic axes: e-prop flat at about 400 KiB, BPTT a line of slope 1 up to 66 MiB at 10,000 steps. Right: right answers against trials in a stream: networks that learn at every step rise above 90 percent within 20 trials, the longest stays there; three with frozen recurrent weights stay near 65 percent."
brief = [live(born_network(seed), seed, 1200)[0] for seed in (1, 2)]
frozen = [live(born_network(seed, learns=False), seed, 1200)[0] for seed in SEEDS]
alive, kept = (alive - before) / 2**10, np.array(kept) / 2**10
once = alive[0] / (kept[0] / STEPS[0])  # steps of BPTT in the memory of e-prop
print(f"KiB after {STEPS} steps: e-prop {alive.round()}, BPTT {kept.round()}")
figure, axes = plt.subplots(1, 2, figsize=(10, 3.4))
axes[0].loglog(STEPS, kept, "o-", color=VERMILION, label="BPTT: what the way back needs")
axes[0].loglog(STEPS, alive, "o-", color=BLUE, label="e-prop: everything")
for runs, color, label in (
    (frozen, "0.6", "recurrent weights frozen"),
    ([stream, *brief], BLUE, "e-prop at every step"),
):
    for row, right in enumerate(runs):
        smooth = np.convolve(right, np.ones(10) / 10, "valid")
        axes[1].plot(10 + np.arange(len(smooth)), 100 * smooth, color=color, label=label if row == 0 else None)
axes[1].axhline(50, color="0.6", linestyle=":", linewidth=1)
axes[0].set(xlabel="steps", ylabel="memory (KiB)", title=f"E-prop has the memory of {once:.0f} steps of BPTT")
axes[1].set(
    xlabel="trial (mean of the last 10)", ylabel="right answers (%)", ylim=(40, 102), title="It learns while it runs"
)
axes[0].legend(), axes[1].legend()
plt.show()

# %% tags=["check"]
assert len(set(alive)) == 1 and kept[2] > 150 * alive[2] and round(once) == 60
assert np.allclose(np.diff(kept) / np.diff(STEPS), kept[0] / STEPS[0], rtol=0.02)
assert min(right[-10:].mean() for right in brief) > 0.85 and stream[30:].mean() > 0.9 and len(stream) > 160
assert max(right[-10:].mean() for right in frozen) < 0.8 and len(frozen[0]) == 20

# %% [markdown]
# Not a byte is added between step 100 and step 10,000, and the network learns: from the 31st trial on the long run has more than 90 % right answers, over more than 130 further trials in which it never stops changing its weights. In the same first 20 trials, three networks with frozen recurrent weights stay far below, although their readouts learn at every step. What e-prop holds, BPTT has used up after 60 steps, one trial.
#
# What makes it affordable: three numbers per synapse and sample (its two traces and the smoothed eligibility), all of which it can know by itself, and *one* signal per neuron from outside. What it leaves out, the way through other neurons, it leaves out for good.
#
# ## Recap
#
# You
#
# - carried the influence of every weight forward, and got the gradient of BPTT to $10^{-10}$ after every step;
# - counted its cost, $n^3$ numbers and $n^4$ multiplications a step but nothing that grows with $T$, and found layers in which one or two traces per synapse are still exact;
# - dropped its terms one at a time, kept the leak, and proved e-prop to be the gradient of a network that takes for given what its neurons hear from each other;
# - taught networks a delay of $10\,\tau_\mathrm{mem}$, found the memory of adaptive neurons in their thresholds and that of LIF neurons in their firing, and let one learn at every step of a stream.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $P^i_{pq}[t]$ | influence of weight $w_{pq}$ on $u_i[t]$ | `influence_step`, `OnlineRTRL` |
# | $J[t]$ | how the membranes depend on those of the step before | `membrane_jacobian` |
# | $\bar x_q$ | presynaptic trace | `OnlineLIF.trace` |
# | $\epsilon^v, \epsilon^a, e$ | what a synapse did to state, adaptation and spike | `adaptive_traces_step` |
# | $\bar e_{pq}$ | eligibility, for as long as the readout remembers | `EProp.eligibility` |
# | $B$ | feedback from the readout | `EProp.matrix` |
#
# ## Exercises
#
# ### 1 · Forward, for a readout
#
# One weight $w$ carries spikes to a leaky readout, $y[t] = \kappa\, y[t-1] + w\, z[t]$, and each step adds $\frac12 (y[t] - y^*[t])^2$ to the loss. Compute $\partial L/\partial w$ forward in time, in one pass (`forward_gradient`).
#
# ### 2 · A trace with a reset in it
#
# One neuron without recurrence, with an *attached* soft reset. Return the influence $P[t] = \partial u[t]/\partial w$ of one synapse at each step, from its input `x` and the surrogate `s` at each step (`influence_with_reset`).


# %% tags=["exercise"]
def forward_gradient(z, wanted, w, kappa):
    return None  # your code here


single = Case(([1, 0], [0.0, 0.0], 2.0, 0.5), 2.5, "The influence dy/dw decays with kappa, as y does: 1, then 0.5.")
several = Case(([1, 1, 0], [0.0, 1.0, 1.0], 1.0, 0.5), 1.5625, "Each step adds its error times the influence so far.")
check_function(forward_gradient, single, several)


# %% tags=["exercise"]
def influence_with_reset(x, s, beta, theta):
    return None  # your code here


reset = Case(([1, 0, 0], [0.0, 1.0, 0.0], 0.5, 1.0), [1, 0.5, 0], "A reset acts on the *next* step.")
partial = Case(([1, 0, 1], [0.5, 0.0, 1.0], 0.8, 1.0), [1, 0.4, 1.32], "Section 1's recursion with V = 0.")
check_function(influence_with_reset, reset, partial)

# %% [markdown] tags=["solution"]
# ### 3 · Change one line
#
# In section 5 the frozen network, whose recall neurons cannot learn to reach anybody, is above chance. How? Multiply `among` by 0 in `new_recall_network` and train the frozen arm. And the LIF arms had 60 updates at 200 ms: give `learn_recall` five times as many. Do they get there?
#
# ### 4 · Open
#
# E-prop must lose where only the way through others leads to the answer. Invent such a task, for example one in which the neurons that were shown the cue do not reach the readout, and test e-prop against BPTT on it.
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# ```python
# def forward_gradient(z, wanted, w, kappa):
#     y, influence, gradient = 0.0, 0.0, 0.0
#     for spike, goal in zip(z, wanted, strict=True):
#         y = kappa * y + w * spike
#         influence = kappa * influence + spike
#         gradient += (y - goal) * influence
#     return gradient
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def influence_with_reset(x, s, beta, theta):
#     course, influence, before = [], 0.0, 0.0
#     for x_t, s_t in zip(x, s, strict=True):
#         influence = beta * (1 - theta * before) * influence + x_t
#         before = s_t
#         course.append(influence)
#     return course
# ```
#
# </details>
#
# <details><summary>Answer 3</summary>
#
# Without any recurrent weights the frozen arm is about as good. So it needs no recall signal: neurons that were shown the cue have raised thresholds, and answer less to their own *noise* than the others. A readout can see that. The LIF arms: nearly all networks stay at chance; in our run one of them was on its way. "Only adaptive neurons learn it" is a matter of patience, too.
#
# </details>
#
# <details><summary>Answer to the sliders</summary>
#
# A longer $\tau_\mathrm{mem}$ keeps some positive eligibility, but it has to be of the size of the delay. And no: with a large $\eta$ the neuron stays far from its threshold at the recall, where the surrogate is small.
#
# </details>
#
# ## References
#
# - R. J. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1(2), 1989.
# - G. Bellec et al., *A solution to the learning dilemma for recurrent networks of spiking neurons*, Nature Communications 11:3625, 2020 (e-prop).
# - F. Zenke, S. Ganguli, *SuperSpike: supervised learning in multilayer spiking neural networks*, Neural Computation 30(6), 2018 (an eligibility from surrogate and trace).
# - D. Salaj et al., *Spike frequency adaptation supports network computations on temporally dispersed information*, eLife 10:e65459, 2021 (the store-recall task).
# - J. F. Kolen, J. B. Pollack, *Backpropagation without weight transport*, IEEE International Conference on Neural Networks, 1994.
# - M. Akrout et al., *Deep learning without weight transport*, Advances in Neural Information Processing Systems 32, 2019.
#
# **Next:** [14 · Local learning](14_local_learning.ipynb) asks whether every layer can learn alone. Back to [12 · BPTT meets STDP](12_bptt_meets_stdp.ipynb).
