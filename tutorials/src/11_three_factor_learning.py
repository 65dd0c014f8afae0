# %% [markdown]
# # 11 · Three-factor learning
#
# **How does a reward turn STDP into goal-directed learning?**
#
# Needs: page 09 (the STDP window and its traces) and page 01 (rate coding). · 40 minutes to read, one minute to run. · Introduces `RewardSTDP`, `running_mean_step`, `StochasticLIF` and `CueAssociation`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/11_three_factor_learning.ipynb)
#
# ## You will
#
# - build an eligibility trace, and see what it remembers when the reward comes late;
# - train spiking agents by reward alone, by STDP alone and by their product, and sweep the delay until learning breaks;
# - take the expectation away from the reward, and watch unsupervised drift take over;
# - prove that the rule of a noisy neuron is a policy gradient, and teach it digits by saying only "right" or "wrong".

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch.nn.functional import one_hot

from snn_core import StochasticLIF, encoding
from snn_core.datasets import mnist_mini
from snn_core.exercises import Case, check_function
from snn_core.explorers import EligibilityTrace
from snn_core.plasticity import PairSTDP, RewardSTDP, running_mean_step, spike_trace
from snn_core.plotting import BLUE, VERMILION, raster, use_style
from snn_core.tasks import CueAssociation, most_spikes
from snn_core.training import seeded

use_style()
GREEN = "#009E73"

# %% [markdown]
# ## 1 · A synapse that waits
#
# STDP sees two spikes and changes the weight at once. A reward comes later, and it is one number for all synapses. By then the spikes that earned it are over, and others have come. Which synapses deserve the credit? This is the **distal reward problem**.
#
# The idea: do not carry out the change that STDP asks for. *Remember* it, in an **eligibility trace** $e$, one per synapse. When the reward comes, it says how much of it to do:
#
# $$e[t] = \lambda\, e[t-1] + \mathrm{STDP}[t], \qquad \lambda = e^{-\mathrm{d}t/\tau_e}, \qquad \Delta w = \eta\, (R - b)\, e .$$
#
# Three factors: pre, post, and the **success** $R - b$, the reward less what was expected (section 4). Unrolled, $e[t] = \sum_s \lambda^{t-s}\, \mathrm{STDP}[s]$: every past change, discounted by its age. So a loop over all pairs of spikes, without any recursion, must give the same.


# %%
def credit_of_pairs(pre_times, post_times, now, tau_e):
    credit = 0.0
    for s, t in itertools.product(pre_times, post_times):
        change = math.exp((s - t) / 20) if t >= s else -0.5 * math.exp((t - s) / 20)
        credit += change * math.exp((max(s, t) - now) / tau_e)
    return credit


# %% tags=["NBVAL_CHECK_OUTPUT"]
pre, post = torch.bernoulli(torch.full((2, 100, 1, 1), 0.1, dtype=torch.float64), generator=seeded(0))
learner, weight = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.5), tau_eligibility=40.0), torch.full((1, 1), 0.5)
state = learner.initial_state(pre[0], post[0])
in_the_core = learner.run(pre, post, weight, state).eligibility.item()
by_hand = credit_of_pairs(*(x.flatten().nonzero().flatten().tolist() for x in (pre, post)), now=99, tau_e=40.0)
print(f"all pairs, by hand: {by_hand:.9f} | RewardSTDP: {in_the_core:.9f}")

# %% [markdown]
# `run` takes a whole sequence while the weights rest, as a discounted sum: two matrix products, which make this page fast. `step` is the recursion, one time step after the other.
#
# Now the problem in one picture. One synapse has a causal pair: pre at 20 ms, post at 25 ms. It earns a reward, which comes 200 ms later. Sixty other synapses, grey, have spontaneous spikes at 5 per second on both sides.
#
# > **Before you run:** when the reward comes, how many of the sixty have more credit than the synapse that deserves it? Does a longer $\tau_e$ help?

# %% alt="Eligibility of 61 synapses over 300 ms for two time constants. With 40 ms the trace of the causal pair has decayed to nearly zero when the reward comes at 225 ms, and ten accidental grey traces lie above it. With 160 ms it has kept a quarter, and five lie above it."
noise = torch.bernoulli(torch.full((2, 300, 61), 0.005), generator=seeded(4))
noise[:, :, 0] = 0
noise[0, 20, 0] = noise[1, 25, 0] = 1
courses = {}
for tau_e in (40.0, 160.0):
    waiting, course = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.5), tau_e), []
    memory = waiting.initial_state(*noise[:, 0, :, None])
    for now_pre, now_post in noise.transpose(0, 1)[..., None]:
        memory = waiting.step(now_pre, now_post, weight, memory)
        course.append(memory.eligibility.flatten())
    courses[tau_e] = torch.stack(course)
ahead = [(course[225] > course[225, 0]).sum().item() for course in courses.values()]
figure, axes = plt.subplots(1, 2, figsize=(10, 3), sharey=True)
for axis, (tau_e, course), rank in zip(axes, courses.items(), ahead, strict=True):
    axis.plot(course[:, 1:], color="0.7", linewidth=0.7)
    axis.plot(course[:, 0], color=BLUE, linewidth=2, label="caused the reward")
    axis.axvline(225, color=VERMILION, linestyle="--", label="reward")
    axis.set(xlabel="time (ms)", title=f"τ_e = {tau_e:.0f} ms: {rank} of 60 others have more credit")
axes[0].set_ylabel("eligibility e"), axes[1].legend()
plt.show()

# %% tags=["check"]
assert np.isclose(by_hand, in_the_core, rtol=0, atol=1e-12) and by_hand > 1
whole = waiting.run(*noise[..., None], weight, waiting.initial_state(*noise[:, 0, :, None])).eligibility.flatten()
assert torch.allclose(whole, course[-1], rtol=0, atol=1e-5)  # run and step agree for all 61 synapses
left = {tau_e: course[225, 0].item() / course[25, 0].item() for tau_e, course in courses.items()}
assert all(np.isclose(share, math.exp(-200 / tau_e), rtol=1e-5) for tau_e, share in left.items())
assert ahead == [10, 5] and left[40.0] < 0.01 < 0.25 < left[160.0] < 0.3

# %% [markdown]
# With 40 ms under one percent of the credit is left, and ten accidental traces exceed it. With 160 ms more than a quarter is left, and five exceed it. *One* reward cannot tell them apart. Many rewards may: the deserving synapse is eligible whenever one comes, the others only by chance. Section 2 puts that to the test.
#
# ## 2 · Reward alone, STDP alone, and the product
#
# The task is **cue association**, `CueAssociation` in the core. There are three cues and three actions. A cue makes its own five input neurons fire at 100 spikes per second for 50 ms; otherwise all inputs fire spontaneously, at 5 per second. Each action is an output neuron, and the one that spikes most during the cue acts. $R = 1$ if its action belongs to the cue, else $R = 0$. The reward comes 50 ms after the cue, and meanwhile the spontaneous firing goes on.
#
# To find out what is rewarded, an agent has to try things. Its outputs are therefore noisy: a `StochasticLIF` spikes with probability $\sigma\big((u - \theta)/\text{width}\big)$, **escape noise**. They inhibit each other, so that one of them dominates.
#
# Four arms differ in what meets at the synapse:
#
# - **product**: $(R - b)\, e$, where $b$ is a running mean of the agent's own rewards;
# - **STDP alone**: $e$, whatever the reward;
# - **reward alone**: $R - b$ times the *mean* eligibility of the agent, so that no synapse is singled out;
# - **unrelated reward**: $(R - b)\, e$ with the success of *another* agent.

# %% tags=["definitions"]
task, stdp = CueAssociation(dt=5.0, width=0.2), PairSTDP(a_plus=1.0, a_minus=0.5, dt=5.0)
ARMS, TRIALS = ("product", "STDP alone", "reward alone", "unrelated reward"), 150


def meet(arm, state, success):
    """Return what the arm of each agent lets through of eligibility and success."""
    mean = state.eligibility.mean((1, 2), keepdim=True)
    eligibility = torch.where((arm == 2).view(-1, 1, 1), mean, state.eligibility)
    success = torch.where(arm == 3, success.roll(1), success)
    return state._replace(eligibility=eligibility), torch.where(arm == 1, 1.0, success)


def less_expected(reward, cue, critic, expected):
    """Return R - b, and update the expectations [B, 3]: not used (critic 0), one for all cues (1), one per cue (2)."""
    agent, slot = torch.arange(len(cue)), torch.where(critic == 2, cue, 0)
    mean = expected[agent, slot]
    expected[agent, slot] = running_mean_step(mean, reward, 0.1)
    return reward - torch.where(critic > 0, mean, 0.0)


def take_rate(right, rates, tuning):
    """Choose the rate of each condition on the tuning agents; return the successes of the others, and the rates."""
    best = right[-50:, ..., :tuning].mean((0, 3)).argmax(1)
    return right[:, torch.arange(len(best)), best, tuning:], torch.tensor(rates)[best]


# %% [markdown]
# The agents are independent: weights `[B, 3, 15]`, one matrix each, learn side by side along the batch axis. Each condition gets several learning rates, and for each rate six agents to **tune** and ten to **test**. The rate with which the tuning agents do best over the last 50 trials is taken, and the *test* agents with that rate are reported. So every arm gets the same effort, and nothing is chosen on the agents that it describes.
#
# > **Before you run:** four arms, and chance is one third. Which arms stay there?


# %% tags=["definitions"]
DEFAULTS = {"arm": 0, "critic": 1, "offset": 0.0, "start": 0.0, "silent": False, "gain": 1.0}


def train_agents(tau, delay, rates, *, steps, agents=(6, 10), **options):
    """Train agents under conditions [C]; return the tests' successes [trials, C, tests] and the rates taken [C]."""
    given = [torch.as_tensor(x) for x in (tau, delay, *(DEFAULTS | options).values())]
    given = [x.repeat_interleave(len(rates) * sum(agents)) for x in torch.broadcast_tensors(*given)]
    tau, delay, arm, critic, offset, start, silent, gain = given
    rate = gain * torch.tensor(rates).repeat_interleave(sum(agents)).repeat(len(tau) // len(rates) // sum(agents))
    generator, expected, right = seeded(0), start[:, None].repeat(1, task.cues), []
    weight = 0.2 + 0.2 * torch.rand(len(tau), task.cues, 15, generator=generator)
    learner, due = RewardSTDP(stdp, tau), task.cue_steps + (delay / task.dt).round().long()
    state = learner.initial_state(weight[:, 0], weight[:, :, 0])
    for _ in range(TRIALS):
        cue = torch.randint(task.cues, (len(tau),), generator=generator)
        pre, post = task.trial(weight, cue, steps, silent=silent, generator=generator)
        action = most_spikes(post[: task.cue_steps].sum(0), generator=generator)
        right.append((action == cue).float())
        success = less_expected(right[-1] + offset, cue, critic, expected)
        for begin, end in itertools.pairwise(sorted({0, *due.tolist(), steps})):
            state = learner.run(pre[begin:end], post[begin:end], weight, state)
            remembered, factor = meet(arm, state, success)
            weight = learner.reward(weight, remembered, rate * factor * (due == end))
    return take_rate(torch.stack(right).view(TRIALS, -1, len(rates), sum(agents)), rates, agents[0])


# %% alt="Left: input and output spikes of one untrained trial; five inputs fire fast for 50 ms, then all fire rarely until the reward at 100 ms. Right: right actions over 150 trials, mean and range of ten agents; only the product rises from one third to nearly 100 percent, the other three arms stay around chance."
RATES, pre_post = (0.002, 0.006, 0.02, 0.06, 0.2, 0.6), (torch.full((1, 3, 15), 0.3), torch.tensor([1]), 30)
arms, arm_rates = train_agents(torch.tensor([40.0]), 50, RATES, steps=25, arm=torch.arange(4))
blocks = 100 * arms.unflatten(0, (6, 25)).mean(1)  # [blocks of 25 trials, arms, agents]
figure, axes = plt.subplots(1, 2, figsize=(11, 3.4), width_ratios=(2, 3))
raster(torch.cat(task.trial(*pre_post, generator=seeded(1)), 2)[:, 0], axes[0], dt=5.0, size=7)
axes[0].axhline(14.5, color="0.6"), axes[0].axvline(100, color=VERMILION, linestyle="--")
axes[0].set(ylabel="inputs 0–14, outputs 15–17", title="One trial: cue, wait, reward (dashed)")
for arm, (name, color) in enumerate(zip(ARMS, (BLUE, VERMILION, GREEN, "#CC79A7"), strict=True)):
    axes[1].plot(np.arange(6) * 25 + 13, blocks[:, arm].mean(1), "o-", color=color, label=name)
    axes[1].fill_between(np.arange(6) * 25 + 13, *blocks[:, arm].aminmax(dim=1), color=color, alpha=0.12, linewidth=0)
axes[1].axhline(100 / 3, color="0.4", linestyle="--", label="chance")
axes[1].set(xlabel="trial", ylabel="right actions (%)", ylim=(0, 104), title="Only the product learns")
axes[1].legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
plt.show()

# %% tags=["check"]
final = arms[-50:].mean(0)  # [arms, test agents]
assert final[0].mean() > 0.95 and final[0].min() > 0.9 and final[1:].mean(1).max() < 0.35 and final[1:].max() < 0.45
assert RATES[0] < arm_rates[0] < RATES[-1]

# %% [markdown]
# Only the product learns: it ends above 95 % on average, and every agent above 90 %. The other arms end near chance or below, at the rate that suited their tuning agents best, and no agent above 45 %. STDP alone strengthens what fires together, right or wrong. Reward alone knows *that* something was good, but not *where*. And the fourth arm has all three factors, but its reward does not depend on what the agent does.
#
# ## 3 · How long may the reward take?
#
# After a delay $D$ the share $e^{-D/\tau_e}$ of the credit is left. Could one just learn faster to make up for it? The spontaneous spikes after the cue add credit of their own, which means nothing and has decayed less. So there should be a longest delay, and it should grow with $\tau_e$.
#
# We sweep both: three $\tau_e$, and delays of one to six times $\tau_e$. Each combination chooses among four learning rates, with four tuning and six test agents. We call a delay *bridged* if the test agents reach two thirds, halfway between chance and perfect, in the last 50 of 150 trials.
#
# Controls test the explanation. At the longest delay, $6\,\tau_e$, the learning rates are multiplied by $e^{D/\tau_e}$, which makes up for the decay: once with the spontaneous spikes, and once with *silence* from the end of the cue to the next. If the decay itself set the limit, silence would not help.
#
# > **Before you run:** $e^{-3}$ is 5 %. Is that enough to learn from? And $e^{-6}$, a quarter of a percent?

# %%
taus, waits = torch.tensor([10.0, 30.0, 90.0]), torch.tensor([1.0, 3.0, 4.0, 5.0, 6.0])
tau, wait = torch.cat([torch.cartesian_prod(taus, waits), torch.cartesian_prod(waits[-1:], taus.repeat(2)).flip(1)]).T
options = {"silent": torch.arange(21) >= 18, "gain": torch.where(torch.arange(21) >= 15, torch.exp(wait), 1.0)}
swept, swept_rates = train_agents(tau, tau * wait, (0.06, 0.2, 0.6, 2.0), steps=120, agents=(4, 6), **options)
curves, noisy_ones, silent_ones = swept[-50:].mean((0, 2)).split([15, 3, 3])
bridged = [waits[row >= 2 / 3].max().item() for row in curves.view(3, 5)]

# %% alt="Right actions against the delay for three time constants, left in milliseconds on a logarithmic axis, right in units of the time constant. Each curve starts near 90 percent and falls below 55 percent. In units of the time constant the three fall at nearly the same place, beyond four. Squares, six time constants in silence, lie near 100 percent; crosses, the same rates with spontaneous spikes, below 50."
figure, axes = plt.subplots(1, 2, figsize=(11, 3.4), sharey=True)
spread = 100 * swept[-50:].mean(0).std(1)[:15].view(3, 5) / 6**0.5
for index, color in enumerate((BLUE, VERMILION, GREEN)):
    for axis, unit in zip(axes, (taus[index], 1.0), strict=True):
        line = {"fmt": "o-", "color": color, "label": f"τ_e = {taus[index]:.0f} ms"}
        axis.errorbar(unit * waits, 100 * curves.view(3, 5)[index], spread[index], **line)
        axis.plot(unit * 6, 100 * silent_ones[index], "s", color=color, fillstyle="none", markersize=9)
        axis.plot(unit * 6, 100 * noisy_ones[index], "x", color=color, markersize=9)
for axis in axes:
    axis.axhline(200 / 3, color="0.6", linestyle=":"), axis.axhline(100 / 3, color="0.4", linestyle="--")
axes[1].plot([], [], "s", color="0.4", fillstyle="none", label="rate × e⁶, silence")
axes[1].plot([], [], "x", color="0.4", linestyle="none", label="rate × e⁶, spikes")
axes[1].legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
axes[0].set(xlabel="delay (ms)", ylabel="right actions (%)", ylim=(0, 106), xscale="log")
axes[0].set_title("The longest delay grows with τ_e")
axes[1].set(xlabel="delay / τ_e", title=f"Bridged: {min(bridged):.0f} to {max(bridged):.0f} τ_e; 6 in silence")
plt.show()

# %% tags=["check"]
assert curves.view(3, 5)[:, :3].min() > 0.75 and curves.view(3, 5)[:, 4].max() < 0.55 and silent_ones.min() > 0.97
assert (taus * torch.tensor(bridged)).tolist() == [50, 120, 360]
assert noisy_ones.max() < 0.6 and bridged == [5, 4, 4]

# %% [markdown]
# Up to four $\tau_e$ every group gets above 75 %, and at six none above 55 %. The longest bridged delays are 50, 120 and 360 ms: four to five $\tau_e$, so nine times the $\tau_e$ bought seven times the delay. In silence a larger rate makes up for the decay: more than 97 % at $6\,\tau_e$. With spontaneous spikes the same rates do not help. So it is not the decay that sets the limit, but the credit of the spikes in between.
#
# The numbers belong to this task, its spontaneous rate and its 150 trials; longer training was not tried. With six test agents a point is uncertain by several percent (the error bars), so read the longest delays as good to about one $\tau_e$.
#
# ## 4 · What was expected
#
# Why $R - b$ and not simply $R$? Split the average change of a synapse:
#
# $$\langle (R - b)\, e \rangle = \underbrace{\mathrm{cov}(R, e)}_{\text{learns}} \; + \; \underbrace{\langle R - b \rangle\, \langle e \rangle}_{\text{drifts}} .$$
#
# The first term knows what is rewarded: chance decides which action wins, and where the right one does, its synapses are more eligible than usual. The second is plain STDP times a constant. A **critic** that expects the mean reward, $b = \langle R \rangle$, removes it (Frémaux, Sprekeler, Gerstner 2010).
#
# First we measure one untrained trial of 4,000 agents: the average change of the synapses from the shown cue to the right action, and to the wrong ones. Then the agents of section 2 learn without a critic, with one running mean, and with one mean *per cue*. Each gets rewards of 0 and 1, then of 1 and 2, then of 2 and 3. To the covariance this is all the same. All expectations start at zero; a fourth kind, also per cue, starts at the mean reward of an untrained agent instead.
#
# > **Before you run:** no critic, and $R$ is 0 or 1. Which sign has the change towards the *wrong* actions?

# %%
cue, untrained = torch.arange(4000) % 3, torch.full((4000, 3, 15), 0.3)
pre, post = task.trial(untrained, cue, 20, generator=seeded(0))
learner = RewardSTDP(stdp, 40.0)
credit = learner.run(pre, post, untrained, learner.initial_state(pre[0], post[0])).eligibility
credit = credit.view(4000, 3, 3, 5)[torch.arange(4000), :, cue].mean(2)  # [trials, actions]: synapses of the cue
reward = (most_spikes(post[: task.cue_steps].sum(0), generator=seeded(1)) == cue).float()
success = {"R": reward, "R + 1": reward + 1, "R − ⟨R⟩": reward - reward.mean()}
right_credit = credit[torch.arange(4000), cue]
parts = [r * e for r in success.values() for e in (right_credit, (credit.sum(1) - right_credit) / 2)]
drift, noise = (
    100 * torch.stack(x).view(3, 2) for x in zip(*((x.mean(), x.std() / 4000**0.5) for x in parts), strict=True)
)

# %% alt="Left: mean weight change towards right and wrong actions, in percent of the change of one pair. With R both are positive; with R plus 1 both are large and similar; with the mean subtracted the right one is positive and the wrong one negative. Right: final accuracy against the number added to every reward; one running mean stays near 100 percent, without a critic it falls to about half, a mean per cue falls as well unless it starts informed."
kinds = {"one mean": BLUE, "per cue, informed start": "#CC79A7", "a mean per cue": GREEN, "no critic": VERMILION}
offsets, critics = torch.arange(3.0), torch.tensor([1, 2, 2, 0]).repeat_interleave(3)
begin = torch.zeros(4, 3).index_put((torch.tensor(1),), offsets + 1 / 3).flatten()
options = {"critic": critics, "offset": offsets.repeat(4), "start": begin}
judged, judged_rates = train_agents(torch.tensor(40.0), 50, RATES, steps=25, **options)
judged = 100 * judged[-50:].mean(0).view(4, 3, 10)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.4))
for side, (name, color) in enumerate((("right action", BLUE), ("wrong actions", VERMILION))):
    axes[0].bar(np.arange(3) + 0.4 * side - 0.2, drift[:, side], 0.4, yerr=noise[:, side], color=color, label=name)
for points, (name, color) in zip(judged, kinds.items(), strict=True):
    axes[1].errorbar(offsets, points.mean(1), points.std(1) / 10**0.5, fmt="o-", color=color, label=name)
axes[0].axhline(0, color="0.3", linewidth=0.8), axes[1].axhline(100 / 3, color="0.4", linestyle="--")
axes[0].set(xticks=range(3), xticklabels=success, ylabel="mean change (% of one pair)")
axes[0].set_title("Less the mean, wrong actions lose weight")
axes[1].set(xlabel="added to every reward", ylabel="right actions (%)", xticks=offsets, ylim=(0, 106))
axes[1].set_title("Without a critic, an offset ruins learning")
axes[0].legend(), axes[1].legend(fontsize=8, loc="lower left")
plt.show()

# %% tags=["check"]
shown, ended = drift.round().int().tolist(), judged.mean(2)
assert shown[0] == [32, 8] and shown[2] == [16, -8] and shown[1] == [81, 55]
assert (drift[:, 1].abs() > 5 * noise[:, 1]).all() and ended[0].min() > 85 and ended[1].min() > 95
assert ended[2, 0] > 85 > 55 > ended[2, 1:].max() and 60 < ended[3, 0] < 80 and ended[3, 1:].max() < 50

# %% [markdown]
# Without a critic the wrong actions *gain* as well, 8 % of one pair against 32 %, and with an offset 55 % against 81 %. Less the mean, the signs part: plus 16 against minus 8. In learning, no critic gets to between 60 and 80 % with rewards of 0 and 1, and stays below 50 % with an offset. One running mean stays above 85 %.
#
# Frémaux et al. show that the drift vanishes for certain only if the reward is expected for each stimulus separately. Here one mean for all was good enough, and one *per cue* ends below 55 % as soon as there is an offset. The control shows that this is a matter of the start: informed, it stays above 95 % everywhere. A likely reason: each of its means is updated in a third of the trials only, so it expects too little for longer, and meanwhile the drift does its harm.
#
# ## 5 · The gradient in the rule
#
# So far the rule was plausible. For a noisy neuron it can be *derived*. Let spike trains $z$ have the probability $p_w(z)$ and earn $R(z)$. The goal is $J(w) = \sum_z p_w(z)\, R(z)$. With $\nabla p = p\, \nabla \ln p$,
#
# $$\nabla J = \big\langle (R - b)\; \nabla \ln p_w(z) \big\rangle$$
#
# for any constant $b$, since $\langle \nabla \ln p \rangle = \nabla \sum_z p = 0$. This is **REINFORCE** (Williams 1992). With escape noise every step is a coin with $p[t] = \sigma\big((u[t] - \theta)/\text{width}\big)$, and its score is $(z - p)/\text{width}$ times $\partial u/\partial w$. That is the trace $x$ of the input, with the decay of the *membrane*: a soft reset depends on $w$ only through the spikes, which are given. So
#
# $$\frac{\partial \ln p}{\partial w_{ij}} = \sum_t \frac{z_i[t] - p_i[t]}{\text{width}}\; x_j[t] ,$$
#
# three factors again: presynaptic trace, postsynaptic *surprise*, success.


# %%
def score(spikes, membrane, inputs):
    """Return the eligibility of REINFORCE, [B, M, N]."""
    surprise = (spikes - noisy.probability(membrane)) / noisy.width
    return torch.einsum("tbm,tbn->bmn", surprise, spike_trace(inputs, 10.0))


noisy = StochasticLIF(torch.tensor(10.0, dtype=torch.float64), width=0.3, generator=seeded(1))

# %% [markdown]
# Take a problem small enough to know everything: one neuron, four inputs, six steps, and $R = 1$ for *exactly two* spikes. There are $2^6 = 64$ spike trains. `replay` gives the membranes at which the neuron would fire each of them, `log_likelihood` their probabilities, and autograd differentiates the sum $J$. Against this truth stands the mean three-factor update of 40,000 trials, with four baselines.
#
# > **Before you run:** will a wrong baseline bias the mean? And with which do the updates scatter least: 0, the mean reward, or another?

# %%
every = torch.tensor(list(itertools.product((0.0, 1.0), repeat=6)), dtype=torch.float64).T.unsqueeze(2)  # [6, 64, 1]
inputs = torch.bernoulli(torch.full((6, 1, 4), 0.5, dtype=torch.float64), generator=seeded(0))
weight = torch.full((1, 4), 0.1, dtype=torch.float64, requires_grad=True)
membrane, paid = noisy.replay(every, inputs @ weight.T), (every.sum((0, 2)) == 2).double()
log_p = noisy.log_likelihood(every, membrane).sum((0, 2))
(truth,) = torch.autograd.grad(log_p.exp() @ paid, weight, retain_graph=True)

# %%
by_autograd = torch.stack([torch.autograd.grad(each, weight, retain_graph=True)[0] for each in log_p])
scores, p = score(every, membrane, inputs.expand(-1, 64, -1)).detach(), log_p.exp().detach()
trials = inputs.expand(-1, 40_000, -1)
played = noisy(trials @ weight.detach().T, record=True)
sampled = score(played.spikes, played.membrane, trials).detach()[:, 0]
payoff = (played.spikes.sum((0, 2)) == 2).double()

# %% alt="Left: the four components of the exact policy gradient as bars; Monte Carlo means with four baselines lie on them within their error bars. Right: variance of the update against the baseline, a parabola; Monte Carlo dots lie on it. Its minimum is at 0.30, to the right of the mean reward at 0.09."
mean_reward, power = (p @ paid).item(), scores.square().sum((1, 2))
best = ((p * paid) @ power / (p @ power)).item()
updates = {b: (payoff - b)[:, None] * sampled for b in (-0.5, 0.0, mean_reward, 1.0)}
exact = {b: ((paid - b).square() * p) @ power - truth.square().sum() for b in updates}
line = torch.linspace(-0.6, 1.1, 35, dtype=torch.float64)
variance = ((paid - line[:, None]).square() * p) @ power - truth.square().sum()
figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
axes[0].bar(np.arange(4), truth[0], color="0.8", label="exact gradient")
for place, (b, x) in zip((-0.3, -0.1, 0.1, 0.3), updates.items(), strict=True):
    error = 2 * x.std(0) / 40_000**0.5
    axes[0].errorbar(np.arange(4) + place, x.mean(0), error, fmt="o", markersize=4, label=f"b = {b:.2f}, ±2 s.e.")
axes[1].plot(line, variance, color="0.5", label="exact")
axes[1].plot(list(updates), [x.var(0).sum() for x in updates.values()], "o", color=BLUE, label="Monte Carlo")
axes[1].axvline(mean_reward, color=VERMILION, linestyle="--", label="mean reward")
axes[1].axvline(best, color=GREEN, linestyle=":", label="least variance")
axes[0].set(xlabel="weight", ylabel="mean update", xticks=range(4), title="Any baseline: the same mean")
axes[1].set(xlabel="baseline b", ylabel="variance", title="The best baseline is not the mean reward")
axes[0].legend(fontsize=7), axes[1].legend(fontsize=8)
plt.show()

# %% [markdown]
# The mean does not depend on the baseline, the scatter does, as a parabola with its minimum at $b = \langle R\, \lVert \nabla \ln p \rVert^2 \rangle / \langle \lVert \nabla \ln p \rVert^2 \rangle$. Here that is 0.30, more than three times the mean reward of 0.09. The mean takes away 17 % of the variance, the best baseline 33 %. So for REINFORCE a critic is a matter of variance only. STDP is different: its $\langle e \rangle$ is not zero, so there the critic decides about the *direction*.
#
# How far is STDP from the gradient? The same exact sum, with the eligibility of `RewardSTDP`, on 50 random problems (other inputs, other weights) for each of three goals, with $b = \langle R \rangle$ and with $b = 0$. The last goal pays a random half of the 64 trains, so that *which* spikes came matters, and not how many.

# %% tags=["NBVAL_CHECK_OUTPUT"]
goals, angles = (
    {"exactly two": every.sum((0, 2)) == 2, "two or more": every.sum((0, 2)) >= 2, "random trains": None},
    {},
)
for goal, number in itertools.product(goals, range(50)):
    chance = seeded(number)
    some = torch.bernoulli(torch.full((6, 1, 4), 0.5, dtype=torch.float64), generator=chance)
    w = (0.3 * torch.rand(1, 4, generator=chance, dtype=torch.float64)).requires_grad_()
    pays = torch.rand(64, generator=chance) < 0.5 if goals[goal] is None else goals[goal]
    q = noisy.log_likelihood(every, noisy.replay(every, some @ w.T)).sum((0, 2)).exp()
    (gradient,) = torch.autograd.grad(q @ pays.double(), w)
    q, seen = q.detach(), some.expand(-1, 64, -1)
    rule = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.5), tau_eligibility=1e6)
    traced = rule.run(seen, every, w.detach(), rule.initial_state(seen[0], every[0])).eligibility[:, 0]
    for critic, b in (("b = mean R", q @ pays.double()), ("b = 0", 0.0)):
        direction = (q * (pays.double() - b)) @ traced
        angles.setdefault((goal, critic), []).append(torch.cosine_similarity(direction, gradient[0], dim=0).item())
least, mean = ({case: f(values) for case, values in angles.items()} for f in (np.min, np.mean))
for goal, critic in angles:
    print(f"{goal:14} {critic:11} cosine: mean {mean[goal, critic]:5.2f}, least {least[goal, critic]:5.2f}")

# %% tags=["check"]
z_scores = torch.stack([(x.mean(0) - truth[0]) / (x.std(0) / 40_000**0.5) for x in updates.values()])
assert torch.allclose(scores, by_autograd, rtol=0, atol=1e-12) and (p @ scores[:, 0]).abs().max() < 1e-12
assert z_scores.abs().max() < 3 and round(best, 2) == 0.3 and round(mean_reward, 2) == 0.09
assert [round(100 * (1 - v.item() / exact[0.0].item())) for v in (exact[mean_reward], variance.min())] == [17, 33]
assert all(abs(x.var(0).sum() / exact[b] - 1) < 0.05 for b, x in updates.items())
assert min(least[goal, "b = mean R"] for goal in goals if goal != "random trains") > 0.97 > mean["exactly two", "b = 0"]

# %% [markdown]
# With a critic, STDP climbs almost along the gradient for the two goals that count spikes, with a cosine above 0.97 in every problem. Without one it can point exactly away, if two spikes are enough and more are a mistake. And where it matters *which* spikes came, the mean cosine is about 0.4, and some are negative: STDP is not the gradient, and it need not climb.
#
# ## 6 · Digits, told only right or wrong
#
# The same 784 pixels as always, rate-coded for 20 ms, two noisy output neurons without a hidden layer: 3 or 5? The reader answers with the neuron that spikes more and hears "right" or "wrong", nothing else. It learns by section 5: $\Delta w = \eta\, (R - b) \sum_t (z - p)/\text{width} \cdot x$.
#
# The same network is also taught by a *supervised* rule: climb the log-likelihood of the wanted answer, where the right neuron fires at every step and the other one never (Pfister et al. 2006). That is the same formula, with the wanted spikes in place of its own and a success of 1.
#
# Both see the same number of images. For both, the learning rate is the best of five on 200 training images that were held out; 727 are left to learn from. Then the test images are looked at once. Five seeds, which differ in their initial weights and in the chance of their outputs, see the same images side by side.
#
# > **Before you run:** with two classes, "wrong" names the other answer. Does that make the two arms equal?


# %%
def threes_and_fives(pictures, digits):
    chosen = (digits == 3) | (digits == 5)
    return pictures[chosen].flatten(1), (digits[chosen] == 5).long()


mnist, readers, SEEDS = mnist_mini(), StochasticLIF(tau_mem=10.0, width=0.2), 5
(images, labels), test = threes_and_fives(*mnist[:2]), threes_and_fives(*mnist[2:])
held_out, (images, labels) = (images[-200:], labels[-200:]), (images[:-200], labels[:-200])


# %% tags=["definitions"]
def accuracy(weight, pictures, answers, generator):  # of readers with weights [A, 2, 784]: [A]
    drive = encoding.rate(pictures, 20, gain=0.3, generator=generator) @ weight.flatten(0, 1).T
    counts = readers(drive).sum(0).unflatten(1, (-1, 2))
    return (most_spikes(counts, generator=generator) == answers[:, None]).float().mean(0)


def train_readers(rate, told, epochs, seed=0):
    """Train readers with rates [A], by reward or by being told the answer; return weights and held-out accuracies."""
    generator = readers.generator = seeded(seed)
    weight = 0.01 + 0.002 * torch.randn(len(rate), 2, 784, generator=generator)
    expected, course = torch.full((len(rate),), 0.5), [accuracy(weight, *held_out, generator)]
    for number in range(epochs * 73):
        chosen = torch.randint(len(images), (10,), generator=generator)
        spikes = encoding.rate(images[chosen], 20, gain=0.3, generator=generator)  # [T, 10, 784]
        drive = spikes @ weight.flatten(0, 1).T
        fired, membrane, _ = readers(drive, record=True)
        wanted = one_hot(labels[chosen], 2).float().repeat(20, 1, len(rate))
        answer = most_spikes(fired.sum(0).unflatten(1, (-1, 2)), generator=generator)
        reward = (answer == labels[chosen, None]).float()
        success = torch.ones_like(reward) if told else reward - expected
        fired, membrane = (wanted, readers.replay(wanted, drive)) if told else (fired, membrane)
        surprise = ((fired - readers.probability(membrane)) / readers.width).unflatten(2, (-1, 2))
        step = torch.einsum("tbam,tbn->amn", surprise * success[..., None], spike_trace(spikes, 10.0)) / 10
        weight, expected = weight + rate[:, None, None] * step, running_mean_step(expected, reward.mean(0), 0.05)
        if number % 36 == 35:
            course.append(accuracy(weight, *held_out, generator))
    return weight, torch.stack(course)


# %% alt="Left: held-out accuracy against images shown, mean and range of five seeds; told the answer it exceeds 90 percent after a few hundred images, told right or wrong it climbs slowly to nearly 90 percent after ten thousand. Right: the weights of neuron 5 less those of neuron 3 for both, the same strokes, with more noise where only the reward taught."
figure, axes = plt.subplots(1, 3, figsize=(11, 3.2), width_ratios=(2, 1, 1))
rates, (tested, reached, fields, taken) = torch.tensor([3e-5, 1e-4, 3e-4, 1e-3, 3e-3]), ({}, {}, {}, {})
for told, axis, color in ((True, axes[1], VERMILION), (False, axes[2], BLUE)):
    weight, course = train_readers(rates.repeat_interleave(SEEDS), told, epochs=10)
    best_rate = taken[told] = course[-5:].mean(0).view(5, SEEDS).mean(1).argmax().item()
    course, weight = 100 * course.view(-1, 5, SEEDS)[:, best_rate], weight.view(5, SEEDS, 2, 784)[best_rate]
    tested[told], shown = 100 * accuracy(weight, *test, seeded(9)), 360 * np.arange(len(course))
    reached[told] = shown[course.mean(1) >= 85].min()
    name = "told the answer" if told else "told right or wrong"
    axes[0].plot(shown, course.mean(1), color=color, label=f"{name}: test {tested[told].mean():.1f} %")
    axes[0].fill_between(shown, *course.aminmax(dim=1), color=color, alpha=0.15, linewidth=0)
    fields[told] = (weight[:, 1] - weight[:, 0]).mean(0)
    axis.imshow(fields[told].view(28, 28), cmap="RdBu_r")
    axis.set_title(f"{name}:\nweights to 5 less to 3", loc="center", fontsize=9), axis.axis("off")
axes[0].axhline(50, color="0.4", linestyle="--")
axes[0].set(xlabel="images shown", ylabel="held-out accuracy (%)", ylim=(30, 100), title="A reward is enough, but slow")
axes[0].legend(loc="lower right", fontsize=8)
plt.show()

# %% tags=["check"]
assert 87 < tested[False].mean() < 91 and tested[False].min() > 85 and 92 < tested[True].mean() < 95
assert shown[-1] == 7200 and reached == {True: 360, False: 2520} and 0 < min(taken.values()) <= max(taken.values()) < 4
assert round(torch.cosine_similarity(fields[True], fields[False], dim=0).item(), 2) == 0.95

# %% [markdown]
# A reward is enough to learn to read. Told right or wrong, the readers get, after 7,200 images, to between 87 and 91 % of the test images on average, and each of the five seeds above 85 %; told the answer, above 92 %. The weights agree: averaged over the seeds, the two maps have a cosine of 0.95. The price is time. To pass 85 % on the held-out images takes 2,520 images in place of 360, counted in steps of 360.
#
# And the answer to the question: "wrong" names the other digit, but the rule does not draw that conclusion. It only makes what was done less likely. Not shown here are more classes (exercise 4), a late reward for an image, and hidden layers, where many noisy neurons share one reward.
#
# ## Explorer
#
# One pair of spikes, its eligibility, and a reward. Set the delay to $\tau_e$: which share is left? Make the lag negative: what does a reward do to the synapse then, and what a punishment, $R - b < 0$?

# %% alt="Explorer at its start. Top: traces of a presynaptic spike at 80 ms and a postsynaptic one at 90 ms. Middle: the eligibility rises at the second spike and decays; a dashed line marks the reward 150 ms later. Bottom: the weight change, zero until the reward and constant after it."
show = EligibilityTrace()
show(tau_eligibility=100.0, delay=150.0)

# %%
EligibilityTrace().sliders()

# %% [markdown]
# ## Recap
#
# You
#
# - built an eligibility trace, pair by pair and as a recursion, and saw a late reward meet accidental credit;
# - trained agents whose three factors had to meet, and found the longest delay at four to five $\tau_e$, set by the spikes in between;
# - took away the critic, saw wrong actions gain weight, and found that a critic which starts too low does similar harm;
# - proved that the rule of a noisy neuron is the policy gradient, and taught it threes and fives by reward.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $e$ | eligibility of a synapse | `RewardSTDP.step`, `run`, `RewardState.eligibility` |
# | $\tau_e$, $\lambda$ | its time constant, its decay per step | `tau_eligibility` |
# | $R - b$ | success: reward less what was expected | `success` of `RewardSTDP.reward` |
# | $b$ | running mean, the critic | `running_mean_step` |
# | $p[t]$ | probability of a spike, escape noise | `StochasticLIF.probability` |
# | $\ln p_w(z)$ | log-likelihood of spike trains | `StochasticLIF.log_likelihood`, `replay` |
# | | cues, actions, spontaneous firing | `CueAssociation`, `most_spikes` |
#
# ## Exercises
#
# ### 1 · One pair, one reward
#
# A postsynaptic spike comes `lag` ≥ 0 ms after a presynaptic one. A reward with the given success comes `delay` ms after the second spike. Return the change of the weight, for $\eta = 1$, $A_+ = 1$ and $\tau_+ = 20$ ms.


# %% tags=["exercise"]
def rewarded_change(lag, delay, tau_e, success):
    return None  # your code here


pre, post = torch.zeros(2, 51, 1, 1, dtype=torch.float64)
pre[10], post[15] = 1, 1
learner = RewardSTDP(PairSTDP(a_plus=1.0), tau_eligibility=25.0)
state = learner.run(pre, post, torch.zeros(1, 1), learner.initial_state(pre[0], post[0]))
later = Case((5.0, 35.0, 25.0, -0.5), -0.5 * state.eligibility.item(), "From the second spike on e decays with tau_e.")
at_once = Case((5.0, 0.0, 25.0, 1.0), math.exp(-5 / 20), "Without a delay it is the STDP window.")
check_function(rewarded_change, at_once, later)

# %% [markdown]
# ### 2 · The quietest baseline
#
# From rewards and scores of many trials (arrays of the same length, one weight), compute the baseline $b$ for which the mean square of the updates $(R - b)\, s$ is smallest.


# %% tags=["exercise"]
def quietest_baseline(rewards, scores):
    return None  # your code here


scores = np.random.default_rng(0).normal(size=200)
rewards = 1.0 * (np.abs(scores - 0.2) < 1)
squares = [np.mean(((rewards - b) * scores) ** 2) for b in (0, 1, 2)]
curvature, slope, _ = np.polyfit((0, 1, 2), squares, 2)
hint = "Set the derivative of the mean square by b to zero: each trial counts by its score squared."
check_function(quietest_baseline, Case((rewards, scores), -slope / (2 * curvature), hint))

# %% [markdown] tags=["solution"]
# ### 3 · Explain
#
# Fire the inputs spontaneously at 20 spikes per second: `task = CueAssociation(dt=5.0, width=0.2, slow=20.0)`. Run section 3 again. What happens to the longest delays, and what to the silent control? Why?
#
# ### 4 · Open
#
# Let section 6 read all ten digits by reward. Chance is one tenth, and "wrong" no longer names the right answer. How many images does it take to pass 60 %, and what helps: another baseline, another width, several neurons per digit? Choose on held-out training images.
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# ```python
# def rewarded_change(lag, delay, tau_e, success):
#     return success * math.exp(-lag / 20) * math.exp(-delay / tau_e)
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# $\langle (R - b)^2 s^2 \rangle$ has the derivative $-2 \langle R s^2 \rangle + 2 b \langle s^2 \rangle$.
#
# ```python
# def quietest_baseline(rewards, scores):
#     return np.mean(rewards * scores**2) / np.mean(scores**2)
# ```
#
# </details>
#
# ## References
#
# - E. M. Izhikevich, *Solving the distal reward problem through linkage of STDP and dopamine signaling*, Cerebral Cortex 17(10), 2007.
# - R. V. Florian, *Reinforcement learning through modulation of spike-timing-dependent synaptic plasticity*, Neural Computation 19(6), 2007.
# - N. Frémaux, W. Gerstner, *Neuromodulated spike-timing-dependent plasticity, and theory of three-factor learning rules*, Frontiers in Neural Circuits 9:85, 2016.
# - R. J. Williams, *Simple statistical gradient-following algorithms for connectionist reinforcement learning*, Machine Learning 8, 1992.
# - N. Frémaux, H. Sprekeler, W. Gerstner, *Functional requirements for reward-modulated spike-timing-dependent plasticity*, Journal of Neuroscience 30(40), 2010.
# - J.-P. Pfister, T. Toyoizumi, D. Barber, W. Gerstner, *Optimal spike-timing-dependent plasticity for precise action potential firing in supervised learning*, Neural Computation 18(6), 2006.
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023.
#
# **Next:** [12 · BPTT meets STDP](12_bptt_meets_stdp.ipynb) finds an STDP window inside a gradient. Back to [10 · Unsupervised digits](10_unsupervised_digits.ipynb).
