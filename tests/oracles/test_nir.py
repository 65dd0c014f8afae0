"""Graphs of NIR that other libraries write run here, and those written here run there."""

import logging

import pytest
import torch
from torch import nn

from snn_core import LIF, CuBaLIF, LeakyIntegrator, RecurrentLIF
from snn_core.layers import OverTime
from snn_core.nir import READERS, WRITERS, from_nir, to_nir
from tests.oracles import peer, spikes

nir = peer("nir")

pytestmark = pytest.mark.filterwarnings("ignore")
STEPS, BATCH = 200, 4
# Spikes may differ where a membrane comes within rounding of its threshold: none do here.
TOLERANCE = 1e-4
HARD = {"reset": "hard"}


def inputs(*shape):
    return spikes(0.5, STEPS, BATCH, *shape)


def network(*layers, gain=1.0):
    """Return layers whose weights make neurons fire: positive ones, by turns strong and weak."""
    made = nn.Sequential(*layers)
    draws = torch.Generator().manual_seed(3)
    for name, own in made.named_parameters():
        if name.endswith("weight") and own.dim() > 1:
            scale = gain / own[0].numel()
            own.data = scale * torch.rand(own.shape, generator=draws)
        elif name.endswith("bias"):
            own.data = 0.02 * torch.rand(own.shape, generator=draws)
    return made


def assert_same_spikes(found, expected):
    assert set(expected.unique().tolist()) == {0.0, 1.0}
    assert 0.01 < expected.mean() < 0.9
    assert (found != expected).float().mean() <= TOLERANCE


def stepped(module, given):
    """Run a module that takes one step and its state, and returns both."""
    state = None
    outputs = []
    for now in given:
        output, state = module(now, state)
        outputs.append(output)
    return torch.stack(outputs).detach()


def ours():
    """Return spiking neurons of all kinds, with the reset that others take for granted."""
    return network(
        nn.Linear(6, 5),
        LIF(**HARD),
        nn.Linear(5, 4, bias=False),
        CuBaLIF(threshold=0.3, **HARD),
        nn.Linear(4, 3),
        LIF(20.0, threshold=0.2, **HARD),
        gain=0.9,
    )


def loop():
    return network(nn.Linear(6, 5), RecurrentLIF(5, **HARD))


def maps(**options):
    return network(
        OverTime(nn.Conv2d(1, 2, 3, stride=2, padding=1)),
        LIF(threshold=0.5, **options),
        OverTime(nn.Flatten()),
        nn.Linear(32, 4),
        LIF(threshold=0.5, **options),
    )


def to_(reader, module, shape=None):
    return to_nir(module, shape, reader=reader)


class TestSnnTorch:
    """It takes Euler steps of 0.1 ms, and r and w_in undo them; no graph says how it resets."""

    @pytest.fixture(autouse=True)
    def _peer(self):
        self.snntorch = peer("snntorch")
        self.export = peer("snntorch.export_nir").export_to_nir
        self.load = peer("snntorch.import_nir").import_from_nir

    def run(self, module, given):
        peer("snntorch.utils").reset(module)
        outputs = [module(now) for now in given]
        return torch.stack([o[0] if isinstance(o, tuple) else o for o in outputs]).detach()

    def leaky(self, size, kind="Leaky", reset="zero", delay=False, **options):
        full = {name: torch.full(size, value) for name, value in options.items()}
        rules = {"init_hidden": True, "reset_mechanism": reset, "reset_delay": delay}
        return getattr(self.snntorch, kind)(threshold=torch.ones(size), **full, **rules)

    def test_theirs_here(self):
        theirs = network(
            nn.Linear(6, 5),
            self.leaky([5], beta=0.9),
            nn.Linear(5, 4, bias=False),
            self.leaky([4], "Synaptic", alpha=0.8, beta=0.9),
        )
        graph = self.export(theirs, inputs(6)[0, :1], ignore_dims=[0])
        hard = WRITERS["snntorch"]._replace(**HARD)
        given = inputs(6)
        assert_same_spikes(from_nir(graph, writer=hard)(given), self.run(theirs, given))

    def test_theirs_with_maps_here(self):
        theirs = network(
            nn.Conv2d(1, 2, 3),
            self.leaky([2, 6, 6], beta=0.9),
            nn.AvgPool2d(2),
            nn.Flatten(),
            nn.Linear(18, 4),
            self.leaky([4], beta=0.8),
            gain=1.5,
        )
        given = inputs(1, 8, 8)
        graph = self.export(theirs, given[0, :1], ignore_dims=[0])
        hard = WRITERS["snntorch"]._replace(**HARD)
        assert_same_spikes(from_nir(graph, writer=hard)(given), self.run(theirs, given))

    @pytest.mark.parametrize(
        "form",
        [{"linear_features": 5}, {"all_to_all": False, "V": torch.linspace(-0.3, 0.3, 5)}],
        ids=["all to all", "one to one"],
    )
    def test_theirs_recurrent_here(self, form):
        rules = {"init_hidden": True, "reset_mechanism": "zero", "reset_delay": False}
        theirs = network(nn.Linear(6, 5), self.snntorch.RLeaky(beta=0.9, **form, **rules))
        given = inputs(6)
        graph = self.export(theirs, given[0, :1], ignore_dims=[0])
        hard = WRITERS["snntorch"]._replace(**HARD)
        assert_same_spikes(from_nir(graph, writer=hard)(given), self.run(theirs, given))

    def test_a_soft_reset_is_the_same_up_to_two_thresholds(self):
        """Above, they take the second threshold off before they compare."""
        theirs = network(nn.Linear(6, 5), self.leaky([5], reset="subtract", beta=0.9))
        given = inputs(6)
        graph = self.export(theirs, given[0, :1], ignore_dims=[0])
        soft = WRITERS["snntorch"]._replace(reset="soft")
        assert_same_spikes(from_nir(graph, writer=soft)(given), self.run(theirs, given))

    def test_their_delayed_reset_is_taken_for_granted(self):
        theirs = network(nn.Linear(6, 5), self.leaky([5], reset="subtract", delay=True, beta=0.9))
        given = inputs(6)
        graph = self.export(theirs, given[0, :1], ignore_dims=[0])
        found = self.run(theirs, given)
        assert_same_spikes(from_nir(graph, writer="snntorch")(given), found)
        soft = from_nir(graph, writer=WRITERS["snntorch"]._replace(reset="soft"))
        assert (soft(given) != found).float().mean() > 0.05

    def test_ours_there(self):
        given = inputs(6)
        assert_same_spikes(self.run(self.load(to_("snntorch", ours())), given), ours()(given))

    def test_ours_with_maps_there(self):
        given = inputs(1, 8, 8)
        module = maps(**HARD)
        graph = to_("snntorch", module, (1, 8, 8))
        assert_same_spikes(self.run(self.load(graph), given), module(given))

    def test_ours_recurrent_there(self):
        given = inputs(6)
        assert_same_spikes(stepped(self.load(to_("snntorch", loop())), given), loop()(given))


class TestNorse:
    """It takes Euler steps of 1 ms; LIF nodes take no r, LI nodes are left out."""

    @pytest.fixture(autouse=True)
    def _peer(self):
        logging.disable(logging.WARNING)
        self.norse = peer("norse.torch")
        self.export = peer("norse.torch.utils.export_nir").to_nir
        self.load = peer("norse.torch.utils.import_nir").from_nir
        yield
        logging.disable(logging.NOTSET)

    def network(self, *layers, gain):
        return self.norse.SequentialState(*network(*layers, gain=gain))

    def test_theirs_here(self):
        theirs = self.network(
            nn.Linear(6, 5), self.norse.LIFBoxCell(), nn.Linear(5, 4), self.norse.LIFCell(), gain=8
        )
        given = inputs(6)
        graph = self.export(theirs, given[0, :1])
        assert_same_spikes(from_nir(graph, writer="norse")(given), stepped(theirs, given))

    def test_their_readout_here(self):
        theirs = self.network(nn.Linear(6, 5), self.norse.LIBoxCell(), gain=1)
        given = inputs(6)
        found = from_nir(self.export(theirs, given[0, :1]), writer="norse")(given)
        torch.testing.assert_close(found, stepped(theirs, given))

    def test_ours_there(self):
        given = inputs(6)
        assert_same_spikes(stepped(self.load(to_("norse", ours())), given), ours()(given))

    def test_ours_with_maps_there(self):
        given = inputs(1, 8, 8)
        module = maps(**HARD)
        graph = to_("norse", module, (1, 8, 8))
        assert_same_spikes(stepped(self.load(graph), given), module(given))

    def test_ours_recurrent_there(self):
        given = inputs(6)
        assert_same_spikes(stepped(self.load(to_("norse", loop())), given), loop()(given))

    @pytest.mark.parametrize("reset", ["soft", "hard"])
    def test_their_reader_is_told_how_a_synaptic_neuron_resets(self, reset):
        module = network(nn.Linear(6, 5), CuBaLIF(threshold=0.5, reset=reset))
        method = {"soft": "reset_subtract", "hard": "reset_value"}[reset]
        method = getattr(peer("norse.torch.functional.reset"), method)
        theirs = self.load(to_("norse", module), reset_method=method)
        given = inputs(6)
        assert_same_spikes(stepped(theirs, given), module(given))


class TestSinabs:
    """It takes exact steps of length 1, and several spikes in one where they fit."""

    @pytest.fixture(autouse=True)
    def _peer(self):
        self.layers = peer("sinabs.layers")
        self.single = peer("sinabs.activation").SingleSpike
        self.export = peer("sinabs.nir").to_nir
        self.load = peer("sinabs.nir").from_nir

    def run(self, module, given):
        peer("sinabs").reset_states(module)
        for layer in module.modules():
            if type(layer) is self.layers.LIFSqueeze:
                layer.spike_fn = self.single
        found = module(given.transpose(0, 1).flatten(0, 1))
        found = found[0] if isinstance(found, tuple) else found
        return found.unflatten(0, (BATCH, STEPS)).transpose(0, 1).detach()

    @pytest.mark.parametrize("norm_input", [True, False])
    def test_theirs_here(self, norm_input):
        options = {"batch_size": BATCH, "norm_input": norm_input}
        theirs = network(
            nn.Linear(6, 5),
            self.layers.LIFSqueeze(tau_mem=10.0, **options),
            nn.Linear(5, 4),
            self.layers.LIFSqueeze(tau_mem=20.0, **options),
            gain=20 if norm_input else 1.5,
        )
        rule = WRITERS["sinabs"]
        rule = rule if norm_input else rule._replace(membrane="jump")
        given = inputs(6)
        graph = self.export(theirs, given[0])
        assert_same_spikes(from_nir(graph, writer=rule)(given), self.run(theirs, given))

    def test_their_readout_here(self):
        theirs = network(
            nn.Linear(6, 5), self.layers.ExpLeakSqueeze(tau_mem=10.0, batch_size=BATCH)
        )
        given = inputs(6)
        found = from_nir(self.export(theirs, given[0]), writer="sinabs")(given)
        torch.testing.assert_close(found, self.run(theirs, given))

    def test_ours_there(self):
        module = network(nn.Linear(6, 5, bias=False), LIF(), nn.Linear(5, 4), LIF(20.0), gain=0.9)
        given = inputs(6)
        theirs = self.load(to_("sinabs", module), batch_size=BATCH)
        assert_same_spikes(self.run(theirs, given), module(given))

    def test_our_readout_there(self):
        module = network(nn.Linear(6, 5), LeakyIntegrator(15.0))
        given = inputs(6)
        theirs = self.load(to_("sinabs", module), batch_size=BATCH)
        torch.testing.assert_close(self.run(theirs, given), module(given).detach())


class TestSpikingJelly:
    """It takes Euler steps of a length that is asked for, and refuses what it does not hold."""

    @pytest.fixture(autouse=True)
    def _peer(self):
        base = "spikingjelly.activation_based."
        self.layer, self.neuron, self.functional, exchange = (
            peer(base + name) for name in ("layer", "neuron", "functional", "nir_exchange")
        )
        self.export = exchange.export_to_nir
        self.load = exchange.import_from_nir

    def test_theirs_here(self):
        theirs = network(
            self.layer.Conv2d(1, 2, 3),
            self.neuron.LIFNode(tau=10.0, decay_input=True, v_reset=-0.1),
            self.layer.AvgPool2d(2),
            self.layer.Flatten(),
            self.layer.Linear(18, 4),
            self.neuron.LIFNode(tau=10.0, decay_input=False),
            self.layer.Linear(4, 4),
            self.neuron.CUBALIFNode(c_decay=0.8, v_decay=0.9, v_reset=0.0),
            gain=3,
        )
        theirs[0].weight.data *= 2
        self.functional.set_step_mode(theirs, "m")
        given = inputs(1, 8, 8)
        graph = self.export(theirs, given[:2, :1])
        self.functional.reset_net(theirs)
        expected = theirs(given).detach()
        assert_same_spikes(from_nir(graph, writer="spikingjelly")(given), expected)

    def test_ours_there(self):
        given = inputs(6)
        found, _ = self.load(to_("spikingjelly", ours()), step_mode="m")(given)
        assert_same_spikes(found.detach(), ours()(given))

    def test_ours_with_maps_there(self):
        given = inputs(1, 8, 8)
        module = maps(**HARD)
        found, _ = self.load(to_("spikingjelly", module, (1, 8, 8)), step_mode="m")(given)
        assert_same_spikes(found.detach(), module(given))

    def test_ours_recurrent_there(self):
        given = inputs(6)
        assert_same_spikes(stepped(self.load(to_("spikingjelly", loop())), given), loop()(given))

    def test_another_step_there(self):
        given = inputs(6)
        graph = to_(READERS["spikingjelly"]._replace(step=1e-3), ours())
        found, _ = self.load(graph, dt=1e-3, step_mode="m")(given)
        assert_same_spikes(found.detach(), ours()(given))
