"""Wrong answers to the exercises of page 09."""


def adds(spike, trace, alpha):
    return alpha * trace + spike


def does_not_decay(spike, trace, alpha):
    return 1.0 if spike else trace


def keeps_the_wrong_share(spike, trace, alpha):
    return 1.0 if spike else (1 - alpha) * trace


def upside_down(up, down, mu):
    return 1 / (1 + (up / down) ** (1 / mu))


def without_mu(up, down, mu):
    return up / (up + down)


def power_for_root(up, down, mu):
    return 1 / (1 + (down / up) ** mu)


WRONG = {
    "09.1": [
        (adds, "does not add"),
        (does_not_decay, "decays by alpha"),
        (keeps_the_wrong_share, "decays"),
    ],
    "09.2": [(upside_down, "Solve up"), (without_mu, "mu-th root"), (power_for_root, "mu-th root")],
    "09.3": [
        (7.1e-3 * 33.7 / (6.5e-3 * 16.8 * 114), "ms and s"),
        (1092, "Potentiation"),
        (19.6, "its own step"),
        (18.85, "all three traces"),
        (18.3, "its own step"),
        (19.22, "continuous time"),
    ],
}
