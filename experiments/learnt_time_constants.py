"""Let neurons learn the time constant of another one from its input and its spikes.

``python -m experiments.learnt_time_constants`` writes the record that page 03 shows. A teacher has
a time constant of 10, 20 or 40 ms and hears its input through a weight of 0.5, or 20 ms and a
larger weight. Eight students hear eight inputs of their own through the weight of the teacher; four
begin at 5 ms and four at 60. What they learn from are both spike trains, each through a leaky
integrator of 10 ms, by the surrogate gradient of the core. It leaves the reset out, as it does by
default, but in the last arm.
"""

import torch

from snn_core import LIF, LeakyIntegrator
from snn_core.teaching.records import record

SETTINGS = {
    "arms": {  # time constants of the teachers in ms
        "weight 0.5": {"weight": 0.5, "detach_reset": True, "teachers": [10.0, 20.0, 40.0]},
        "weight 0.8": {"weight": 0.8, "detach_reset": True, "teachers": [20.0]},
        "weight 0.9": {"weight": 0.9, "detach_reset": True, "teachers": [20.0]},
        "weight 0.9, reset counted": {"weight": 0.9, "detach_reset": False, "teachers": [20.0]},
    },
    "starts": [5.0, 5.0, 5.0, 5.0, 60.0, 60.0, 60.0, 60.0],  # ms
    "seeds": [0, 1, 2, 3, 4],
    "steps": 300,  # of 1 ms
    "trains": 8,  # for each student
    "chance": 0.15,  # of a spike, per step
    "blur": 10.0,  # ms
    "lr": 0.1,
    "updates": 240,
}


def learn(teacher: float, seed: int, weight: float = 0.5, detach_reset: bool = True) -> list[float]:
    """Return the time constants that the students end with, in ms."""
    starts = torch.tensor(SETTINGS["starts"])
    students = LIF(starts, learn_beta=True, detach_reset=detach_reset)
    shape = (SETTINGS["steps"], SETTINGS["trains"], len(SETTINGS["starts"]))
    came = torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < SETTINGS["chance"]
    heard = weight * came.float()
    blur = LeakyIntegrator(SETTINGS["blur"])
    wanted = blur(LIF(teacher)(heard))
    optimizer = torch.optim.Adam(students.parameters(), lr=SETTINGS["lr"])
    for _ in range(SETTINGS["updates"]):
        loss = (blur(students(heard)) - wanted).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return [round(tau, 3) for tau in students.tau_mem.tolist()]


def main() -> None:
    """Teach all students and write the record: by arm and teacher, one list for each seed."""
    results = {
        arm: {
            str(teacher): [
                learn(teacher, seed, options["weight"], options["detach_reset"])
                for seed in SETTINGS["seeds"]
            ]
            for teacher in options["teachers"]
        }
        for arm, options in SETTINGS["arms"].items()
    }
    print(record("learnt_time_constants", SETTINGS, results))


if __name__ == "__main__":
    main()
