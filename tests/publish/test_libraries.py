"""The page on other libraries: what stands in its last column exists. `tests/oracles` runs both."""

import math

import pytest
import torch

from snn_core import LIF, LeakyIntegrator, Surrogate
from tests.publish.libraries import TABLES, here

NUMBERS = {"alpha": 3.0, "slope": 25.0, "width": 0.5}


def test_tables_have_rows_of_one_length():
    lengths = {heading: {len(row) for row in rows} for heading, rows in TABLES.items()}
    assert lengths == {
        "A step": {6},
        "Neurons as they come": {4},
        "Neurons that hear each other": {5},
        "Surrogate derivatives": {3},
        "Losses": {3},
    }
    assert min(map(len, TABLES.values())) >= 9


@pytest.mark.parametrize("row", TABLES["Neurons as they come"], ids=" · ".join)
def test_neurons_run(row):
    assert here(row[-1])(torch.ones(3, 2, 4)).shape == (3, 2, 4)


@pytest.mark.parametrize("row", TABLES["Neurons that hear each other"], ids=" · ".join)
def test_recurrent_neurons_run(row):
    shape = (3, 2, 2, 1, 3) if "Conv2d" in row[-1] else (3, 2, 6)
    assert here(row[-1])(torch.ones(shape)).shape == shape


@pytest.mark.parametrize("row", TABLES["Surrogate derivatives"], ids=" · ".join)
def test_surrogates_exist(row):
    assert isinstance(here(row[-1], **NUMBERS), Surrogate)


@pytest.mark.parametrize("row", TABLES["Losses"], ids=" · ".join)
def test_losses_are_numbers(row):
    draws = torch.Generator().manual_seed(0)
    z = (torch.rand(9, 5, 4, generator=draws) < 0.3).float()
    values = {"z": z, "u": z, "y": torch.arange(5) % 4, "w": torch.ones(4), "T": 9}
    assert math.isfinite(here(row[-1], **values))


def test_the_exponential_shape_is_its_own_derivative():
    spike = here("Surrogate(exponential, 2, height=2)")
    x = torch.linspace(-1, 1, 21, dtype=torch.float64).requires_grad_()
    (slope,) = torch.autograd.grad(spike.primitive(x).sum(), x)
    apart = x != 0
    torch.testing.assert_close(slope[apart], spike.derivative(x)[apart])


def test_defaults_here_are_what_the_first_table_says():
    assert LIF().reset == "soft"
    assert LIF().detach_reset
    assert LeakyIntegrator(beta=0.5).beta == 0.5
