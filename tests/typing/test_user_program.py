"""What the type checker reads is a program that runs."""

from . import user_program


def test_the_program_that_is_checked_for_types_runs():
    user_program.main()
