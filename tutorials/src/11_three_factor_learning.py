# %% [markdown]
# # 11 · Three-factor learning
#
# **How does a reward turn STDP into goal-directed learning?**
#
# Needs: page 09 (the STDP window and its traces) and page 01 (rate coding). · 60 minutes to read, without *Deeper*; 15 seconds to run. · Introduces `RewardSTDP`, `running_mean_step`, `StochasticLIF` and `CueAssociation`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/11_three_factor_learning.ipynb)

# %% tags=["setup"]
import itertools
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch.nn.functional import one_hot

from snn_core import StochasticLIF
from snn_core.losses import predict
from snn_core.plasticity import PairSTDP, RewardSTDP, running_mean_step, spike_trace
from snn_core.tasks import CueAssociation
from snn_core.teaching.diagrams import waiting_synapse
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import EligibilityTrace
from snn_core.teaching.inputs import pulse
from snn_core.teaching.palette import BLUE, CYCLE, GREY, VERMILION
from snn_core.teaching.plotting import decorate, dots_per_seed, panels, raster, use_style
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below

# %% [markdown]
# One synapse for 400 milliseconds. A spike comes in at 50 ms, and the neuron fires at 60 ms: a pair that STDP (page 09) answers with a larger weight. At 250 ms a puff of **dopamine** arrives.
#
# > **Look first:** when does the weight change? What must the synapse remember until then?

# %% alt="Three lanes over 400 ms. Top: a presynaptic spike at 50 ms, a postsynaptic one at 60 ms. Middle: the eligibility jumps to 0.61 at the second spike and decays; a dashed line marks the dopamine at 250 ms, when 0.23 is left. Bottom: the weight is 0.5 until the dopamine comes, and 0.62 from then on."
axes = waiting_synapse(
    pre=50,
    post=60,
    reward=250,
    tau=200.0,
    title="One pair, and dopamine later",
)

# %% [markdown]
# At the dopamine. The synapse remembers the pair by a fading mark, the **eligibility**; what is left of it becomes a change of the weight.
#
# Cells in the midbrain send dopamine to many synapses at once. They fire more when there is more reward than expected, and less when there is less (Schultz, Dayan and Montague 1997). In slices a synapse grew if dopamine came 0.3 to 2 seconds *after* such pairs (Yagishita et al. 2014). It is **one number for all synapses**.

# %% [markdown]
# ## You will
#
# - follow one synapse to the dopamine, by hand;
# - teach a noisy neuron by reward in ten lines;
# - train agents whose reward is late, and find out how late it may be;
# - let agents find a goal, by what they expect at each place.

# %% [markdown]
# ## 1 · A synapse that waits
#
# The change that STDP *asks for* at step $t$, $\mathrm{STDP}[t]$, goes into the eligibility $e$ of the synapse, which decays with a time constant $\tau_e$:
#
# $$e[t] = \exp(-\mathrm{d}t/\tau_e)\; e[t-1] + \mathrm{STDP}[t], \qquad\qquad \Delta w = \eta\, (R - b)\, e .$$
#
# $R$ is the reward, $b$ what was expected, $R - b$ the **success** that dopamine reports, and $\eta$ the learning rate. A change takes three factors: a presynaptic spike, a postsynaptic spike, a success (Izhikevich 2007; Florian 2007).
#
# > **Before you run:** a pair leaves $e = 0.61$, and dopamine comes 190 ms later. With $\tau_e = 200$ ms, which share of $e$ is left?

# %%
asked = np.zeros(400)
asked[60] = np.exp(-10 / 20)  # the STDP window at 10 ms
e = 0.0
w = 0.5
for t in range(400):
    e = np.exp(-1 / 200) * e + asked[t]
    if t == 250:  # dopamine: R - b is 1
        w += 0.5 * e
        print(f"e {e:.2f}, w {w:.2f}")

# %% [markdown]
# $\exp(-190/200)$ is 39 %, so 0.23 of 0.61. Half of that, for $\eta = 0.5$, is added: 0.62.
#
# In the core this is `RewardSTDP`, for spikes `[T, B, N]`: time steps, examples, neurons.

# %%
learner = RewardSTDP(
    PairSTDP(a_plus=1.0, a_minus=0.5),
    tau_eligibility=200.0,
    lr=0.5,
)
pre = pulse(251, at=50)
post = pulse(251, at=60)

# %% [markdown]
# `run` remembers while the weight rests. `reward` pays: it returns the new weight, within 0 and 1, and leaves the mark to fade.

# %%
weight = torch.tensor([[0.5]])
state = learner.run(pre, post, weight)
paid = learner.reward(weight, state, torch.ones(1))
print(f"e {state.eligibility.item():.2f}, w {paid.item():.2f}")

# %% tags=["check"]
assert abs(paid.item() - w) < 1e-6
assert round(asked[60], 2) == 0.61
assert round(np.exp(-190 / 200), 2) == round(state.eligibility.item() / asked[60], 2) == 0.39
assert round(state.eligibility.item(), 2) == 0.23
assert round(w, 2) == 0.62

# %% [markdown]
# ### Play with it
#
# Drag the orange spike, and the dopamine. At the start the spikes are at 100 and 110 ms.
#
# 1. Where must the dopamine come so that 37 % is left?
# 2. Let the neuron fire *before* its input. What does dopamine do to this synapse? And a success below 0?

# %%
EligibilityTrace().sliders()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. One $\tau_e$ after the second spike: at 110 + 200 = 310 ms, if nothing else was moved.
# 2. STDP asks for a smaller weight, so the eligibility is negative, and dopamine *weakens* the synapse. A success below 0 turns both signs: it strengthens it.
#
# </details>

# %% [markdown]
# ## 2 · One neuron learns by trying
#
# One neuron hears two tones, A and B, each through a synapse of its own. It should answer A with a spike, and B with silence. Nobody tells it. It only gets a reward of 1 after what was right, else 0.
#
# To find out, it has to *try*: it must be noisy. With **escape noise** a spike has the probability $p$, one half where the membrane $u$, here the weight of the tone that sounds, is at the threshold $\theta = 1$:
#
# $$p = \sigma\Big(\frac{u - \theta}{\text{width}}\Big), \qquad \sigma(y) = \frac{1}{1 + e^{-y}} .$$

# %% [markdown]
# It spikes, $z = 1$, or not, $z = 0$; its **surprise** is $z - p$. Four trials with both weights at 1, so that $p = 0.5$:
#
# | tone | spike $z$ | surprise $z - p$ | reward $R$ | $R\,(z - p)$ |
# |---|---|---|---|---|
# | A | 1 | +0.5 | 1 | $w_A$ up |
# | A | 0 | −0.5 | 0 | nothing |
# | B | 1 | +0.5 | 0 | nothing |
# | B | 0 | −0.5 | 1 | $w_B$ down |
#
# The rule is **REINFORCE** (Williams 1992): *if it paid, become more likely to do the same*, with $x = 1$ for the tone that sounds, else 0:
#
# $$\Delta w = \eta\, (R - b)\, (z - p)\, x .$$
#
# First the neuron, or many: `w` is `[B, 2]`, a row for each.


# %%
chance = seed_torch(0)


def tone_trial(w):
    tone = torch.randint(2, (len(w), 1), generator=chance)
    x = one_hot(tone[:, 0], 2)
    u = (w * x).sum(1, keepdim=True)
    p = torch.sigmoid((u - 1) / 0.2)
    z = torch.bernoulli(p, generator=chance)
    right = z == 1 - tone  # tone 0 is A, 1 is B
    return x, p, z, right.float()


# %% [markdown]
# Then the rule, with $b = 0$ and $\eta = 0.1$.
#
# > **Before you run:** without a reward nothing changes. Can the neuron learn both tones, a spike at A and silence at B?

# %% tags=["slide-code"]
w = torch.ones(1, 2)
course = []
for _ in range(300):
    x, p, z, R = tone_trial(w)
    w = w + 0.1 * R * (z - p) * x
    course.append(w)

# %% alt="Two weights over 300 trials, both from 1. The weight of tone A rises to about 1.8, that of tone B falls to about 0.2, each in steps that get smaller."
axis = panels()
axis.plot(torch.cat(course), label=["tone A", "tone B"])
decorate(axis, title="A reward teaches both", x="trial", y="weight")

# %% [markdown]
# Yes: for A a spike pays, for B silence. The steps shrink by themselves: when $p$ is near 1 or 0, little surprise is left.

# %% tags=["check"]
walk = torch.cat(course)
assert w[0, 0] > 1.5
assert w[0, 1] < 0.5
assert walk[:, 0].diff().min() >= 0
assert walk[:, 1].diff().max() <= 0
assert walk[299, 0] - walk[249, 0] < (walk[49, 0] - 1) / 2

# %% [markdown]
# ### Why it works
#
# For one tone, a spike earns $R_1$ and silence $R_0$. The *mean* of $(R - b)(z - p)$ has two parts, of a spike and of silence:
#
# $$p\,(R_1 - b)(1 - p) + (1 - p)(R_0 - b)(0 - p) = p\,(1 - p)\,(R_1 - R_0) .$$
#
# With $\mathrm{d}p/\mathrm{d}w = p\,(1-p)/\text{width}$, the slope of the mean reward, $p\,R_1 + (1 - p)\,R_0$, in the weight is $p\,(1-p)\,(R_1 - R_0)/\text{width}$: the same, up to a factor. **On average the rule climbs the mean reward.** It is a *policy gradient*.
#
# > **Before you read on:** what happens to the mean if every reward is larger by 1, or if $b$ is wrong?

# %% [markdown]
# Nothing: only $R_1 - R_0$ is left, and $b$ has dropped out. `StochasticLIF` is this neuron with a leak (*Deeper*).

# %% tags=["check"]
u = torch.tensor([1.1], dtype=torch.float64, requires_grad=True)
chance_of_spike = StochasticLIF(width=0.2).probability(u)
(slope,) = torch.autograd.grad(3.0 * chance_of_spike + 2.0 * (1 - chance_of_spike), u)
likely = chance_of_spike.item()
for b in (0.0, 0.7, 5.0):
    mean = likely * (3 - b) * (1 - likely) + (1 - likely) * (2 - b) * (0 - likely)
    assert abs(mean / 0.2 - slope.item()) < 1e-9

# %% [markdown]
# ## 3 · Coincidence in place of the surprise
#
# For $z - p$ a synapse must know how likely the spike was. STDP only knows that both spiked. In one step, without an order of spikes, its credit is $z\,x$. The mean is then $p\,(R_1 - b)$; silence, which earns $R_0$, is missing.
#
# Below, `credit` is $z - p$ or $z$. What learns what to expect is a **critic**: $b$ goes this share of the way to each new reward (`running_mean_step`). `extra` is added to the rewards of each tone. Returned is how often each of 50 neurons was right in the end.


# %%
def teach_tones(credit, critic, extra):
    w = torch.ones(50, 2)
    b = torch.zeros(50, 1)
    answers = []
    for _ in range(400):
        x, p, z, right = tone_trial(w)
        R = right + (x * extra).sum(1, keepdim=True)
        w = w + 0.1 * (R - b) * credit(z, p) * x
        b = b + critic * (R - b)
        answers.append(100 * right)
    return torch.cat(answers[-100:], 1).mean(1)


# %% [markdown]
# > **Before you run:** the credit is $z$, and a spike earns 1 for A and 0 for B. For which $b$ does $w_A$ grow and $w_B$ fall? And if the rewards are 2 and 1?

# %%
extras = {
    "rewards 0 and 1": torch.tensor([0.0, 0.0]),
    "rewards 1 and 2": torch.tensor([1.0, 1.0]),
    "A: 0 and 1, B: 2 and 3": torch.tensor([0.0, 2.0]),
}
kinds = {
    "z − p, b = 0": (lambda z, p: z - p, 0.0),
    "z − p, b = mean": (lambda z, p: z - p, 0.1),
    "z, b = 0": (lambda z, p: z, 0.0),
    "z, b = mean": (lambda z, p: z, 0.1),
}
found = {}
for name, (credit, critic) in kinds.items():
    found[name] = [teach_tones(credit, critic, extra) for extra in extras.values()]

# %% alt="Right answers of 50 neurons in the last 100 of 400 trials, for three kinds of rewards. The surprise z minus p: nearly all above 90 percent, but without a critic three neurons lie at 43 to 78. Coincidence z without a critic: about 75 percent for rewards 0 and 1, about 50 for the others. Coincidence with the mean as b: above 90 percent, but about 6 percent where B earns two more than A."
axis = dots_per_seed(
    found,
    list(extras),
    level=50,
    y="right answers (%)",
    title="Coincidence needs to know what to expect",
)

# %% [markdown]
# For a $b$ between the two rewards. If B earns 2 or 3, the mean is too much for A and too little for B: the neuron learns the *opposite*. With the mean as $b$ all is well as long as both tones earn the same. With $b = 0$ and rewards 0 and 1 nothing ever weakens B. With 1 and 2 every spike is praised: half of the answers are wrong.

# %% [markdown]
# So for REINFORCE $b$ only changes how much the steps scatter; it led three neurons of 150 astray. For coincidence it decides about right and wrong: dopamine must report $R - b$, with a $b$ that fits.

# %% tags=["check"]
share = {name: [each.mean() for each in three] for name, three in found.items()}
assert min(share["z − p, b = 0"]) > 95
assert sum(int((each < 90).sum()) for each in found["z − p, b = 0"]) == 3
assert min(each.min() for each in found["z − p, b = mean"]) > 90
assert min(share["z − p, b = mean"]) > 95
assert min(share["z, b = mean"][:2]) > 95
assert min(each.min() for each in found["z, b = mean"][:2]) > 85
assert found["z, b = mean"][2].max() < 50
assert share["z, b = mean"][2] < 15
assert 70 < share["z, b = 0"][0] < 80
assert all(45 < each < 55 for each in share["z, b = 0"][1:])

# %% [markdown]
# ## 4 · An agent whose reward is late
#
# Each of three cues makes its own five inputs fire at 100 spikes per second for 50 ms; otherwise all fire at 5 per second. Three noisy outputs inhibit each other. The reward comes 50 ms after the cue. `CueAssociation` is this task; a step is 5 ms.

# %%
task = CueAssociation(dt=5.0, width=0.2)
weight = torch.full((1, 3, 15), 0.3)
cue = torch.tensor([1])
pre, post = task.trial(
    weight,
    cue,
    steps=20,  # 100 ms
    generator=seed_torch(1),
)

# %% [markdown]
# An agent that has learnt nothing. The output that spikes most during the cue acts, and is right if its number is the cue's. Dashed: the cue's end, the reward.
#
# > **Look:** which action is taken? Is it right?

# %% alt="Raster of one untrained trial of 100 ms: inputs 5 to 9 fire fast during the first 50 ms, all other inputs rarely. Above a line the three outputs: action 2 fires five spikes, action 0 one, action 1 none. Dashed lines mark the end of the cue at 50 ms and the reward at 100 ms."
axis = panels(height=3.4)
spikes = torch.cat([pre, post], 2)[:, 0]
raster(spikes, axis, dt=5.0, size=7)
axis.axhline(14.5, color=GREY)
axis.axvline(50, color=GREY, linestyle="--")
axis.axvline(100, color=VERMILION, linestyle="--")
axis.set_yticks([2, 7, 12, 16], ["cue 0", "cue 1", "cue 2", "actions\n0 to 2"])
axis.set(xlim=(-5, 105), ylim=(-1, 18))
decorate(axis, title="Cue 1, an action, and the wait", y="")

# %% tags=["check"]
assert post[:10, 0].sum(0).tolist() == [1, 0, 5]

# %% [markdown]
# The top one, action 2: wrong, since the cue is 1.
#
# Forty agents learn side by side, with weights `[40, 3, 15]`. What reaches their synapses is up to a function of $R$ and $b$, `success`.


# %%
rule = PairSTDP(a_plus=1.0, a_minus=0.5, dt=5.0)

# %% [markdown]
# In each trial it acts (`predict` draws among equals), its synapses remember, its reward is paid:


# %%
def learn_cues(success, extra=0.0):
    learner = RewardSTDP(rule, tau_eligibility=40.0, lr=0.1)
    chance = seed_torch(0)
    weight = 0.2 + 0.2 * torch.rand(40, 3, 15, generator=chance)
    b = torch.zeros(40)
    state = None  # no spikes yet
    course = []
    for _ in range(150):
        cue = torch.randint(3, (40,), generator=chance)
        pre, post = task.trial(weight, cue, 20, generator=chance)
        during = post[:10]  # the cue: 50 ms
        action = predict(during.sum(0), generator=chance)
        right = (action == cue).float()
        state = learner.run(pre, post, weight, state)
        R = right + extra
        weight = learner.reward(weight, state, success(R, b))
        b = running_mean_step(b, R, 0.1)
        course.append(100 * right)
    return torch.stack(course)


# %% [markdown]
# Four kinds of dopamine: $R - b$; $R$ with $b = 0$; always 1, so that STDP is alone; the $R - b$ of *another* agent (`roll` hands each to the next).
#
# > **Before you run:** which of them stay at chance, one third?

# %% tags=["slide-code"]
arms = {
    "R − b": learn_cues(lambda R, b: R - b),
    "R, b = 0": learn_cues(lambda R, b: R),
    "always 1": learn_cues(lambda R, b: torch.ones_like(R)),
    "another's R − b": learn_cues(lambda R, b: (R - b).roll(1)),
}

# %% alt="Right actions over 150 trials, mean of forty agents in blocks of 25 trials. With R minus b they rise from 60 percent in the first block to 98; with R alone they fall from 50 to one third; with a success of always 1, or with that of another agent, they stay near one third."
axis = panels()
steps = np.arange(13, 150, 25)
for name, right in arms.items():
    blocks = right.view(6, -1).mean(1)
    axis.plot(steps, blocks, "o-", label=name)
axis.axhline(100 / 3, color=GREY, linestyle="--")
decorate(
    axis,
    title="Only its own success teaches an agent",
    x="trial",
    y="right actions (%)",
    ylim=(0, 104),
)
_ = axis.legend(loc=(0.7, 0.42))

# %% [markdown]
# The last two, all along. $R$ with $b = 0$ teaches a little; then praise for all that fires takes over. STDP alone strengthens what fires together, right or wrong. Another's success has nothing to do with this agent's action.
#
# Recorded with other agents and cues, at the best of eight learning rates: $R - b$ gets 96 %. With one *mean* eligibility for all synapses of the agent it is 33 %: the mark must say *where*. With counts as the mark, spikes of the input times spikes of the output, 98 %: *when* they came plays no part here.

# %% tags=["check"]
last = {name: right[-50:].mean() for name, right in arms.items()}
assert last["R − b"] > 90
assert arms["R, b = 0"][:50].mean() > 45
assert abs(last["R, b = 0"] - 100 / 3) < 8
assert abs(last["always 1"] - 100 / 3) < 8
assert abs(last["another's R − b"] - 100 / 3) < 8
recorded_arms = recorded("rewarded_agents").results["arms"]
shares = {name: round(np.mean(each["final"])) for name, each in recorded_arms.items()}
assert [shares[name] for name in ("product", "reward alone", "counting")] == [96, 33, 98]
assert max(shares["STDP alone"], shares["unrelated reward"]) < 40
tried = recorded("rewarded_agents").settings["arm_rates"]
assert len(tried) == 8
for name in ("product", "counting"):
    assert min(tried) < recorded_arms[name]["rate"] < max(tried)

# %% [markdown]
# ## 5 · How late may the reward be?
#
# What happens while a synapse waits? One has the pair that earned the reward, at 20 and 25 ms. Sixty others, side by side as examples, have only spontaneous spikes, 5 per second on both sides.

# %%
rare = torch.full((2, 226, 61, 1), 0.005)
spikes = torch.bernoulli(rare, generator=seed_torch(4))
spikes[:, :, 0] = 0
pre, post = spikes
pre[20, 0] = 1
post[25, 0] = 1

# %% [markdown]
# `step` is `run` for one time step; `rest` gives empty traces.
#
# > **Before you run:** $\tau_e$ is 100 ms, and the reward comes 200 ms after the pair. Will the synapse that deserves it have the most eligibility?

# %%
learner = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.5), 100.0)
state = learner.rest(pre[0], post[0])
weight = torch.tensor([[0.5]])
traces = []
for t in range(226):
    state = learner.step(pre[t], post[t], weight, state)
    traces.append(state.eligibility.flatten())

# %% alt="Eligibility of 61 synapses over 225 ms. The blue one jumps to 0.78 at 25 ms and decays to 0.11 at the reward at 225 ms. Grey ones jump up and down at accidental pairs; several lie above the blue one when the reward comes."
traces = torch.stack(traces)
axis = panels()
axis.plot(traces[:, 1:], color=GREY, linewidth=1.2, alpha=0.4)
axis.plot(traces[:, 0], color=BLUE, linewidth=3)
axis.axvline(225, color=VERMILION, linestyle="--")  # the reward
decorate(axis, title="Accidents are ahead", x="time (ms)", y="eligibility e")

# %% [markdown]
# No. The blue trace, of the pair, has decayed to 14 % of its height. Grey ones with accidental pairs *later* are ahead: 6 of 60, on average over 300 draws. One reward cannot tell them apart. Many can: on average no other synapse has as much.

# %% tags=["check"]
assert abs(traces[225, 0] / traces[25, 0] - np.exp(-2)) < 1e-4
assert (traces[225, 1:] > traces[225, 0]).sum() > 1
again = seed_torch(5)
many = torch.bernoulli(torch.full((2, 226, 300 * 61, 1), 0.005), generator=again)
many[:, :, ::61] = torch.stack([pre[:, :1], post[:, :1]])
credit = learner.run(*many, weight).eligibility.view(300, 61)
ahead = (credit > credit[:, :1]).sum(1).double().mean()
assert round(ahead.item()) == 6
assert credit.mean(0).argmax() == 0

# %% [markdown]
# Decay alone sets no limit: a larger $\eta$ would undo it. But newer accidents overtake a mark that has decayed. Recorded: agents of section 4, their reward 60 or 180 ms after the end of the cue. Each point has the best of thirteen learning rates.
#
# > **Before you look:** 180 ms are to be bridged. Is the longest $\tau_e$ of the trace the best?

# %% alt="Right actions against the time constant of the eligibility, on a logarithmic axis, for rewards 60 and 180 ms late. Both rise from 40 to 50 percent at a sixth of the delay to 98 and 99 near once or twice the delay, and fall to about 55 at sixteen times."
agents = recorded("rewarded_agents")
print(agents)
axis = panels()
for delay, taus in agents.settings["trace_taus"].items():
    final = np.array(agents.results["traces"][delay]["final"])
    axis.plot(taus, final.mean(1), "o-", label=f"{delay} ms late")
axis.axhline(100 / 3, color=GREY, linestyle="--")
axis.set_xscale("log")
decorate(
    axis,
    title="Neither too short a trace nor too long",
    x=r"$\tau_e$ (ms)",
    y="right actions (%)",
    ylim=(0, 104),
)

# %% [markdown]
# No. With $\tau_e = 30$ ms 43 % are right, with 180 ms 99 %, with 2,880 ms 56 %: a long trace also holds what many earlier trials left. From a third of the wait to twice the wait nearly all is learnt; far outside it is lost. (60 agents a point, standard errors below 3 points, 150 trials.)

# %% tags=["check"]
ends = {delay: np.array(each["final"]) for delay, each in agents.results["traces"].items()}
assert all(final.shape == (7, 60) for final in ends.values())
assert [round(ends["180"][i].mean()) for i in (0, 3, 6)] == [43, 99, 56]
assert all(final.mean(1).argmax() in (3, 4) for final in ends.values())
assert max(final.mean(1)[[0, 6]].max() for final in ends.values()) < 60
assert max((final.std(1, ddof=1) / 60**0.5).max() for final in ends.values()) < 3
rates = [rate for each in agents.results["traces"].values() for rate in each["rates"]]
allowed = agents.settings["trace_rates"]
assert min(allowed) < min(rates) <= max(rates) < max(allowed)

# %% [markdown]
# ## 6 · A goal on a line: who finds it?
#
# An agent walks on a line of seven places, 0 to 6. At each, five **place cells** fire; two noisy outputs compete for 50 ms: a step left, a step right. At place 4 is a reward of 1, and the agent starts anew at one end. This reward is late, so let *expectations* stand in for it.

# %%
chance = seed_torch(0)
line = CueAssociation(7, actions=2, dt=5.0, width=0.2)

# %% [markdown]
# The output with most spikes says where to go.


# %%
def ends_of_line():
    return 6 * torch.randint(2, (40,), generator=chance)


def step_on_line(weight, here):
    pre, post = line.trial(weight, here, 10, generator=chance)
    right = predict(post.sum(0), generator=chance)
    there = (here + 2 * right - 1).clamp(0, 6)
    return pre, post, there


# %% [markdown]
# In *temporal difference* learning (Sutton 1988) the critic has an expectation $V$ for each place: 1 right before the goal, elsewhere 0.9 of what the next place promises.
#
# | place | 0 | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|---|
# | $V$, when all is learnt | 0.73 | 0.81 | 0.9 | 1 | goal | 1 | 0.9 |
#
# The success, now called $\delta$, is what came, plus what is expected *now*, less what was expected *before*:
#
# $$\delta = R + 0.9\, V_\text{there} - V_\text{here} ,$$
#
# where the goal itself promises nothing more.
#
# > **Before you read on:** the agent steps from place 2 to 3, or from 3 back to 2. What is $\delta$?

# %% [markdown]
# From 2 to 3: $0 + 0.9 \cdot 1 - 0.9 = 0$, as expected. From 3 to 2: $0 + 0.9 \cdot 0.9 - 1 = -0.19$. The wrong step is blamed at once, without waiting for a reward.
#
# Dopamine cells seem to report this $\delta$: with learning their answer moves from the reward to what predicts it (the same authors).
#
# The agents start with too much hope, $V = 1$ everywhere: what leads nowhere disappoints, and they try something else; the goal pleases only once $V$ has sunk. $V$ moves by 30 % of $\delta$.

# %%
learner = RewardSTDP(rule, tau_eligibility=20.0, lr=0.1)
weight = 0.2 + 0.2 * torch.rand(40, 2, 35, generator=chance)
V = torch.ones(40, 7)
who = torch.arange(40)
here = ends_of_line()
state = None
goals = []
hopes = []

# %% [markdown]
# The rest is as in `learn_cues`:

# %% tags=["slide-code"]
for _ in range(300):
    pre, post, there = step_on_line(weight, here)
    R = (there == 4).float()
    promised = 0.9 * V[who, there] * (1 - R)
    delta = R + promised - V[who, here]
    V[who, here] += 0.3 * delta
    state = learner.run(pre, post, weight, state)
    weight = learner.reward(weight, state, delta)
    goals.append(100 * R)
    hopes.append(V.mean(0))
    here = torch.where(R > 0, ends_of_line(), there)

# %% [markdown]
# > **Before you look:** at the goal, place 4, a reward of 1; then the agent starts anew at place 0 or 6. From there the shortest ways take four and two steps. How many rewards per 100 steps are possible?

# %% alt="Rewards per 100 steps in blocks of 25 steps, mean of forty agents and range of all; from about 10 they rise to the dashed line at 33 within 200 steps. In the last blocks the range is from 24 to 40."
blocks = torch.stack(goals).view(12, 25, 40).mean(1)
steps = np.arange(13, 300, 25)
axis = panels()
axis.plot(steps, blocks.mean(1), "o-")
axis.fill_between(steps, *blocks.aminmax(dim=1), alpha=0.2)
axis.axhline(100 / 3, color=GREY, linestyle="--")
decorate(axis, title="The shortest way is found", x="step", y="rewards per 100 steps")

# %% [markdown]
# 33, the dashed line: three steps each. On average the agents get there within 200 steps. Shaded is the range of all: starts on the right give more.
#
# What do they expect?

# %% alt="V against the place, mean of the agents, at three steps. At step 1 it is 1 nearly everywhere, at step 25 lower away from the goal, at step 300 it rises from 0.73 at place 0 to 1 at places 3 to 5, and is 0.9 at place 6."
axis = panels()
for step in (1, 25, 300):
    axis.plot(hopes[step - 1], "o-", label=f"step {step}")
axis.axvline(4, color=GREY, linestyle="--")
decorate(
    axis,
    title="Expectation falls with the distance from the goal",
    x="place",
    y="V, mean of the agents",
    ylim=(0.6, 1.05),
)

# %% [markdown]
# The farther from the goal, the less: a step away is a step down, and blamed.
#
# Recorded with 100 other agents (each kind at its best $\tau_e$ and rate): $\delta$ earned 33 rewards per 100 steps, the worst agent 28. $R - b$, with a trace of 200 ms, earned 28, the worst 16. $R - V$, without what the next place promises, earned 14.

# %% tags=["check"]
earned = torch.stack(goals[-100:]).mean(0)
assert earned.min() > 25
assert earned.mean() > 31
assert np.allclose(hopes[299][:4], [0.73, 0.81, 0.9, 1], atol=0.1)
assert np.allclose(hopes[299][5:], [1, 0.9], atol=0.1)
assert blocks[6:].mean() > 30
walkers = recorded("line_walkers")
reached = {kind: np.array(each["final"]) for kind, each in walkers.results.items()}
assert [round(final.mean()) for final in reached.values()] == [33, 28, 14, 6]
assert all(len(final) == 100 for final in reached.values())
assert [round(final.min()) for final in reached.values()][:2] == [28, 16]
assert walkers.results["surprise"]["tau"] == 20
assert walkers.results["reward less its mean"]["tau"] == 200
rates = walkers.settings["rates"]
assert all(rates[0] < each["rate"] < rates[-1] for each in walkers.results.values())

# %% [markdown]
# ## Recap
#
# You
#
# - followed one synapse: a pair marks it, dopamine makes the mark a change;
# - taught a neuron by $(z - p)\,x$, whose mean climbs the reward, and by $z\,x$, which needs a $b$ between the rewards;
# - trained agents, and saw that a late reward needs a trace neither far shorter nor far longer than the wait;
# - let agents find the shortest way by an expectation for each place.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $e$ | eligibility of a synapse | `RewardSTDP.step`, `run`, `RewardState.eligibility` |
# | $R - b$ | success: reward less what was expected | `success` of `RewardSTDP.reward` |
# | $b$ | running mean of the reward, the critic | `running_mean_step` |
# | $p$ | probability of a spike, escape noise | `StochasticLIF.probability` |
# | | cues or places, and actions | `CueAssociation`, `losses.predict` |

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · One pair, one reward
#
# A postsynaptic spike comes `lag` ≥ 0 ms after a presynaptic one, the success `delay` ms after the second spike. Return the change of the weight, for $\eta = 1$, $A_+ = 1$ and $\tau_+ = 20$ ms.


# %% tags=["exercise"]
def rewarded_change(lag, delay, tau_e, success):
    return None  # your code here


check("11.1", rewarded_change)

# %% [markdown]
# ### 2 · After one trial
#
# A noisy neuron with three inputs learns as in section 2, with a critic. `w` and `x` are tensors of three numbers. The reward was `R`, expected was `b`. Return the new weights and expectation, for $\eta = 0.2$ and a critic that moves a tenth of the way.


# %% tags=["exercise"]
def after_trial(w, b, x, z, p, R):
    return None  # your code here: return w, b


check("11.2", after_trial)

# %% [markdown]
# ### 3 · A critic of your own
#
# The agents of section 4 now get 2 for right, 1 for wrong, and no $b$. Let each learn from its own rewards what to expect: `success` gets the rewards of one trial, one per agent, and returns their successes. The check trains 20 agents. To watch: `critic = Critic()`, then `learn_cues(lambda R, b: critic.success(R), extra=1.0)`.


# %% tags=["exercise"]
class Critic:
    def __init__(self):
        pass  # your code here

    def success(self, R):
        return None  # your code here


check("11.3", Critic)

# %% [markdown]
# ### 4 · Only praise, only blame
#
# Predict how often agents are right if nothing below 0 gets through, `(R - b).clamp(min=0)`, and if nothing above 0 does, `(R - b).clamp(max=0)`. Then measure with `learn_cues`.

# %% [markdown]
# ### 5 · Open: the goal moves
#
# After 300 steps move the goal of section 6 to place 2, for 300 more. How long until it is found? Then start with no hope, $V = 0$, and a goal that stays.

# %% [markdown] tags=["solution"]
# ### Solutions

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# ```python
# def rewarded_change(lag, delay, tau_e, success):
#     return success * np.exp(-lag / 20) * np.exp(-delay / tau_e)
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 2</summary>
#
# Both use the $b$ from before the trial.
#
# ```python
# def after_trial(w, b, x, z, p, R):
#     return w + 0.2 * (R - b) * (z - p) * x, b + 0.1 * (R - b)
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 3</summary>
#
# ```python
# class Critic:
#     def __init__(self):
#         self.expected = 0.0
#
#     def success(self, R):
#         success = R - self.expected
#         self.expected = self.expected + 0.1 * success
#         return success
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 4</summary>
#
# Both learn something, and less: 47 % with praise alone, 57 % with blame alone, where it was 98 % with both. With praise alone the wrong synapses are never weakened by a disappointment. Blame weakens the synapses of wrong actions the most, so what is right comes to lead. But nothing strengthens it: all weights sink, the outputs spike less and less, and more and more actions are drawn among equals.
#
# ```python
# praise = learn_cues(lambda R, b: (R - b).clamp(min=0))[-50:].mean()
# blame = learn_cues(lambda R, b: (R - b).clamp(max=0))[-50:].mean()
# print(f"praise {praise:.0f} %, blame {blame:.0f} %")
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 5</summary>
#
# In the first 50 steps after the move they find it less than half as often as before, since they keep running to place 4. There $V$ sinks step by step, until the way there disappoints; within 150 steps nearly all have turned round. Without hope it fails for many: what never paid was never expected to, so $\delta$ is 0 and nothing changes. Each finds the goal now and then by chance, but about 4 in 10 earn nothing in the last 100 steps.
#
# ```python
# def walk(goals, hope):
#     weight = 0.2 + 0.2 * torch.rand(40, 2, 35, generator=chance)
#     learner = RewardSTDP(rule, tau_eligibility=20.0, lr=0.1)
#     V = torch.full((40, 7), hope)
#     here = ends_of_line()
#     state = None
#     rewards = []
#     for goal in goals:
#         pre, post, there = step_on_line(weight, here)
#         R = (there == goal).float()
#         delta = R + 0.9 * V[who, there] * (1 - R) - V[who, here]
#         V[who, here] += 0.3 * delta
#         state = learner.run(pre, post, weight, state)
#         weight = learner.reward(weight, state, delta)
#         rewards.append(100 * R)
#         here = torch.where(R > 0, ends_of_line(), there)
#     return torch.stack(rewards)
#
#
# moved = walk([4] * 300 + [2] * 300, hope=1.0)
# hopeless = walk([4] * 300, hope=0.0)
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - R. V. Florian, *Reinforcement learning through modulation of spike-timing-dependent synaptic plasticity*, Neural Computation 19(6), 2007.
# - E. M. Izhikevich, *Solving the distal reward problem through linkage of STDP and dopamine signaling*, Cerebral Cortex 17(10), 2007.
# - W. Schultz, P. Dayan, P. R. Montague, *A neural substrate of prediction and reward*, Science 275, 1997.
# - R. S. Sutton, *Learning to predict by the methods of temporal differences*, Machine Learning 3, 1988.
# - R. J. Williams, *Simple statistical gradient-following algorithms for connectionist reinforcement learning*, Machine Learning 8, 1992.
# - S. Yagishita et al., *A critical time window for dopamine actions on the structural plasticity of dendritic spines*, Science 345, 2014.
#
# **Next:** [12 · BPTT meets STDP](12_bptt_meets_stdp.ipynb) finds an STDP window inside a gradient.

# %% [markdown]
# ## Deeper
#
# What the main way does not need: the rule of section 2 for spike trains, how far STDP is from it, what a critic for each cue does, and digits that are learnt from "right" and "wrong".

# %% [markdown]
# ### The score of a spike train
#
# Let spike trains $z$ have the probability $p_w(z)$ and earn $R(z)$. The goal is $J(w) = \sum_z p_w(z)\, R(z)$. With $\nabla p = p\, \nabla \ln p$,
#
# $$\nabla J = \big\langle (R - b)\; \nabla \ln p_w(z) \big\rangle$$
#
# for any constant $b$, since $\langle \nabla \ln p \rangle = \nabla \sum_z p = 0$. $\nabla \ln p$ is the **score**. Every step is a coin with $p[t] = \sigma\big((u[t] - \theta)/\text{width}\big)$, and a soft reset depends on $w$ only through the spikes, which are given:
#
# $$\frac{\partial \ln p}{\partial w_{ij}} = \sum_t \frac{z_i[t] - p_i[t]}{\text{width}}\; x_j[t] ,$$
#
# with the trace $x$ of the input at the decay of the *membrane*. For one step it is section 2's rule.
#
# A problem small enough to know everything: one neuron, four inputs, six steps, $R = 1$ for *exactly two* spikes. There are $2^6 = 64$ trains. `replay` gives the membranes at which the neuron would fire each of them, `log_likelihood` the logarithm of its probability.

# %%
neuron = StochasticLIF(torch.tensor(10.0, dtype=torch.float64), width=0.3)
every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6)))
every = every.double().T.unsqueeze(2)  # [6 steps, 64 trains, 1]
heard = torch.full((6, 1, 4), 0.5, dtype=torch.float64)
heard = torch.bernoulli(heard, generator=seed_torch(0))
synapses = torch.full((1, 4), 0.1, dtype=torch.float64, requires_grad=True)
membrane = neuron.replay(every, heard @ synapses.T)
log_p = neuron.log_likelihood(every, membrane).sum((0, 2))
reward = (every.sum((0, 2)) == 2).double()
(gradient,) = torch.autograd.grad(log_p.exp() @ reward, synapses, retain_graph=True)

# %% [markdown]
# The formula beside autograd, for all 64 trains; then the mean and the variance of the updates for baselines $b$ from −0.6 to 1.1, exactly, as sums over the trains.

# %%
by_autograd = [torch.autograd.grad(each, synapses, retain_graph=True)[0] for each in log_p]
difference = (every - neuron.probability(membrane)) / neuron.width
trace = spike_trace(heard, 10.0).expand(-1, 64, -1)
score = torch.einsum("tbm,tbn->bn", difference, trace).detach()
chances = log_p.exp().detach()
levels = torch.linspace(-0.6, 1.1, 171, dtype=torch.float64)
success = reward - levels[:, None]
updates = (success * chances) @ score
variance = (success**2 * chances) @ score.square().sum(1) - gradient.square().sum()

# %% alt="Variance of the update against the baseline b, a parabola. Its minimum is at 0.28, to the right of the mean reward at 0.08."
expected_reward = (chances @ reward).item()
quietest = levels[variance.argmin()].item()
axis = panels()
axis.plot(levels, variance)
axis.axvline(expected_reward, color=VERMILION, linestyle="--", label="mean reward")
axis.axvline(quietest, color=GREY, linestyle=":", label="least variance")
decorate(
    axis,
    title="The quietest baseline is not the mean reward",
    x="baseline b",
    y="variance",
)

# %% [markdown]
# The mean is the same for every baseline, the gradient. The scatter is not: it is least at $b = \langle R\, \| \nabla \ln p \|^2 \rangle / \langle \| \nabla \ln p \|^2 \rangle$, here 0.28. The mean reward, 0.08, takes away about 14 % of the variance at $b = 0$, the quietest baseline between 30 and 31 %.

# %% tags=["check"]
assert torch.allclose(torch.cat(by_autograd), score, rtol=0, atol=1e-12)
assert torch.allclose(updates, gradient.expand_as(updates), rtol=0, atol=1e-12)
power = score.square().sum(1)
best = ((chances * reward) @ power / (chances @ power)).item()
assert abs(best - quietest) < 0.01
assert round(best, 2) == 0.28
assert round(expected_reward, 2) == 0.08


def variance_with(b):
    return (((reward - b) ** 2 * chances) @ power - gradient.square().sum()).item()


saved = [100 * (1 - variance_with(b) / variance_with(0.0)) for b in (expected_reward, best)]
assert 13 < saved[0] < 15
assert 30 < saved[1] < 31

# %% [markdown]
# ### How far is STDP from the gradient?
#
# The same exact sum, with the eligibility of `RewardSTDP` in place of the score, on 400 random problems (other inputs, other weights) for each of three goals: exactly two spikes, two or more, and a random half of the 64 trains, so that *which* spikes came matters. Two controls: one is blind to time and only counts, $n_\text{post} \cdot n_\text{pre}$; one changes all four synapses alike.


# %%
def mean_cosines(goal, number):
    """Return the cosine to the gradient of STDP with and without a critic, and of the controls."""
    chance = seed_torch(number)
    some = torch.bernoulli(torch.full((6, 1, 4), 0.5, dtype=torch.float64), generator=chance)
    w = 0.3 * torch.rand(1, 4, generator=chance, dtype=torch.float64)
    w.requires_grad_()
    spikes = every.sum((0, 2))
    pays = {"exactly two": spikes == 2, "two or more": spikes >= 2}.get(goal)
    if pays is None:
        pays = torch.rand(64, generator=chance) < 0.5
    membrane = neuron.replay(every, some @ w.T)
    q = neuron.log_likelihood(every, membrane).sum((0, 2)).exp()
    (gradient,) = torch.autograd.grad(q @ pays.double(), w)
    q = q.detach()
    rule = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.5), tau_eligibility=1e6)
    traced = rule.run(some.expand(-1, 64, -1), every, w.detach()).eligibility[:, 0]
    counted = spikes[:, None] * some.sum(0)
    pays = pays.double()
    success = pays - q @ pays
    alike = spikes[:, None].expand(-1, 4)
    changes = [(q * success) @ traced, (q * pays) @ traced]
    changes += [(q * success) @ each for each in (counted, alike)]
    return [torch.cosine_similarity(each, gradient[0], dim=0).item() for each in changes]


# %%
angles = {}
for goal in ("exactly two", "two or more", "random trains"):
    angles[goal] = np.array([mean_cosines(goal, number) for number in range(400)])
    mean = angles[goal].mean(0)
    away = 100 * (angles[goal] < 0).mean(0)
    for kind, cosine, share in zip(("STDP", "STDP, b = 0", "counts", "alike"), mean, away, strict=True):
        print(f"{goal:13} {kind:11} mean cosine {cosine:5.2f}, {share:4.1f} % point away")

# %% tags=["check"]
mean = {goal: each.mean(0) for goal, each in angles.items()}
away = {goal: np.round(100 * (each < 0).mean(0), 1) for goal, each in angles.items()}
assert min(mean["exactly two"][0], mean["two or more"][0]) > 0.95
assert max(away["exactly two"][0], away["two or more"][0]) < 1
assert 23.5 < away["random trains"][0] < 24.5
assert 45 < away["random trains"][1] < 55
assert away["random trains"][2] < away["random trains"][0] - 5
assert all(each[2] > each[0] for each in mean.values())
assert min(mean["exactly two"][3], mean["two or more"][3]) > 0.9
assert mean["random trains"][3] > mean["random trains"][0]

# %% [markdown]
# With a critic STDP climbs for both goals that count spikes: less than 1 % of the problems have an update that points away from the gradient. But inputs are never negative, so a change of all synapses alike already has a mean cosine above 0.9. On random trains 24 % of the problems have one, and without a critic about half; there the change of all alike does better than STDP. A rule that only counts has the higher mean cosine for all three goals. So the good direction is not owed to the timing: within these six milliseconds, short against the window of 20 ms, timing adds nothing; longer trains were not tried here.

# %% [markdown]
# ### A critic for each cue
#
# Split the average change of a synapse, for the trials with one cue (Legenstein, Pecevski and Maass 2008):
#
# $$\langle (R - b)\, e \rangle = \underbrace{\mathrm{cov}(R, e)}_{\text{learns}} \; + \; \underbrace{\langle R - b \rangle\, \langle e \rangle}_{\text{drifts}} .$$
#
# The second term is plain STDP times a number, and with $A_- = A_+/2$ its $\langle e \rangle$ is positive. (The agents need that: with $A_- = 2\,A_+$ they got 47 % in the experiment of section 4.) A critic that expects the mean reward *of this cue* removes it (Frémaux, Sprekeler and Gerstner 2010). Is it the better teacher? Recorded: agents of section 4 with one mean or a mean per cue, each from 0 or *informed*, from the mean reward of an untrained agent; and without a critic. Rewards are 0 and 1, 1 and 2, or 2 and 3; each case has the best of five learning rates.

# %% alt="Right actions of 60 agents against the number added to every reward, for five critics. Informed, one mean and a mean per cue stay above 95 percent. One mean from zero stays above 85. Means per cue that start at zero fall from 91 to about 50 percent; without a critic they fall from about 60 to chance."
offsets = agents.settings["offsets"]
axis = panels()
for name, each in agents.results["critics"].items():
    axis.plot(offsets, np.mean(each["final"], axis=1), "o-", label=name)
axis.axhline(100 / 3, color=GREY, linestyle="--")
axis.set_xticks(offsets)
decorate(
    axis,
    title="A critic per cue needs a good start",
    x="added to every reward",
    y="right actions (%)",
    ylim=(0, 104),
)
_ = axis.legend(loc="upper left", bbox_to_anchor=(1, 1))

# %% tags=["check"]
assert shares["weakening"] == 47
reached = {name: np.mean(each["final"], 1) for name, each in agents.results["critics"].items()}
assert 85 < reached["one mean"].min() < 92
assert reached["one mean, informed"].min() > 95
assert reached["per cue, informed"].min() > 98
assert reached["per cue"][0] > 88 > 62 > reached["per cue"][1:].max()
assert 58 < reached["none"][0] < 66
assert reached["none"][1:].max() < 40

# %% [markdown]
# Informed, both are good: above 98 % with a mean per cue, above 95 % with one. From zero one mean stays above 85 % (standard errors up to 3 points), the means per cue fall to about half. They hear only of their own cue and rise three times more slowly; until then every action is praised.

# %% [markdown]
# ### Digits, told only right or wrong
#
# The 784 pixels, rate-coded for 20 ms, and two noisy neurons without a hidden layer: 3 or 5? The neuron with more spikes answers, and hears "right" or "wrong". It learns by the score above. The same network is also *told the answer*: it climbs the log-likelihood of the wanted spikes, at every step for the right neuron, never for the other (Pfister et al. 2006). For both the learning rate is the best of five on held-out images; 727 images are left to learn from, and five seeds.
#
# > **Before you look:** with two classes, "wrong" names the other answer. Does that make the two equal?

# %% alt="Held-out accuracy against images shown, on a logarithmic axis, one line per seed. Told the answer it is above 90 percent after some hundred images; told right or wrong it climbs slowly to between 80 and 90 percent after seven thousand."
digits = recorded("right_or_wrong")
print(digits)
axis = panels()
for (name, found), color in zip(digits.results.items(), CYCLE, strict=False):
    course = np.array(found["held_out"])
    images = 20 * np.arange(1, len(course) + 1)
    axis.plot(images, course.mean(1), color=color, label=name)
    axis.fill_between(images, course.min(1), course.max(1), color=color, alpha=0.15)
axis.set_xscale("log")
decorate(
    axis,
    title="A reward is enough, but slow",
    x="images shown",
    y="held-out accuracy (%)",
)

# %% [markdown]
# No: by reward it is slower. After 7,200 images the readers that are told right or wrong get 87 % of the test images, on average over the five seeds, those that are told the answer 92 %. The mean of three looks stays above 85 % from 320 images on if the answer is told, by reward from 5,000 on. (The seeds differ in first weights and chance; all saw the same images in the same order.)

# %% tags=["check"]
last = {name: each["test"] for name, each in digits.results.items()}
assert [round(np.mean(each)) for each in last.values()] == [92, 87]
courses = [np.mean(each["held_out"], 1) for each in digits.results.values()]
below = [np.flatnonzero(np.convolve(each, np.ones(3) / 3, "valid") < 85)[-1] for each in courses]
assert [20 * (last_look + 4) for last_look in below] == [320, 5000]
allowed = digits.settings["rates"]
assert all(allowed[0] < each["rate"] < allowed[-1] for each in digits.results.values())
assert len(course) * 20 == 7200

# %% [markdown]
# ### Read on
#
# - N. Frémaux, W. Gerstner, *Neuromodulated spike-timing-dependent plasticity, and theory of three-factor learning rules*, Frontiers in Neural Circuits 9:85, 2016.
# - N. Frémaux, H. Sprekeler, W. Gerstner, *Reinforcement learning using a continuous time actor-critic framework with spiking neurons*, PLoS Computational Biology 9(4), 2013: the critic made of spiking neurons.
# - N. Frémaux, H. Sprekeler, W. Gerstner, *Functional requirements for reward-modulated spike-timing-dependent plasticity*, Journal of Neuroscience 30(40), 2010.
# - R. Legenstein, D. Pecevski, W. Maass, *A learning theory for reward-modulated spike-timing-dependent plasticity with application to biofeedback*, PLoS Computational Biology 4(10), 2008.
# - J.-P. Pfister, T. Toyoizumi, D. Barber, W. Gerstner, *Optimal spike-timing-dependent plasticity for precise action potential firing in supervised learning*, Neural Computation 18(6), 2006.
# - W. Gerstner, W. M. Kistler, R. Naud, L. Paninski, *Neuronal Dynamics*, Cambridge University Press, 2014, section 9.1 (escape noise).
