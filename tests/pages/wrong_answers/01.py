"""Wrong answers to the exercises of page 01."""


def sent_by(rule):
    """Return a sender: `rule` gives the spike and what is known after it."""

    def send(signal, threshold):
        known = 0
        spikes = []
        for grey in signal:
            spike, known = rule(grey, known, threshold)
            spikes.append(spike)
        return spikes

    return send


def sign(rise, threshold):
    return int(rise >= threshold) - int(-rise >= threshold)


@sent_by
def rises_only(grey, known, threshold):
    spike = int(grey - known >= threshold)
    return spike, known + spike * threshold


@sent_by
def since_the_last_grey(grey, known, threshold):
    return sign(grey - known, threshold), grey


@sent_by
def all_at_once(grey, known, threshold):
    spike = int((grey - known) / threshold)
    return spike, known + spike * threshold


@sent_by
def off_takes_nothing(grey, known, threshold):
    spike = sign(grey - known, threshold)
    return spike, known + max(spike, 0) * threshold


@sent_by
def any_fall(grey, known, threshold):
    spike = int(grey - known >= threshold) - int(grey < known)
    return spike, known + spike * threshold


@sent_by
def more_than_a_threshold(grey, known, threshold):
    spike = int(grey - known > threshold) - int(known - grey > threshold)
    return spike, known + spike * threshold


@sent_by
def falls_of_more_than_a_threshold(grey, known, threshold):
    spike = int(grey - known >= threshold) - int(known - grey > threshold)
    return spike, known + spike * threshold


def lowest_digit_first(x, steps):
    return [int(x * 2**steps) >> k & 1 for k in range(steps)]


def rounded(x, steps):
    nearest = min(round(x * 2**steps + 0.5), 2**steps - 1)
    return [int(digit) for digit in format(nearest, f"0{steps}b")]


def spikes_once(x, steps):
    first = next(step for step in range(steps) if x >= 0.5 ** (step + 1))
    return [int(step == first) for step in range(steps)]


def digits(x, steps):
    return [int(x * 2 ** (step + 1)) & 1 for step in range(steps)]


def without_zeros_in_front(x, steps):
    return [int(digit) for digit in format(int(x * 2**steps), "b")]


def a_digit_more_for_white(x, steps):
    return [int(digit) for digit in format(int(x * 2**steps), f"0{steps}b")]


def five_digits(x, steps):
    return [digit * (step < 5) for step, digit in enumerate(digits(x, steps))]


def a_little_more(x, steps):
    return digits(x + 0.001, steps)


def a_hair_more(x, steps):
    return digits(x + 0.00005, steps)


WRONG = {
    "01.1": [(75, "square root"), (9, "multiply the 25 steps"), (25 * 3**0.5, "square root")],
    "01.2": [
        (rises_only, "send OFF"),
        (since_the_last_grey, "by one threshold"),
        (all_at_once, "one spike in each"),
        (off_takes_nothing, "takes a threshold off"),
        (any_fall, "neither up nor down"),
        (more_than_a_threshold, "exactly a threshold"),
        (falls_of_more_than_a_threshold, "A fall by exactly"),
    ],
    "01.3": [
        (lowest_digit_first, "worth 1/2"),
        (rounded, "Never send more"),
        (spikes_once, "0.625 = 1/2"),
        (without_zeros_in_front, "zeros in front"),
        (five_digits, "the last one as well"),
        (a_little_more, "the last one as well"),
        (a_hair_more, "without any margin"),
        (digits, "gets all ones"),
        (a_digit_more_for_white, "gets all ones"),
    ],
}
