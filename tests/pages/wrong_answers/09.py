"""Wrong answers to the exercises of page 09."""


def synapse(depress, potentiate, early=False, late=False):
    """Return a loop with these two changes; `early`: y is marked too soon, `late`: x is."""

    def answer(pre, post, weight, alpha, up, down):
        x = 0.0
        y = 0.0
        for now_pre, now_post in zip(pre, post, strict=True):
            x = alpha * x + (0 if late else now_pre)
            y = alpha * y + (now_post if early else 0)
            before = weight
            weight = weight - depress(before, down) * y * now_pre
            weight = weight + potentiate(weight, before, up) * x * now_post
            x += now_pre if late else 0
            y += 0 if early else now_post
        return weight

    return answer


def falling(weight, down):
    return down * weight


def rising(weight, before, up):
    return up * (1 - weight)


WRONG = {
    "09.1": [
        (0.0525, "A pair is missing"),
        (0.0125, "not as too late"),
        (0.1125, "depress as well"),
        (0.14, "Every pair counts"),
        (0.1525 + 0.02, "Four pairs"),
    ],
    "09.2": [
        (synapse(lambda w, down: down, lambda w, before, up: up), "additive bound"),
        (synapse(falling, rising, early=True), "before it is read"),
        (synapse(falling, rising, late=True), "x has taken the pre spike"),
        (synapse(falling, lambda w, before, up: up), "additive bound"),
        (synapse(lambda w, down: down * (1 - w), lambda w, before, up: up * w), "wrong way round"),
        (synapse(falling, lambda w, before, up: up * (1 - before)), "starts from the weight"),
    ],
    "09.3": [
        (7.1e-3 * 33.7 / (6.5e-3 * 16.8 * 114), "ms and s"),
        (1092, "Potentiation"),
        (19.6, "its own step"),
        (18.85, "all three traces"),
        (18.3, "its own step"),
        (19.22, "continuous time"),
    ],
}
