"""Constants that stay exact, whatever the precision of the network that they are part of."""

import json
from collections.abc import Callable
from typing import Self

import torch
from torch import Tensor, nn

from .. import _checks
from ..precision import wide
from .decays import given_decay, logit

WITHOUT_FLOAT64 = ("mps",)


class Constants(nn.Module):
    """A module that owns constants, fixed ones in float64, learnt ones in float32 or better.

    ``.half()``, ``.bfloat16()`` and the like change no constant: only the device follows. A fixed
    constant loads into a learnt one and back; settings that are no tensors are saved as well, and
    compared when a checkpoint is loaded, unless ``strict=False`` asks for the tensors only.
    """

    def __init__(self) -> None:
        super().__init__()
        self._keys: dict[str, str] = {}  # by constant, its key in the checkpoint
        self._called: dict[str, str] = {}  # by decay, what the user gave: it or its time constant

    def own_constant(self, name: str, value: Tensor, *, learn: bool = False) -> None:
        """Keep `value` as the attribute `name`: a buffer, or a parameter if it is learnt."""
        self._own(name, name, value, learn)

    def own_decay(
        self,
        given: dict[str, Tensor | float | None],
        usual: float,
        dt: float,
        *,
        learn: bool = False,
    ) -> None:
        """Keep a decay, as its logit if it is learnt; read it by `constant`.

        Args:
            given, usual, dt: those of `given_decay`.
            learn: keep it as a parameter.
        """
        value = given_decay(given, usual, dt)
        tau, name = given
        self._called[name] = tau if given[name] is None else name
        if learn is True:
            self._own(name, f"{name}_logit", logit(self._called[name], value), learn)
        else:
            self._own(name, f"_{name}", value, learn)

    def called(self, name: str) -> str:
        """Return the name by which a user gave a constant: a time constant's, or its own."""
        return self._called.get(name, name)

    def _own(self, name: str, key: str, value: Tensor, learn: bool) -> None:
        _checks.require(isinstance(learn, bool), f"learn_{name}", repr(learn), "True or False")
        self._keys[name] = key
        if learn:
            learnt = value.to(wide(torch.get_default_dtype()))
            setattr(self, key, nn.Parameter(learnt))
        else:
            self.register_buffer(key, exact(value))

    def constant(self, name: str, like: Tensor | None = None) -> Tensor:
        """Return a constant to apply to the state `like`, or as exactly as it is kept.

        One number of the same device stays as it is: PyTorch multiplies it in the dtype of the
        state, and a step of the loop neither copies nor keeps it.

        Args:
            name: of a constant that the module owns.
            like: the state that it is applied to, ``[B, …]``.

        Returns:
            A scalar, or one entry per neuron, in dtype and device of the state.
        """
        key = self._keys[name]
        kept = self._buffers.get(key)  # sooner found than by `getattr`, in every step
        learnt = kept is None
        value: Tensor = getattr(self, key) if kept is None else kept
        if like is None:
            value = exact(value)
        elif learnt or value.dim() or value.device != like.device:
            value = value.to(like)
        return torch.sigmoid(value) if learnt and key != name else value

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        values = [getattr(self, key) for key in self._keys.values()]
        learnt: list[Tensor] = [value for value in values if isinstance(value, nn.Parameter)]
        learnt += [value.grad for value in learnt if value.grad is not None]

        def careful(tensor: Tensor) -> Tensor:
            if _is_one_of(tensor, learnt):
                moved = fn(tensor)
                rounded = moved.dtype != wide(moved)
                return tensor.to(moved.device, wide(moved)) if rounded else moved
            return _moved(tensor, fn) if _is_one_of(tensor, values) else fn(tensor)

        super()._apply(careful, recurse)  # type: ignore[no-untyped-call]
        return self

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Tensor],
        prefix: str,
        metadata: object,
        strict: bool,
        *others: object,
    ) -> None:
        if not strict:  # then only the tensors count
            state_dict.pop(f"{prefix}_extra_state", None)
        for name, key in self._keys.items():
            fixed = f"{prefix}_{name}"
            learnt = f"{prefix}{name}_logit"
            if prefix + key == learnt and fixed in state_dict:
                state_dict[learnt] = logit(name, exact(state_dict.pop(fixed)))
            if prefix + key == fixed and learnt in state_dict:
                state_dict[fixed] = torch.sigmoid(exact(state_dict.pop(learnt)))
            if isinstance(saved := state_dict.get(prefix + key), Tensor):
                own = getattr(self, key)  # `load_state_dict(assign=True)` takes the dtype as well
                state_dict[prefix + key] = saved.to(own.dtype)
        super()._load_from_state_dict(state_dict, prefix, metadata, strict, *others)

    def settings(self) -> dict[str, object]:
        """Return what else a checkpoint must agree in: names, numbers and truth values by name."""
        return {}

    def get_extra_state(self) -> Tensor:
        """Return the settings as text in a tensor, so that all of a checkpoint is tensors."""
        text = json.dumps(self.settings()).encode()
        return torch.tensor(list(text), dtype=torch.uint8)

    def set_extra_state(self, state: Tensor) -> None:
        """Require that a checkpoint was saved with the settings of this module."""
        saved = json.loads(bytes(state.to(torch.uint8).tolist()))
        own = self.settings()
        differ = sorted(name for name in saved | own if saved.get(name) != own.get(name))
        if differ:
            came = {name: saved.get(name) for name in differ}
            expected = {name: own.get(name) for name in differ}
            _checks.fail(", ".join(differ), f"{came} in the checkpoint", f"{expected} as here")


def exact(value: Tensor) -> Tensor:
    """Return `value` in float64, or in float32 on a device that knows no float64."""
    return value.to(_widest(value.device))


def _widest(device: torch.device) -> torch.dtype:
    return torch.float32 if device.type in WITHOUT_FLOAT64 else torch.float64


def _moved(constant: Tensor, fn: Callable[[Tensor], Tensor]) -> Tensor:
    """Return a fixed constant on the device that `fn` moves to, as exact as it is there."""
    probe = torch.zeros((), device=constant.device, dtype=torch.float32)
    device = fn(probe).device
    if constant.is_meta:
        return torch.empty_like(constant, device=device, dtype=_widest(device))
    return constant.to(device, _widest(device))


def _is_one_of(tensor: Tensor, others: list[Tensor]) -> bool:
    return any(tensor is other for other in others)
