# %% [markdown]
# # 06 · Backprop through time
#
# **What exactly does backpropagation through time compute?**
#
# Needs: page 02 (the LIF neuron), page 05 (surrogate derivatives), the chain rule. · 35 minutes to read, half a minute to run. · Introduces `detach_reset`, `credit`, `SavedBytes` and the backward pass of `LIF`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/06_backprop_through_time.ipynb)

# %% [markdown]
# ## You will
#
# - compute every gradient of two neurons over three steps with a pencil's arithmetic, and let one update repair the loss;
# - write the recursion for whole layers in NumPy, and prove it against autograd, finite differences and `snn_core`;
# - measure how far back in time credit reaches, and whether the reset belongs into the gradient;
# - measure what it costs in memory and time, and what is lost when you cut it short.

# %% tags=["setup"]
import sys
import time

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import matplotlib.pyplot as plt
import numpy as np
import torch

from snn_core import LIF, SpikingNeuron, Surrogate
from snn_core.losses import count_cross_entropy
from snn_core.memory import SavedBytes, graph_nodes
from snn_core.teaching.diagrams import unrolled_graph
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import CreditAssignment, credit
from snn_core.teaching.palette import BLUE, VERMILION
from snn_core.teaching.plotting import use_style
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(6)

# %% [markdown]
# ## 1 · Two neurons, three steps, every number
#
# A spiking network is a recurrent network: the state $v$ of one step enters the next. Write all steps side by side, and the loop is gone. What is left is an ordinary, deep network that uses the same weights at every step. **Backpropagation through time (BPTT)** is backpropagation on this *unrolled* graph (Werbos 1990).
#
# Here neuron a hears an input $x$ and drives neuron b. Every black arrow is a step of the computation. Beside each solid one runs the gradient, backwards, and is multiplied by the derivative on that arrow. Two things differ from the chain rule: at the spike, the slope of the step function is replaced by the surrogate $s$ (page 05); and the dashed arrow, the reset, gets no gradient (section 2 asks why).
#
# > **Before you look:** along how many different ways does the gradient get from the loss to $u_a[1]$?

# %% alt="Computational graph of neurons a and b over three steps, with nodes I, u, z and v. Black arrows run upwards and to the right; coloured arrows run against each solid one and carry the factors 1, beta, w and the surrogate s. The dashed arrow of the reset has no way back."
unrolled_graph(steps=3).set_title("The loop over time, unrolled: gradients run against the arrows")
plt.show()

# %% [markdown]
# Six ways: the gradient can pass from b down to a at step 1, 2 or 3, and it can come from the loss at that step or at any later one. BPTT does not list the ways. It visits each node once, from the last step to the first, and adds up what arrives.
#
# Now the numbers, small enough for a pencil: $\beta = 0.5$, $\theta = 1$, soft reset, a constant input $x = 1$, weights $w_a = 0.8$ and $w_b = 1.2$. The surrogate is a triangle, one minus the distance to the threshold: $s = \max(0, 1 - |u - \theta|)$. We want b to spike twice, so $L = \frac12 (n_b - 2)^2$ with its spike count $n_b$.
#
# > **Before you run:** which neuron spikes at which step?


# %% tags=["NBVAL_CHECK_OUTPUT"]
def neuron_forward(current):
    """Run one neuron from rest; return its u, z, v and the surrogate s, a row of steps each."""
    v, rows = 0.0, []
    for drive in current:
        u = beta * v + drive
        z = float(u > theta)
        v = u - theta * z
        rows.append([u, z, v, max(0, 1 - abs(u - theta))])
    return np.array(rows).T


def print_steps(names, of_a, of_b):
    for name, row_a, row_b in zip(names, of_a, of_b, strict=True):
        left, right = ("".join(f"{value:8.3f}" for value in row) for row in (row_a, row_b))
        print(f"{name + '_a':6}{left}      {name + '_b':6}{right}")


beta, theta = 0.5, 1.0
a = neuron_forward(0.8 * np.ones(3))
b = neuron_forward(1.2 * a[1])
print_steps("uzvs", a, b)

# %% [markdown]
# Each row shows steps 1 to 3, on the left of a, on the right of b. Both spike once, at step 2, so $n_b = 1$ and $L = \frac12$.
#
# Backwards now, with $g_x$ for the derivative of $L$ by $x$. Read off the graph:
#
# $$g_{z_b}[t] = n_b - 2, \quad g_{z_a}[t] = w_b\, g_{u_b}[t]; \qquad g_v[t] = \beta\, g_u[t+1]; \qquad g_u[t] = g_z[t]\, s[t] + g_v[t].$$
#
# A weight is used at every step, so its gradient is a sum over steps: $g_{w_b} = \sum_t g_{u_b}[t]\, z_a[t]$ and $g_{w_a} = \sum_t g_{u_a}[t]\, x[t]$.
#
# > **Before you run:** neuron a did not spike at step 1. Does it get any credit for that step?


# %% tags=["NBVAL_CHECK_OUTPUT"]
def neuron_backward(g_z, s, beta=beta):
    """Return g_z, g_v and g_u of one neuron, a row of steps each."""
    g_u = np.zeros(4)  # the last entry stays 0: nothing comes from beyond the last step
    for t in (2, 1, 0):
        g_u[t] = g_z[t] * s[t] + beta * g_u[t + 1]
    return np.array([g_z, beta * g_u[1:], g_u[:3]])


g_b = neuron_backward(np.full(3, b[1].sum() - 2), b[3])
g_a = neuron_backward(1.2 * g_b[2], a[3])
g_w = np.array([g_a[2].sum(), g_b[2] @ a[1]])
print_steps(("g_z", "g_v", "g_u"), g_a, g_b)
stepped = np.array([0.8, 1.2]) - 0.1 * g_w  # a tenth of the gradient downhill
print(f"g_w_a {g_w[0]:8.3f}                      g_w_b {g_w[1]:8.3f}")

# %% alt="The unrolled graph of the two neurons with the value of every node in black and below it, in colour, its gradient. Gradients are negative and grow from the last step towards step 2; the last states v have gradient zero."
values = {"I_a": [0.8] * 3, "I_b": 1.2 * a[1]}
values |= {f"{kind}_{n}": row for n, rows in (("a", a), ("b", b)) for kind, row in zip("uzv", rows, strict=False)}
gradients = {f"{kind}_{n}": rows["zvu".index(kind)] for n, rows in (("a", g_a), ("b", g_b)) for kind in "zvu"}
gradients |= {"I_a": g_a[2], "I_b": g_b[2]}  # the current is added to u, so it has the gradient of u
unrolled_graph(values=values, gradients=gradients).set_title("One pass back gives every value its gradient (coloured)")
plt.show()

# %% [markdown]
# Both weights have a negative gradient: raise them, and b spikes more. Neuron a gets credit for step 1 although it was silent, for two reasons. It was close to the threshold ($s = 0.8$), so a little more input would have made it spike. And its state lived on into step 2. That is all BPTT does: *close to the threshold* times *what a spike would have caused*, and a share $\beta$ for each step of waiting.
#
# Does it help? Walk a tenth of the gradient downhill, run the neurons again, and b spikes twice: the loss falls from $\frac12$ to 0.

# %% tags=["check"]
w, ones = torch.tensor([0.8, 1.2], dtype=torch.float64, requires_grad=True), np.ones(3)
core = LIF(beta=0.5, surrogate=Surrogate("triangular", scale=1.0))
(core(core(torch.ones(3, 1, dtype=w.dtype) * w[0]) * w[1]).sum() - 2).square().div(2).backward()
assert np.allclose(w.grad, g_w, rtol=0, atol=1e-12) and b[1].sum() == 1
assert neuron_forward(stepped[1] * neuron_forward(stepped[0] * ones)[1])[1].sum() == 2
assert neuron_backward(neuron_backward(ones, ones, beta=1)[2], ones, beta=1)[2][0] == 6  # factors 1 count the ways

# %% [markdown]
# ## 2 · The recursion for a layer
#
# For a layer, each number becomes an array $[T, N]$, and the weights a matrix. Only the reset needs care. All of its variants share one recursion,
#
# $$g_u[t] = g_z[t]\,s[t] + c[t]\,\beta\,g_u[t+1], \qquad g_W = \sum_t x[t]^{\!\top} g_u[t], \qquad g_x[t] = g_u[t]\,W^{\!\top},$$
#
# and differ in $c[t] = \partial v[t] / \partial u[t]$, what the reset lets through. If gradient may also flow through the spike that resets, the reset is **attached**. If that spike is taken as a constant, it is **detached**, the default of `snn_core`:
#
# | reset | detached | attached |
# |---|---|---|
# | soft, $v = u - \theta z$ | $1$ | $1 - \theta s$ |
# | hard, $v = u\,(1 - z)$ | $1 - z$ | $1 - z - u s$ |
#
# > **Before you run:** which of the four can be negative?


# %%
def reset_factor(u, z, s, reset, attached):
    """Return c = dv/du, what the reset lets through."""
    factor = np.ones_like(u) if reset == "soft" else 1 - z
    return factor - (theta if reset == "soft" else u) * s if attached else factor


def layer_backward(g_z, x, w, u, z, reset, attached):
    """Return the gradients of a layer by its weights and by its input."""
    s = slope(u - theta)
    c = reset_factor(u, z, s, reset, attached)
    g_u, later = np.zeros_like(u), 0.0
    for t in reversed(range(len(u))):
        g_u[t] = g_z[t] * s[t] + c[t] * later
        later = beta * g_u[t]
    return x.T @ g_u, g_u @ w.T


# %% [markdown]
# Only the last: at a spike $1 - z = 0$, and $-us$ remains. (In the soft one $\theta s$ is at most 1 here.)
#
# The test bench: 8 inputs → 6 → 4 neurons, 20 steps, half the squared error of the spike counts as loss. The forward pass is that of page 02, with two options that section 3 needs: which function makes the spike, and whether *recorded* spikes do the resetting. The surrogate is $s = 4\sigma(1 - \sigma)$, the derivative of the sigmoid $\sigma(4x)$.
#
# There are two referees. Autograd goes through the loop over `step` that every `SpikingNeuron` inherits (for `LIF`, `step` calls `lif_step`), and knows nothing of our recursion. `LIF` overrides that loop by one `torch.autograd.Function`, whose backward pass is the recursion above, in PyTorch; so we call the inherited loop by name, `SpikingNeuron.forward(neuron, current)`. All three in float64.


# %%
def layer_forward(x, w, reset, spike, recorded=None):
    v, rows = 0.0, []
    for t, drive in enumerate(x @ w):
        u = beta * v + drive
        z = spike(u - theta)
        v = u - (theta if reset == "soft" else u) * (z if recorded is None else recorded[t])
        rows.append((u, z))
    return np.array(rows).swapaxes(0, 1)


def bptt_by_hand(w, reset, attached, spike):
    """Return the gradient by all weights as one vector, and the spikes of both layers."""
    u1, z1 = layer_forward(inputs, w[0], reset, spike)
    u2, z2 = layer_forward(z1, w[1], reset, spike)
    g_z2 = np.broadcast_to(z2.sum(0) - 5, z2.shape)  # the target is 5 spikes of each output neuron
    g_w2, g_z1 = layer_backward(g_z2, z1, w[1], u2, z2, reset, attached)
    g_w1, _ = layer_backward(g_z1, inputs, w[0], u1, z1, reset, attached)
    return np.concatenate([g_w1.ravel(), g_w2.ravel()]), (z1, z2)


# %%
beta, heaviside = np.exp(-1 / 10), lambda x: (x > 0).astype(float)
smooth = lambda x: 1 / (1 + np.exp(-4 * x))  # noqa: E731
slope = lambda x: 4 * smooth(x) * (1 - smooth(x))  # noqa: E731
inputs = (torch.rand(20, 8, generator=generator) < 0.4).double().numpy()
weights = [0.4 * torch.randn(shape, generator=generator).double().numpy() + 0.1 for shape in ((8, 6), (6, 4))]


def bptt_by_torch(layer):
    w = [torch.tensor(each, requires_grad=True) for each in weights]
    loss = ((layer(layer(torch.tensor(inputs) @ w[0]) @ w[1]).sum(0) - 5) ** 2).sum() / 2
    return torch.cat([g.flatten() for g in torch.autograd.grad(loss, w)]).numpy()


apart = {}
for reset in ("soft", "hard"):
    for attached in (False, True):
        options = {"reset": reset, "detach_reset": not attached, "surrogate": Surrogate("sigmoid", scale=4.0)}
        neuron = LIF(beta=torch.tensor(beta), **options)
        hand, _ = bptt_by_hand(weights, reset, attached, heaviside)
        autograd = bptt_by_torch(lambda current: SpikingNeuron.forward(neuron, current))  # noqa: B023
        apart[reset, attached] = [
            abs(hand - other).max() / abs(hand).max() for other in (autograd, bptt_by_torch(neuron))
        ]
        name = f"{reset}, {'attached' if attached else 'detached'}: length {np.linalg.norm(hand):6.1f}, relative difference"
        print(name, "to autograd {:.0e}, to the core {:.0e}".format(*apart[reset, attached]))

# %% tags=["check"]
assert max(max(errors) for errors in apart.values()) < 1e-12
u, z = layer_forward(inputs, weights[0], "hard", heaviside)
others = (("soft", False), ("soft", True), ("hard", False))
assert z.sum() > 10 and all((reset_factor(u, z, slope(u - theta), *kind) >= 0).all() for kind in others)
assert reset_factor(u, z, slope(u - theta), "hard", True).min() < 0

# %% [markdown]
# ## 3 · Is it the gradient of anything?
#
# Autograd uses the same surrogate as we do, so agreement with it shows that the bookkeeping is right, not that the result is a *gradient*. Of the spiking network it is not: that one's true gradient is zero almost everywhere. But replace the step by the function whose derivative the surrogate is, here $z = \sigma(4(u - \theta))$, forward and backward. Now the network is smooth, and its gradient can be measured by finite differences that know no calculus at all:
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + h) - L(w - h)}{2h}.$$
#
# > **Before you run:** BPTT with attached and with detached reset differ. Which one will the finite differences confirm?


# %% alt="Three scatter plots of the BPTT gradient against finite differences for both resets. Attached: all points on the diagonal. Detached: far off it. Detached against a network whose reset spikes are recorded constants: on the diagonal again."
def smooth_loss(flat, reset, recorded=(None, None)):
    """Return the loss of the smoothed network for all weights in one vector."""
    hidden = layer_forward(inputs, flat[:48].reshape(8, 6), reset, smooth, recorded[0])[1]
    return ((layer_forward(hidden, flat[48:].reshape(6, 4), reset, smooth, recorded[1])[1].sum(0) - 5) ** 2).sum() / 2


def finite_differences(of, *options, h=1e-5):
    at, steps = np.concatenate([w.ravel() for w in weights]), h * np.eye(72)
    return np.array([(of(at + step, *options) - of(at - step, *options)) / (2 * h) for step in steps])


def bptt_at(flat, reset, attached, spike):
    return bptt_by_hand([flat[:48].reshape(8, 6), flat[48:].reshape(6, 4)], reset, attached, spike)[0]


def asymmetry(*options):
    """Return how far the derivatives of the BPTT gradient are from a symmetric matrix: 0 for the gradient of a loss."""
    second = finite_differences(bptt_at, *options)
    return np.linalg.norm(second - second.T) / np.linalg.norm(second)


figure, axes = plt.subplots(1, 3, figsize=(10, 3.3))
titles, error = ("Attached: the gradient", "Detached: not the gradient", "Detached, resets recorded: it is one"), {}
for reset, mark in (("soft", "o"), ("hard", "s")):
    (attached, _), (detached, spikes) = (bptt_by_hand(weights, reset, which, smooth) for which in (True, False))
    true, kept = (finite_differences(smooth_loss, reset, *which) for which in ((), (spikes,)))
    for axis, title, x, y in zip(axes, titles, (true, true, kept), (attached, detached, detached), strict=True):
        error[title, reset] = np.linalg.norm(y - x) / np.linalg.norm(x)
        axis.plot(x, y, mark, markersize=4, alpha=0.7, label=f"{reset}: error {error[title, reset]:.1g}")
        axis.axline((0, 0), slope=1, color="0.5", linewidth=1, zorder=0)
        axis.set(xlabel="finite difference", ylabel="BPTT", title=title, ymargin=0.4)
        axis.legend(loc="upper left")
plt.show()

# %% [markdown]
# Attached BPTT is the exact gradient, *if the forward pass is smooth, too*. Detached BPTT is not, and by a wide margin. But it is not *wrong* either: record the spikes of one run, let them do the resetting in every other run, and finite differences confirm it just as exactly. So **detaching answers another question**: what would change if every neuron kept the resets that it had?
#
# On the spiking network the same recursion meets other $u$ and $z$. There it is the gradient of no loss at all, attached or not (Gygax and Zenke 2025). The derivatives of a gradient form a symmetric matrix, since the order in $\partial^2 L / \partial w_i \partial w_j$ does not matter. The check finds a symmetric one for attached BPTT on the smooth network, and none on the spiking network.

# %% tags=["check"]
grid = torch.linspace(-2, 2, 101, dtype=torch.float64)
assert np.allclose(smooth(grid.numpy()), Surrogate("sigmoid", scale=4.0).primitive(grid), atol=1e-12)
assert all(error[title, reset] < 1e-6 for title in titles[::2] for reset in ("soft", "hard"))
assert min(error[titles[1], reset] for reset in ("soft", "hard")) > 1
assert all(asymmetry(reset, True, smooth) < 1e-6 for reset in ("soft", "hard"))
assert all(asymmetry(reset, which, heaviside) > 0.1 for reset in ("soft", "hard") for which in (True, False))

# %% [markdown]
# ## 4 · How far back does credit reach?
#
# An input $k$ steps ago has decayed to $\beta^k$ of itself. So has its influence on the membrane now, and so has the credit that BPTT can give it:
#
# $$\frac{\partial u[t]}{\partial I[t-k]} = \prod_{j=t-k}^{t-1} \beta\, c[j], \qquad \text{and without a spike or an attached reset:}\quad \beta^k = e^{-k\,\mathrm{d}t/\tau}.$$
#
# Credit vanishes exponentially, as in any recurrent network, but here the rate is a parameter with a meaning. It falls below 1 % after $\tau \ln 100 = 4.6\,\tau$. `credit` is the core's backward pass. It needs a judge that runs forward only: we kick each input by $10^{-6}$ and see how far the last membrane moves.
#
# > **Before you run:** a neuron spikes. Does the spike cut off what came before? Think of the four factors $c$.

# %%
taus, silence = torch.tensor([5.0, 10.0, 20.0, 50.0]).double(), torch.zeros(300, 1, 4).double()
silent = credit(LIF(taus), silence).flip(0)[:, 0].numpy()  # [k, neuron]
closed = np.exp(-np.arange(300)[:, None] / taus.numpy())
fitted = [-1 / np.polyfit(np.arange(300), np.log(course), 1)[0] for course in silent.T]
reach = [np.argmax(course < 0.01) for course in silent.T]  # steps until less than 1 % is left
predicted = [int(tau * np.log(100)) + 1 for tau in taus.tolist()]

# %% alt="Credit against steps back on a logarithmic axis. Left: silent neurons with four time constants; measured dots lie on the lines beta to the k. Right: one spiking neuron; soft detached stays on the line, hard detached ends at the last spike, attached resets drop at each spike, hard attached with changes of sign, and a wide surrogate makes the credit vanish within ten steps."
pulses, received, product, moved = 0.05 + 0.4 * (torch.arange(60) % 6 == 0).double()[:, None], {}, {}, {}
kicked = pulses[:, None] + 1e-6 * torch.eye(60).double()[..., None]  # [step, which input was kicked, neuron]
cases = {"soft, detached": ("soft", False, 10.0), "hard, detached": ("hard", False, 10.0)}
cases |= {"soft, attached": ("soft", True, 10.0), "hard, attached": ("hard", True, 10.0)}
cases |= {"soft, attached, wide": ("soft", True, 1.0)}
figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), sharey=True)
axes[0].semilogy(closed, color="0.7", linewidth=1, label=[None] * 3 + ["βᵏ"])
for tau, course in zip(taus.tolist(), silent.T, strict=True):
    axes[0].plot(range(0, 300, 8), course[::8], "o", markersize=4, label=f"τ = {tau:.0f} ms")
for mark, (name, (reset, attached, scale)) in zip("osv^x", cases.items(), strict=True):
    neuron = LIF(taus[2], reset=reset, detach_reset=not attached, surrogate=Surrogate(scale=scale))
    z, u, _ = (each.detach().numpy() for each in neuron(pulses, record=True))
    c = reset_factor(u, z, (1 + scale * abs(u - 1)) ** -2.0, reset, attached)[:, 0]  # s: the fast sigmoid
    product[name] = np.append(1, np.cumprod((neuron.beta.item() * c)[-2::-1]))
    received[name] = credit(neuron, pulses).flip(0)[:, 0].numpy()
    moved[name] = (neuron(kicked, record=True).membrane[-1, :, 0].numpy() - u[-1])[::-1] / 1e-6
    axes[1].semilogy(abs(received[name]), mark, markersize=4, label=name)
flipped = np.where(received["hard, attached"] < 0, -received["hard, attached"], np.nan)
last = 59 - np.flatnonzero(z)[-1]  # the last spike, in steps back
axes[1].plot(flipped, "o", markerfacecolor="none", color="0.3", label="negative")
axes[0].set(xlabel="steps back k (ms)", ylabel="|credit|", ylim=(1e-5, 50), xlim=(-5, 250), title="Silent neurons: βᵏ")
axes[1].set(xlabel="steps back k (ms)", title="A spiking neuron, τ = 20 ms: the reset decides")
axes[0].legend(ncols=2, fontsize=8), axes[1].legend(ncols=2, fontsize=8)
plt.show()

# %% [markdown]
# Without spikes, the measured credit is $\beta^k$ at every $\tau$. With spikes it depends on the reset. The membrane of a spiking neuron really moves by the *detached* credit, since a tiny kick moves no spike; the attached ones miss it. (Section 3's "not the gradient" was about the smoothed network, where a kick also moves every spike a little.) *Soft, detached* goes on as if no spike had been: the neuron keeps what was above the threshold, so its past still counts. *Hard, detached* ends at the last spike, since the past was thrown away. An *attached* reset takes credit away near each spike, because more input then also means more reset (52 and 53 steps back the membrane was within 0.001 of the threshold: $c$ is almost 0, and the triangles leave the plot); with a hard reset the credit can change its sign (rings). And with a *wide* surrogate (scale 1 instead of 10, crosses) every step counts as near a spike, so the credit is gone within ten steps.

# %% tags=["check"]
assert np.allclose(silent, closed, rtol=1e-10) and np.allclose(fitted, taus, rtol=1e-9) and reach == predicted
assert all(np.allclose(received[name], product[name], rtol=1e-9, atol=1e-15) for name in cases)
assert all(np.allclose(received[name], moved[name], rtol=0, atol=1e-8) == name.endswith("detached") for name in cases)
assert received["hard, detached"][last - 1] > 0 and not received["hard, detached"][last:].any()
assert abs(u[6:8] - 1).max() < 0.001 and all(abs(received[f"{r}, attached"][53]) < 1e-5 for r in ("soft", "hard"))
assert received["hard, attached"].min() < -0.1 and abs(received["soft, attached, wide"][10:]).max() < 1e-4

# %% [markdown]
# ## 5 · Does the reset belong into the gradient?
#
# Every reader of such code asks why somebody wrote `.detach()` at the reset. Attached is the gradient of the smoothed network (section 3). Detached keeps the long memory (section 4). So it must be tried.
#
# Much depends on the **height** of the surrogate, since in $c = 1 - \theta s$ it competes with 1. All surrogates of `snn_core` have `height` 1 unless told otherwise. Other authors give theirs the area 1, like the delta function that it replaces; our default, the fast sigmoid of scale 10, would then be 5 high. A detached reset is indifferent to that. Height $h$ only multiplies the last layer's gradient by $h$, and the first one's by $h^2$. Adam divides each weight's gradient by its own recent size, so nothing is left of the factor (plain gradient descent would need another learning rate).
#
# The task: 8 classes, 20 inputs. Each input spikes once, so only *times* matter; they depend on the class, and jitter by 8 ms. Two layers with $\tau = 10$ ms learn for 50 updates, with a surrogate of scale 10, which is narrow.
#
# > **Before you run:** what is $c$ at the threshold if the surrogate is 20 high?


# %%
def five_networks(height, reset, attached, scale=10.0):
    """Train five networks side by side; return their first gradients, and their accuracies on new samples."""
    generator = seed_torch(0)
    times = 40 * torch.rand(5, 8, 20, generator=generator)  # [network, class, input]
    w = [torch.randn(5, 20, 40, generator=generator) * 0.4, torch.randn(5, 40, 8, generator=generator) * 0.3]
    neuron = LIF(reset=reset, detach_reset=not attached, surrogate=Surrogate(scale=scale, height=height))
    optimizer, gradients, right = torch.optim.Adam([each.requires_grad_() for each in w], lr=0.02), [], []
    for _ in range(50):
        labels = torch.randint(0, 8, (5, 32), generator=generator)
        at = times[torch.arange(5)[:, None], labels] + 8 * torch.randn(5, 32, 20, generator=generator)
        spikes = torch.zeros(40, 5, 32, 20).scatter_(0, at.round().clamp(0, 39).long()[None], 1.0)
        output = neuron(neuron(spikes @ w[0]) @ w[1])  # spikes: [step, network, sample, class]
        optimizer.zero_grad()
        count_cross_entropy(output.flatten(1, 2), labels.flatten()).backward()
        optimizer.step()
        gradients.append(w[0].grad.flatten(1).clone())
        right.append((output.sum(0).argmax(2) == labels).float().mean(1))
    return gradients[0], torch.stack(right[-10:]).mean(0)  # of batches drawn anew, before each was learnt from


# %% alt="Left: cosine between the attached and the detached gradient against the height of the surrogate; near 1 at height 1, falling to below 0.3 at height 20 for both resets. Right: accuracy against height; flat for both detached resets, equally high for attached ones at height 1, and falling far below them at height 20."
heights, first, level, spread = [1.0, 5.0, 20.0], {}, {}, {}
same, ratio, gap, wide = {}, {}, {}, {}
figure, axes = plt.subplots(1, 2, figsize=(10, 3.3))
for reset, color in (("soft", BLUE), ("hard", VERMILION)):
    for attached, style in ((False, "o-"), (True, "v--")):
        kind, runs = (reset, attached), [five_networks(height, reset, attached) for height in heights]
        first[kind], accuracy = (torch.stack(each) for each in zip(*runs, strict=True))
        level[kind], spread[kind] = accuracy.mean(1), accuracy.std(1)
        label = f"{reset}, {'attached' if attached else 'detached'}"
        axes[1].errorbar(heights, 100 * level[kind], 100 * spread[kind], fmt=style, color=color, capsize=3, label=label)
    same[reset] = torch.cosine_similarity(first[reset, True], first[reset, False], dim=2).mean(1)
    ratio[reset] = (first[reset, False].norm(dim=2) / first[reset, True].norm(dim=2)).mean(1)
    gap[reset] = level[reset, False] - level[reset, True]
    wide[reset] = [five_networks(1.0, reset, which, scale=1.0)[1].mean() for which in (False, True)]
    axes[0].plot(heights, same[reset], "o-", color=color, label=f"{reset} reset")
axes[0].set(xlabel="surrogate height (scale 10)", ylabel="cosine of both gradients", xticks=heights, ylim=(-0.05, 1.05))
axes[0].set_title("Height 1: nearly the same direction")
axes[1].set(xlabel="surrogate height (scale 10)", ylabel="accuracy (%)", xticks=heights, ylim=(0, 100))
axes[1].set_title("Height 1: no matter. Tall: attached falls behind")
axes[0].legend(loc="lower left"), axes[1].legend(loc="lower left")
plt.show()

# %% [markdown]
# Five networks after 50 updates, mean and standard deviation. At height 1, attached or not makes no difference beyond the spread, although the detached gradient is about one and a half times as long. At height 5 it makes none either. At height 20, $c$ reaches $-19$: close to the threshold, credit is multiplied by it, and the gradient points elsewhere. The attached networks are at less than two thirds of the detached ones' accuracy, though above chance (12.5 %). The accuracy of the detached ones does not depend on the height.
#
# And a wide surrogate? The check trains with height 1 at scale 1, the crosses of section 4: the reset takes credit away at every step, and the attached networks fall behind by more than 5 points with the soft reset, by more than 20 with the hard one.
#
# So the answer to the reader's question: with a *narrow* surrogate of height 1, `detach()` at the reset is a matter of taste in this task; with a tall one, or a wide one, it decides how much is learnt. Detached is the default here: in this task it was never worse by more than the spread, and it asks no question about the height. Lee et al. (2016) also differentiate the membrane without its jumps: they treat the discontinuities at spikes as noise. Our finding fits the reason that the author of SpyTorch, Zenke's tutorial code, gives for detaching: a surrogate that is not normalised (issue 2 of its repository; see also Zenke and Vogels 2021).

# %% tags=["check"]
assert all(same[r][0] > 0.95 and same[r][2] < 0.3 and 1.2 < ratio[r][0] < 1.9 for r in gap)
assert all((abs(gap[r]) < spread[r, False])[:2].all() and np.ptp(level[r, False]) < 0.02 for r in gap)
assert all(0.2 < level[r, True][2] < 0.65 * level[r, False][2] for r in gap)
assert all(torch.allclose(first[r, False][2], 20**2 * first[r, False][0], rtol=1e-3, atol=1e-6) for r in gap)
assert wide["soft"][0] - wide["soft"][1] > 0.05 and wide["hard"][0] - wide["hard"][1] > 0.2
assert Surrogate(height=20.0).peak == 20 and Surrogate(height=5.0).area == 1

# %% [markdown]
# ## 6 · What it costs, and how to cut it short
#
# The way back needs what the way forward computed: $u[t]$ and $z[t]$ of every neuron at every step. So memory grows as $T$, and so does time. **Truncated BPTT** (Williams and Peng 1990) runs a window of $W$ steps, goes back through it, keeps the *value* of the state, `detach`es it, and runs the next window. The forward pass does not notice. Memory grows as $W$. What is lost is the credit across a border: at most $\beta^k$ of it for an input $k$ steps before. So how large must $W$ be compared with $\tau$?
#
# Our example is a layer that learns the spike trains of a teacher: 100 inputs, 20 neurons, 4 samples, 500 steps, a loss at every step.
#
# > **Before you run:** at $\tau = 20$ ms, how long must $W$ be for a nearly right gradient?


# %%
def truncated_bptt(tau, window):
    """Return the gradient by the weights, the spikes, and the most bytes that were kept at a time."""
    neuron, state, output, peak = LIF(tau), None, [], 0
    gain = np.sqrt(1 - neuron.beta.item() ** 2)  # a slow membrane sums more input: about the same variance at every tau
    student, teacher = (gain * drawn[0]).requires_grad_(), gain * drawn[1]
    for x, wanted in zip(pattern.split(window), neuron(pattern @ teacher).split(window), strict=True):
        with SavedBytes() as saved:
            spikes, _, state = neuron(x.clone() @ student, state, record=True)  # a view would keep the whole pattern
            loss = ((spikes - wanted) ** 2).sum()
        loss.backward()  # adds to student.grad
        state, peak = state.detach(), max(peak, saved.bytes)
        output.append(spikes.detach())
    return student.grad.flatten(), torch.cat(output), peak


drawn = 0.5 * torch.randn(2, 100, 20, generator=generator) + 0.1
pattern = (torch.rand(500, 4, 100, generator=generator) < 0.02).float()
windows = [1, 2, 5, 10, 20, 25, 50, 100, 250, 500]
cut = {tau: [truncated_bptt(tau, window) for window in windows] for tau in (5.0, 20.0, 50.0)}
cosine = {tau: [torch.cosine_similarity(g, runs[-1][0], dim=0).item() for g, _, _ in runs] for tau, runs in cut.items()}
share = [round(runs[windows.index(5 * tau)][2] / runs[-1][2], 2) for tau, runs in cut.items()]  # of the memory

# %% alt="Left: memory and time of BPTT against the number of steps on logarithmic axes, both straight lines of slope 1. Middle: cosine of the truncated to the full gradient against the window for three time constants, rising from about 0.7 to 1, above 0.9 where the window equals tau. Right: memory against the window, a straight line of slope 1."
lengths, kept, seconds, neuron = np.array([100, 300, 1000, 3000, 10_000]), [], [], LIF(20.0)
threads, _ = torch.get_num_threads(), torch.set_num_threads(1)
for steps in lengths:
    current, rounds = torch.rand(steps, 8, 32, generator=generator, requires_grad=True), []
    with SavedBytes() as saved:
        neuron(current)
    for _ in range(max(5, 5000 // steps)):
        started = time.process_time()
        neuron(current).sum().backward()
        rounds.append(time.process_time() - started)
    kept.append(saved.bytes), seconds.append(min(rounds))
torch.set_num_threads(threads)
figure, axes = plt.subplots(1, 3, figsize=(11, 3.3))
axes[0].loglog(lengths, np.array(kept) / 2**20, "o-", label="memory (MiB)")
axes[0].loglog(lengths, 1000 * np.array(seconds), "s--", label="time (ms)")
axes[0].set(xlabel="steps T", ylabel="MiB or ms", title="Memory and time grow as T")
for tau in cosine:
    (line,) = axes[1].semilogx(windows, cosine[tau], "o-", markersize=4, label=f"τ = {tau:.0f} ms")
    ring = {"markersize": 11, "markerfacecolor": "none", "color": line.get_color()}
    axes[1].plot(tau, cosine[tau][windows.index(tau)], "o", **ring)
axes[1].set(xlabel="window W (ms)", ylabel="cosine to full gradient", ylim=(0.6, 1.03), title="W = τ (rings) is close")
axes[2].loglog(windows, [peak / 2**10 for _, _, peak in cut[20.0]], "o-")
axes[2].set(xlabel="window W (ms)", ylabel="memory (KiB)", title="Memory grows as W")
axes[0].legend(), axes[1].legend()
plt.show()

# %% [markdown]
# `SavedBytes` counts exactly what autograd keeps: the core keeps $u$ and $z$, two numbers per neuron and step, and $\beta$, $\theta$ and the first state once. A loop under autograd would also record the same number of operations anew at every step. The time is measured (processor time of one thread, the shortest of several rounds), so its line differs a little from run to run. A window of one $\tau$ gives a cosine above 0.9, one of $5\tau$ above 0.99, for 5 to 50 % of the memory of all 500 steps. Even $W = 1$, with no way back in time at all, points roughly the right way *in this task*: every step has its own loss, and the teacher is the same kind of neuron, so the most recent input matters most. When the loss comes only at the end, or the answer depends on a distant input, $W$ must cover that distance. Part IV looks for ways to do without the way back.

# %% tags=["check"]
assert kept == [(2 * steps + 3) * 8 * 32 * 4 for steps in lengths]  # bytes of float32
recorded = [graph_nodes(SpikingNeuron.forward(neuron, current[:steps])) for steps in (10, 20, 30, 40)]
assert len(set(np.diff(recorded))) == 1 and np.ptp(np.diff([p for _, _, p in cut[5.0]]) / np.diff(windows)) == 0
assert share == [0.05, 0.2, 0.5]
assert all(torch.equal(z, runs[-1][1]) and z.any() for runs in cut.values() for _, z, _ in runs)
assert all(min(c[windows.index(t)] - 0.9, c[windows.index(5 * t)] - 0.99, c[0] - 0.6) > 0 for t, c in cosine.items())

# %% [markdown]
# ## Explorer
#
# One spiking neuron under a fixed input, and the credit of every input for the membrane of the last step. Raise $\tau$ and watch the reach. Then choose the hard reset: why does the reach jump when you move $\tau$ a little? Attach the reset, and find the surrogate scale below which next to nothing reaches back.

# %% alt="Explorer at its start: above, the membrane of a neuron that spikes six times in 100 ms; below, the credit of each input on a logarithmic axis, on the straight line beta to the k."
show = CreditAssignment()
show(tau_mem=20.0, gradient="detached")

# %%
CreditAssignment().sliders()

# %% [markdown]
# ## Recap
#
# You
#
# - computed every gradient of two neurons over three steps, and one update brought the loss from $\frac12$ to 0;
# - wrote the recursion for layers, equal to autograd and to the core within $10^{-12}$, and to finite differences of the smoothed network within $10^{-6}$; the detached one with its resets recorded;
# - measured that credit decays as $\beta^k$, what each reset does to it, and that a detached reset is the safe choice with tall or wide surrogates;
# - measured that memory and time grow as $T$, and that a window of $5\tau$ gave nearly the full gradient.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $g_x$ | gradient of the loss by $x$ | `.grad` |
# | $s[t]$ | surrogate derivative at $u[t] - \theta$ | `Surrogate.derivative` |
# | $c[t]$ | $\partial v[t]/\partial u[t]$, what the reset lets through | `reset`, `detach_reset` |
# | $\partial u[T] / \partial I[t]$ | credit of an input for the last membrane | `credit` |
# | $W$ | window of truncated BPTT | `state.detach()` |
# | | bytes kept for the way back | `SavedBytes` |
#
# ## Exercises
#
# ### 1 · The way back through a leaky integrator
#
# A `LeakyIntegrator` has no spike: $u[t] = \beta u[t-1] + I[t]$. Let `direct` be a list: the gradient that the loss sends to each $u[t]$ at its own step. Write the recursion that returns the gradient by each $I[t]$, a list of the same length.


# %% tags=["exercise"]
def integrator_backward(direct, beta):
    return None  # your code here


check("06.1", integrator_backward)

# %% [markdown]
# ### 2 · How long must a window be?
#
# Write a function that returns the smallest number of steps $k$ after which a silent neuron's credit is below `share`. Mind `dt`.


# %% tags=["exercise"]
def steps_of_credit(tau, dt, share):
    return None  # your code here


check("06.2", steps_of_credit)

# %% [markdown] tags=["solution"]
# ### 3 · A third reset
#
# Exercise 3 of page 02 resets to $-0.5$: $v = u(1 - z) - 0.5 z$. Derive $c$ with a pencil, detached and attached. Then write the neuron as a `SpikingNeuron`: its `step(current, state)` returns spikes, membrane $u$ and the new state $v$; `Surrogate(scale=10.0)(u - 1)` spikes, and `.detach()` on that spike in the reset detaches. Compare `credit` on the `pulses` of section 4 with the product of $\beta c$; it takes any such neuron.
#
# ### 4 · Explain
#
# In a recurrent layer, spikes also travel to the currents of the next step. Draw the new arrows into the unrolled graph. How can credit now reach further than $\beta^k$? And why can it explode?
#
# ### 5 · Open
#
# Can the attached networks with a surrogate of height 20 be saved, by a smaller learning rate, by clipping the gradient, by another surrogate? Change `five_networks`, and find out which part of $c$ does the harm. (To change $c$ alone, make the spike that resets with a second `Surrogate`.)
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# $g_I[t] = g_u[t] = \text{direct}[t] + \beta\, g_u[t+1]$.
#
# ```python
# def integrator_backward(direct, beta):
#     received, later = [], 0.0
#     for own in reversed(direct):
#         later = own + beta * later
#         received.insert(0, later)
#     return received
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# $e^{-k\,\mathrm{d}t/\tau} < \text{share}$ means $k > \frac{\tau}{\mathrm{d}t} \ln \frac{1}{\text{share}}$.
#
# ```python
# def steps_of_credit(tau, dt, share):
#     return int(np.floor(tau / dt * np.log(1 / share))) + 1
# ```
#
# </details>
#
# <details><summary>Answer 3</summary>
#
# Detached $c = 1 - z$, as for the hard reset: the $-0.5$ is a constant. Attached $c = 1 - z - (u + 0.5)\,s$: a spike takes the membrane from $u$ to $-0.5$, and that jump depends on $u$ through $s$.
#
# ```python
# from snn_core.neurons import SpikingNeuron
#
#
# class Undershoot(SpikingNeuron):
#     def __init__(self, beta, detach):
#         super().__init__()
#         self.beta, self.detach, self.spike = beta, detach, Surrogate(scale=10.0)
#
#     def step(self, current, state):
#         u = self.beta * state + current
#         z = self.spike(u - 1)
#         resets = z.detach() if self.detach else z
#         return z, u, u * (1 - resets) - 0.5 * resets
#
#
# reset_by_hand = {}
# for detach in (True, False):
#     neuron = Undershoot(np.exp(-1 / 20), detach)
#     run = neuron(pulses, record=True)
#     s = 0 if detach else neuron.spike.derivative(run.membrane - 1.0)
#     c = (1 - run.spikes - (run.membrane + 0.5) * s).flatten()
#     factors = torch.cat([torch.ones(1), (neuron.beta * c[:-1].flip(0)).cumprod(0)])
#     reset_by_hand[detach] = torch.stack([credit(neuron, pulses).flip(0)[:, 0], factors])
# print({detach: (both[0] - both[1]).abs().max().item() for detach, both in reset_by_hand.items()})
# ```
#
# </details>
#
# <details><summary>Answer 4</summary>
#
# The spike of step $t$ has an arrow to the current of every neuron at $t + 1$. With the weights $V$ of these arrows $g_z[t]$ gains the term $g_u[t+1]\,V^{\!\top}$, so one step back credit takes two ways: through the own membrane, by $\beta c$, and over the spikes, by $s$ and the weights. The second has no $\beta$. With weights large enough it does not shrink, and credit reaches further. If both ways together stretch some direction at each step, credit grows with the number of steps.
#
# </details>
#
# ## References
#
# - P. J. Werbos, *Backpropagation through time: what it does and how to do it*, Proceedings of the IEEE 78(10), 1990.
# - R. J. Williams, J. Peng, *An efficient gradient-based algorithm for on-line training of recurrent network trajectories*, Neural Computation 2(4), 1990.
# - J. H. Lee, T. Delbruck, M. Pfeiffer, *Training deep spiking neural networks using backpropagation*, Frontiers in Neuroscience 10:508, 2016.
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019.
# - F. Zenke, T. P. Vogels, *The remarkable robustness of surrogate gradient learning for instilling complex function in spiking neural networks*, Neural Computation 33(4), 2021.
# - J. Gygax, F. Zenke, *Elucidating the theoretical underpinnings of surrogate gradient learning in spiking neural networks*, Neural Computation 37(5), 2025.
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023.
#
# **Next:** [07 · A first trained network](07_first_trained_network.ipynb) puts this gradient to work. Back to [05 · Surrogate gradients](05_surrogate_gradients.ipynb).
