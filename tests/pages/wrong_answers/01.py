"""Wrong answers to the exercises of page 01."""


def counted_from_one(step, steps):
    return 1 - step / steps


def bright_is_late(step, steps):
    return step / (steps - 1)


def always_eleven_steps(step, steps):
    return 1 - step / 10


def always_21_steps(step, steps):
    return 1 - step / 20


def steps_up_to_ten(step, steps):
    return 1 - min(step, 10) / (steps - 1)


def trains_up_to_25(step, steps):
    return 1 - step / (min(steps, 25) - 1)


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


def five_digits(x, steps):
    return [digit * (step < 5) for step, digit in enumerate(digits(x, steps))]


def a_little_more(x, steps):
    return digits(x + 0.001, steps)


def a_hair_more(x, steps):
    return digits(x + 0.00005, steps)


WRONG = {
    "01.1": [(75, "square root"), (9, "multiply the 25 steps"), (25 * 3**0.5, "square root")],
    "01.2": [
        (counted_from_one, "T - 1 intervals"),
        (bright_is_late, "brightest"),
        (always_eleven_steps, "number of steps that is given"),
        (always_21_steps, "number of steps that is given"),
        (steps_up_to_ten, "late steps"),
        (trains_up_to_25, "long trains"),
    ],
    "01.3": [
        (lowest_digit_first, "worth 1/2"),
        (rounded, "Never send more"),
        (spikes_once, "0.625 = 1/2"),
        (five_digits, "the last one as well"),
        (a_little_more, "the last one as well"),
        (a_hair_more, "without any margin"),
    ],
}
