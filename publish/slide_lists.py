"""Slides of what a page lists: its goals, its recap, the questions to discuss, and exercises."""

import re
from dataclasses import replace

from .slide_figures import Figures
from .slide_parts import Block, portions, sentences, words
from .slide_shows import told
from .slide_talk import discussion

FRAGMENT = re.compile(r'<div class="fragment"[^>]*>\n\n(.*?)\n\n</div>', flags=re.S)
GOALS = 95  # words of "You will", and of the recap


class Lists(Figures):
    """A walk that makes slides of lists."""

    def _listed(self, heading: str, ahead: list[tuple[int, Block]], notes: str) -> None:
        items = [line for _, e in ahead if e.kind == "list" for line in e.text.splitlines()]
        self.used |= {place for place, each in ahead if each.kind != "code"}
        closing = [told(each) for _, each in ahead if heading == "## Recap" and told(each)]
        room = GOALS - words(" ".join(closing))
        *before, last = portions(heading, items, limit=room)
        said = [each.text for _, each in ahead if each.text == "You"]
        texts = [*before, "\n\n".join([last, *closing])]
        texts[0] = "\n\n".join([heading, *said, texts[0].removeprefix(heading).strip()])
        self._add("goals", texts[0], "slide", notes)
        for text in texts[1:]:
            self._add("goals", text)
        if heading == "## Recap":
            for text, beside in discussion(self.page):
                kind = "slide" if text.startswith("## ") else "subslide"
                self._add("discuss", text, kind, beside, short=FRAGMENT.sub(r"\1", text))

    def _exercises(self, heading: str, notes: str) -> None:
        """Add the list of exercises, and the text of each, as an appendix."""
        texts: dict[str, list[Block]] = {}
        for place in range(self.place + 1, len(self.blocks)):
            each = self.blocks[place]
            if each.text.startswith("## "):
                break
            self.used.add(place)
            if re.match(r"### \d · ", each.text):
                texts[each.text] = []
            elif each.kind not in ("code", "heading") and texts:
                said = re.sub(r":$", ".", each.text) if each.kind == "text" else each.text
                texts[list(texts)[-1]].append(replace(each, text=said))
        (shown,) = portions(heading, [title.replace("### ", "- ") for title in texts])
        self._add("exercise", shown, "slide", notes)
        for title, said in texts.items():
            prose = all(each.kind == "text" for each in said)
            parts = [sentences(each.text) if prose else [each.text] for each in said]
            for text in portions(title, sum(parts, []), " " if prose else "\n\n"):
                self._add("exercise", text)
