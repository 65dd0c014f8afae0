"""Formulas of LaTeX as MathML, which browsers show without a script."""

import re

from latex2mathml.converter import convert

# What latex2mathml does not know, and upright words, which only as text stay upright and in one
# piece.
REPLACED = {
    r"\mathrm": r"\text",
    r"\arg": r"\text{arg}\,",
    r"\big\langle": r"\langle",
    r"\big\rangle": r"\rangle",
    "{aligned}": "{split}",
}
STRETCHED = "&#x23DF;", "&#x23DE;"  # braces below and above
THIN = '<mspace width="0.167em" />'  # beside the name of a function, where no operator keeps room
NAME = "<mi>(?:ln|log|sin|cos)</mi>"
ENDS = r"(?<!&#x02308;)</m(?:[in]|sub|sup|frac|text)>|&#x00029;</mo>"
BEFORE = re.compile(rf"({ENDS})(?={NAME}|<msub>{NAME})")
BEHIND = re.compile(rf"((?<!<msub>){NAME})(?!<mo|</|$)")


def mathml(formula: str, display: str) -> str:
    """Return a formula of LaTeX as MathML, its horizontal braces as wide as what they hold."""
    for command, known in REPLACED.items():
        formula = formula.replace(command, known)
    made = convert(formula.strip(), display=display)
    made = BEHIND.sub(rf"\1{THIN}", BEFORE.sub(rf"\1{THIN}", made))
    for brace in STRETCHED:
        made = made.replace(f"<mo>{brace}</mo>", f'<mo stretchy="true">{brace}</mo>')
    return made
