"""Wrong answers to the exercises of page 21."""

SPIKE, STEP, MESSAGE = 5.9, 14.6, 5.2


def sum_of_spikes(spikes, neurons):
    return spikes.sum().item()


def of_the_whole_batch(spikes, neurons):
    return spikes.sum().item() * neurons


def per_step(spikes, neurons):
    return spikes.sum().item() * neurons / spikes.shape[0] / spikes.shape[1]


def dense(spikes, neurons):
    return spikes[:, 0].numel() * neurons


def nobody_shares(add, multiply, read, batch):
    return (add + multiply + read) / (add + read)


def both_share(add, multiply, read, batch):
    return (add + multiply + read / batch) / (add + read / batch)


def spiking_shares(add, multiply, read, batch):
    return (add + multiply + read) / (add + read / batch)


def no_addition(add, multiply, read, batch):
    return (multiply + read / batch) / (add + read)


WRONG = {
    "21.1": [
        (30 * (50 * SPIKE + MESSAGE), "silent steps"),
        (30 * (50 * SPIKE + MESSAGE) + 50 * STEP, "every step"),
        (30 * 50 * SPIKE + 50 * 10 * STEP, "has to be sent"),
        (300 * (50 * SPIKE + MESSAGE) + 50 * 10 * STEP, "all steps together"),
        (30 * SPIKE + 30 * MESSAGE + 50 * 10 * STEP, "How many synapses"),
        (100 * 50 * SPIKE, "Three parts"),
    ],
    "21.2": [
        (sum_of_spikes, "synapse of each neuron"),
        (of_the_whole_batch, "For one image"),
        (per_step, "synapse of each neuron"),
        (dense, "synapse of each neuron"),
    ],
    "21.3": [
        (nobody_shares, "only the ordinary layer"),
        (both_share, "only the ordinary layer"),
        (spiking_shares, "only the ordinary layer"),
        (no_addition, "for themselves"),
    ],
}
