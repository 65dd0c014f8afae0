"""What the folded answers of page 07 say."""

from functools import partial

from tests.pages.answers import cells, run


def test_page_07_up_to_section_2(page):
    run([source for source in cells("07_first_trained_network", 3) if "def train(" in source], page)
    fresh = page["fresh"]
    encoders = {
        steps: partial(page["encoding"].rate, steps=steps, generator=page["seed_torch"](7))
        for steps in (3, 10, 30)
    }

    def with_steps(steps):
        def start(seed):
            network, _, generator = fresh(seed)
            return (
                network,
                partial(page["encoding"].rate, steps=steps, generator=generator),
                generator,
            )

        page["fresh"] = start
        network = page["train"](0)[0]
        test = page["test_images"], page["test_labels"]
        return [
            100 * page["evaluate"](network, *test, encode=encode) for encode in encoders.values()
        ]

    few, many = with_steps(3), with_steps(10)
    assert all(91 <= read <= 94 for read in [*few, many[0]])
    assert all(95.5 <= read <= 97 for read in many[1:])
