"""A small page to try things on."""

from publish.page import Page, parse

TITLE = """# %% [markdown]
# # 42 · A page
#
# **What is asked?**
#
# Needs: page 01. · 20 minutes to read, half a minute to run. · Introduces `LIF` and `rate`.
"""
SETUP = '\n# %% tags=["setup"]\nimport torch\n'
PICTURE = '\n# %% alt="A picture"\nfirst = 1\n'
GOALS = "\n# %% [markdown]\n# ## You will\n#\n# - look;\n# - count;\n# - tell.\n"
START = TITLE + SETUP + PICTURE + GOALS
CHECK = '\n# %% tags=["check"]\nassert first == 1\n'
EXERCISES = """
# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · Warm up
#
# Count.

# %% tags=["exercise"]
answer = None
check("42.1", answer)

# %% [markdown] tags=["solution"]
# <details><summary>Solution</summary>
#
# ```python
# answer = 3
# ```
#
# </details>

# %% [markdown]
# ### 2 · Open
#
# Go on.
"""
DEEPER = "\n# %% [markdown]\n# ## Deeper\n#\n# A proof.\n\n# %%\nproof = 1\n"


def text(words):
    """Return a cell of prose."""
    return (
        "\n# %% [markdown]\n"
        + "\n".join(f"# {line}".rstrip() for line in words.splitlines())
        + "\n"
    )


def page(*parts, name="42_a_page"):
    """Return a page made of parts of its source."""
    return Page(name, parse("".join(parts)))
