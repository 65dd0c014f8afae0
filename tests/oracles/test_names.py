"""Every row of the site's page on other libraries: run there, run here, compared."""

import math
from importlib import import_module

import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.oracles import STEPS, assert_same, currents, peer, spikes
from tests.publish.libraries import TABLES, here

pytestmark = pytest.mark.filterwarnings("ignore")
ROOMS = {
    "snnTorch": ["snntorch", "snntorch.surrogate", "snntorch.functional"],
    "Norse": ["norse.torch"],
    "SpikingJelly": [
        f"spikingjelly.activation_based.{room}" for room in ("neuron", "surrogate", "functional")
    ],
    "Sinabs": ["sinabs", "sinabs.layers", "sinabs.activation"],
    "PyTorch": ["torch.nn.functional"],
}
NUMBERS = {"alpha": 3.0, "slope": 25.0, "width": 0.5}


def there(library, expression, **values):
    """Return what an expression is in the words of another library; skip where it is missing."""
    names = {}
    for room in ROOMS[library]:
        peer(room)
        names |= vars(import_module(room))
    if library == "Norse":
        norse = peer("norse.torch.functional.threshold")
        names["super"] = lambda alpha: lambda x: norse.threshold(x, "super", torch.tensor(alpha))
    return eval(expression, names | values)


def over_time(library, neuron):
    """Return a function of ``[T, B, …]`` that begins at rest, the way a library is called."""

    def stepped(current):
        state = ()
        outputs = []
        for now in current:
            output, *after = neuron(now, *state)
            state = after if library == "Norse" else after[-states:]
            outputs.append(after[-1] if reads_membrane else output)
        return torch.stack(outputs)

    def at_once(current):
        peer("spikingjelly.activation_based.functional").reset_net(neuron)
        neuron.step_mode = "m"
        output = neuron(current)
        return output if torch.is_tensor(output) else torch.stack(output)

    def batch_first(current):
        peer("sinabs").reset_states(neuron)
        return neuron(current.transpose(0, 1)).transpose(0, 1)

    reads_membrane = getattr(neuron, "reset_mechanism", None) == "none"
    states = 2 if hasattr(neuron, "alpha") else 1
    return {"SpikingJelly": at_once, "Sinabs": batch_first}.get(library, stepped)


@pytest.mark.parametrize("row", TABLES["Neurons as they come"], ids=" · ".join)
def test_a_neuron_as_it_comes(row):
    library, expression, gain, ours = row
    theirs = over_time(library, there(library, expression))
    mine = here(ours)
    gain = eval(gain, vars(math))
    if "Integrator" in ours:
        found = mine(gain * currents())
        torch.testing.assert_close(found, theirs(currents()), rtol=1e-5, atol=1e-6)
        return
    strong = 2 * (1.1 - mine.beta.item()) ** 0.5 / gain  # some fire, and none twice in a step
    assert_same(lambda x: mine(gain * strong * x), lambda x: theirs(strong * x))


def with_feedback(library, neuron):
    """Return a function of ``[T, B, …]`` that begins at rest and hands on what a neuron returns."""
    if library == "Sinabs":
        return over_time(library, neuron)

    def run(current):
        state = []
        spikes = []
        for now in current:
            output = neuron(now, *state)
            state = [output[1]] if library == "Norse" else output
            spikes.append(output[0])
        return torch.stack(spikes)

    return run


@torch.no_grad()
def give_weights(theirs, mine, scale):
    """Let both hear each other by the same small weights, ours times `scale`, and no bias."""
    way = getattr(theirs, "recurrent", getattr(theirs, "rec_connect", None))
    target = mine.weight if mine.recurrence is None else mine.recurrence.weight
    draws = torch.Generator().manual_seed(1)
    weight = 0.2 * torch.randn(target.shape, generator=draws)
    if hasattr(theirs, "recurrent_weights"):
        weight.fill_diagonal_(0)
        theirs.recurrent_weights.copy_(weight)
    elif hasattr(way, "V"):
        weight.fill_(way.V.item())
    else:
        way.weight.copy_(weight)
        way.bias = None
    target.copy_(scale * weight)
    if mine.recurrence is not None:
        mine.recurrence.bias = None


@pytest.mark.parametrize("row", TABLES["Neurons that hear each other"], ids=" · ".join)
def test_neurons_that_hear_each_other(row):
    library, expression, gain, scale, ours = row
    words = {"eye": torch.eye, "tensor": torch.tensor, "Linear": nn.Linear, "Conv2d": nn.Conv2d}
    neuron = there(library, expression, **words)
    mine = here(ours)
    give_weights(neuron, mine, eval(scale, vars(math)))
    theirs = with_feedback(library, neuron)
    gain = eval(gain, vars(math))
    strong = 2 * (1.1 - mine.beta.item()) ** 0.5 / gain
    shape = (2, 1, 3) if "Conv2d" in ours else (6,)
    assert_same(
        lambda x: mine((gain * strong * x).unflatten(2, shape)).flatten(2),
        lambda x: theirs((strong * x).unflatten(2, shape)).flatten(2),
    )


def as_spike(library, derivative):
    if library != "Sinabs":
        return derivative
    single = peer("sinabs.activation").SingleSpike
    return lambda x: single.apply(x + 1, torch.tensor(1.0), derivative)


@pytest.mark.parametrize("row", TABLES["Surrogate derivatives"], ids=" · ".join)
def test_the_derivative_of_a_spike(row):
    library, expression, ours = row
    theirs = as_spike(library, there(library, expression, **NUMBERS))
    gradients = []
    for spike in (here(ours, **NUMBERS), theirs):
        x = torch.linspace(-1.5, 1.5, 300).requires_grad_()
        gradients.append(torch.autograd.grad(spike(x).sum(), x)[0])
    assert gradients[0].max() > 0.5
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("row", TABLES["Losses"], ids=" · ".join)
def test_a_loss(row):
    library, expression, ours = row
    z = spikes(0.2, STEPS, 5, 4)
    most = z.sum(0).argmax(1)
    soonest = z.argmax(0).argmin(1)
    values = {
        "z": z,
        "u": z.cumsum(0) - 0.1,
        "y": torch.cat([most[:2], soonest[2:4], most.new_tensor([3])]),
        "w": torch.tensor([0.5, 1.0, 3.0, 2.0]),
        "T": STEPS,
        "one_hot": functional.one_hot,
    }
    found = torch.as_tensor(here(ours, **values)).float()
    expected = torch.as_tensor(there(library, expression, **values)).float()
    assert found > 0
    torch.testing.assert_close(found, expected.squeeze())


FIRES_AT_THE_THRESHOLD = {
    "snnTorch": ("atan()", False),
    "Norse": ("super(1.0)", False),
    "SpikingJelly": ("Sigmoid()", True),
    "Sinabs": ("SingleExponential()", True),
}


@pytest.mark.parametrize("library", FIRES_AT_THE_THRESHOLD)
def test_who_fires_at_the_threshold_itself(library):
    expression, fires = FIRES_AT_THE_THRESHOLD[library]
    spike = as_spike(library, there(library, expression))
    assert spike(torch.zeros(1)).item() == fires
    assert here("Surrogate()")(torch.zeros(1)) == 0


def test_sinabs_fires_several_times_in_a_step_unless_told_otherwise():
    strong = torch.full((1, 3, 1), 40.0)
    assert there("Sinabs", "LIF(tau_mem=10.0)")(strong).max() > 1
    assert there("Sinabs", "LIF(tau_mem=10.0, spike_fn=SingleSpike)")(strong).max() == 1
