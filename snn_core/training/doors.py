"""Doors of a training: what it is given to work with, checked before anything moves."""

from collections.abc import Callable, Mapping
from inspect import Parameter, signature

from torch import Generator, Tensor, nn
from torch.optim import Adam, Optimizer

from .. import _checks
from ..layers import require_order
from ..losses import Decoder, Objective


def require_network(network: nn.Module) -> None:
    """Require a module whose `Repeat` layers stand where there is no time yet."""
    is_module = isinstance(network, nn.Module)
    _checks.require(is_module, "network", type(network).__name__, "a module of PyTorch")
    require_order(network)


def require_functions(**functions: object) -> None:
    """Require functions, by the names of the arguments that they were given as."""
    for argument, function in functions.items():
        is_one = callable(function)
        _checks.require(is_one, argument, type(function).__name__, "a function")


def require_optional(**functions: object) -> None:
    """Require functions, or None."""
    require_functions(**{name: one for name, one in functions.items() if one is not None})


def require_none(without: str, **given: object) -> None:
    """Require that nothing is given that a training `without` something has no use for."""
    for argument, one in given.items():
        _checks.require(one is None, argument, type(one).__name__, f"None without {without}")


def require_lengths_taken(**functions: Callable[..., Tensor] | None) -> None:
    """Require functions with an argument `lengths`, since there are samples with some."""
    for argument, function in functions.items():
        if function is None:
            continue
        parameters = parameters_of(function)
        takes_any = any(one.kind is Parameter.VAR_KEYWORD for one in parameters.values())
        if not takes_any and "lengths" not in parameters:
            came = f"a function of ({', '.join(parameters)})"
            _checks.fail(argument, came, "one that takes `lengths`, as these samples have some")


def parameters_of(function: Callable[..., object]) -> Mapping[str, Parameter]:
    """Return the parameters of a function, none for one of C that names none."""
    try:
        return signature(function).parameters
    except ValueError:
        return {}


def decoder_of(loss: Objective, decode: Decoder | None) -> Decoder:
    """Return the decoder that was given, or that of the objective."""
    if decode is None:
        decode = getattr(objective_of(loss), "decode", None)
    if decode is None:
        _checks.fail("decode", None, "a decoder, since this loss names none, or accuracy=False")
    require_functions(decode=decode)
    return decode


def objective_of(loss: Objective) -> Objective:
    """Return the objective itself where `functools.partial` has given it options."""
    return getattr(loss, "func", loss)


def optimizer_of(network: nn.Module, optimizer: Optimizer | None) -> Optimizer:
    """Return the optimizer that was given, which has to move this network, or Adam."""
    owned = list(network.parameters())
    _checks.require(len(owned) > 0, "network", "no parameters", "something to learn")
    if optimizer is None:
        return Adam(owned)
    require_optimizer(optimizer)
    moved = {id(one) for group in optimizer.param_groups for one in group["params"]}
    is_its_own = any(id(one) in moved for one in owned)
    expected = "an optimizer of the network's"
    _checks.require(is_its_own, "optimizer", "one of other parameters", expected)
    return optimizer


def require_optimizer(optimizer: Optimizer) -> None:
    """Require an optimizer of PyTorch."""
    is_one = isinstance(optimizer, Optimizer)
    _checks.require(is_one, "optimizer", type(optimizer).__name__, "an optimizer of PyTorch")


def require_generator(generator: Generator | None) -> None:
    """Require a generator of PyTorch, or None."""
    is_one = generator is None or isinstance(generator, Generator)
    _checks.require(is_one, "generator", type(generator).__name__, "a torch.Generator")
