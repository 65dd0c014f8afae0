"""Read the quiz bank, and write it for learning platforms: Moodle's GIFT, and QTI 2.1.

A question has one right answer and three wrong ones. Some wrong ones stand for a belief among the
misconceptions of `pages.yaml`, in words of their own that answer the question; the misconception,
and what is said there against it, is the feedback. The order of the answers follows from a seed.
Two questions of each page are held back: the exports leave them out, and exams ask no others.
"""

import functools
import random
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Xml

import yaml

from .page import Page, notes

BANK = Path(__file__).with_name("course_source") / "quiz.yaml"
LETTERS = "ABCD"
SEED = 1  # of what is held back, and of exams, if no other is given
HELD_BACK = 2  # questions of a page that only exams ask
ITEM_SPACE = "http://www.imsglobal.org/xsd/imsqti_v2p1"
PACKAGE_SPACE = "http://www.imsglobal.org/xsd/imscp_v1p1"
PROCESSING = """\
<responseProcessing>
  <responseCondition>
    <responseIf>
      <match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>
      <setOutcomeValue identifier="SCORE">
        <baseValue baseType="float">1</baseValue>
      </setOutcomeValue>
    </responseIf>
    <responseElse>
      <setOutcomeValue identifier="SCORE">
        <baseValue baseType="float">0</baseValue>
      </setOutcomeValue>
    </responseElse>
  </responseCondition>
  <setOutcomeValue identifier="FEEDBACK"><variable identifier="RESPONSE"/></setOutcomeValue>
</responseProcessing>"""  # one point for the right letter; and the feedback to the letter given


@dataclass(frozen=True)
class Option:
    """One answer: what it says, whether it is right, and what is said against it, as Markdown."""

    text: str
    right: bool = False
    feedback: str = ""


@dataclass(frozen=True)
class Question:
    """One question: its name, like ``02.1``, what it asks, and its answers, the right one first.

    What it asks is Markdown, as its answers are.
    """

    name: str
    ask: str
    options: tuple[Option, ...]

    def shuffled(self, seed: int = 0) -> list[Option]:
        """Return the answers in the order of a seed, the same on every machine."""
        order = list(self.options)
        random.Random(f"{seed} {self.name}").shuffle(order)
        return order

    def placed(self, letter: str, seed: str) -> list[Option]:
        """Return the answers with the right one at a letter, the others in the order of a seed."""
        order = list(self.options[1:])
        random.Random(f"{seed} {self.name}").shuffle(order)
        order.insert(LETTERS.index(letter), self.options[0])
        return order

    def letter(self, seed: int = 0) -> str:
        """Return the letter of the right answer in the order of a seed."""
        return LETTERS[[option.right for option in self.shuffled(seed)].index(True)]


def plain(text: str) -> str:
    """Return a text without Markdown, its formulas between the marks that platforms know."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    text = re.sub(r"\$([^$]+)\$", r"\\(\1\\)", text)
    return re.sub(r"[*`]", "", text)


@functools.cache
def bank() -> dict[str, list[dict]]:
    """Return the bank as it is written, page by page."""
    return yaml.safe_load(BANK.read_text(encoding="utf-8"))


@functools.cache
def noted() -> dict[str, dict]:
    """Return the notes on all pages, read once."""
    return notes()


@functools.cache
def questions(name: str) -> list[Question]:
    """Return the questions on a page; none if the bank has none."""
    beliefs = noted()[name]["misconceptions"]
    return [
        from_bank(f"{name[:2]}.{k}", each, beliefs)
        for k, each in enumerate(bank().get(name, []), 1)
    ]


def shared_out(name: str, seed: int = SEED) -> tuple[list[Question], list[Question]]:
    """Return the questions on a page for practice, in the order of the bank, and for exams."""
    asked = questions(name)
    kept = random.Random(f"{seed} {name}").sample(asked, min(HELD_BACK, len(asked)))
    return [each for each in asked if each not in kept], kept


def from_bank(name: str, entry: dict, beliefs: list[str]) -> Question:
    """Return a question from its entry in the bank and the misconceptions of its page.

    Raises:
        ValueError: if a wrong answer is neither a text nor a belief with words of its own.
    """
    wrong = [_wrong(name, each, beliefs) for each in entry["wrong"]]
    return Question(name, entry["ask"], (Option(entry["right"], right=True), *wrong))


def _wrong(name: str, entry: object, beliefs: list[str]) -> Option:
    if isinstance(entry, str):
        return Option(entry)
    if not isinstance(entry, dict) or set(entry) != {"belief", "say"}:
        raise ValueError(
            f"{name}: a wrong answer is a text, or {{belief: 1, say: a text}}, not {entry!r}"
        )
    if entry["belief"] not in range(1, len(beliefs) + 1):
        raise ValueError(f"{name}: belief {entry['belief']!r} is none of 1 to {len(beliefs)}")
    return Option(entry["say"], feedback=beliefs[entry["belief"] - 1])


def gift(course: dict[str, Page], seed: int = SEED) -> str:
    """Return the questions for practice in Moodle's GIFT format, one category per page."""
    parts = []
    for name, page in course.items():
        if asked := shared_out(name, seed)[0]:
            parts.append(f"$CATEGORY: snn_core/{page.title.replace('/', ' ')}")
            parts += [gift_question(each) for each in asked]
    return "\n\n".join(parts) + "\n"


def gift_question(question: Question) -> str:
    """Return one question in GIFT."""
    lines = [f"::{question.name}::{_escaped(question.ask)} {{"]
    for option in question.shuffled():
        feedback = f" #{_escaped(option.feedback)}" if option.feedback else ""
        lines.append(f"{'=' if option.right else '~'}{_escaped(option.text)}{feedback}")
    return "\n".join([*lines, "}"])


def _escaped(text: str) -> str:
    return re.sub(r"([\\~=#{}:])", r"\\\1", plain(text))


def qti_item(question: Question) -> str:
    """Return one question as an assessment item of QTI 2.1."""
    item = Xml.Element(
        "assessmentItem",
        {
            "xmlns": ITEM_SPACE,
            "identifier": identifier(question),
            "title": question.name,
            "adaptive": "false",
            "timeDependent": "false",
        },
    )
    order = question.shuffled()
    _declare(item, LETTERS[[option.right for option in order].index(True)])
    _body(item, question, order)
    item.append(Xml.fromstring(PROCESSING))
    for letter, option in zip(LETTERS, order, strict=True):
        if option.feedback:
            _feedback(item, letter, option.feedback)
    return _written(item)


def identifier(question: Question) -> str:
    """Return the identifier of a question in QTI, which begins with a letter and has no dot."""
    return "q" + question.name.replace(".", "_")


def _declare(item: Xml.Element, letter: str) -> None:
    """Declare the response with its right value, the score, and what feedback is shown."""
    response = Xml.SubElement(
        item,
        "responseDeclaration",
        identifier="RESPONSE",
        cardinality="single",
        baseType="identifier",
    )
    Xml.SubElement(Xml.SubElement(response, "correctResponse"), "value").text = letter
    for name, kind in (("SCORE", "float"), ("FEEDBACK", "identifier")):
        Xml.SubElement(
            item, "outcomeDeclaration", identifier=name, cardinality="single", baseType=kind
        )


def _body(item: Xml.Element, question: Question, order: list[Option]) -> None:
    """Write what is asked, and the answers to choose from."""
    choice = Xml.SubElement(
        Xml.SubElement(item, "itemBody"),
        "choiceInteraction",
        responseIdentifier="RESPONSE",
        shuffle="true",
        maxChoices="1",
    )
    Xml.SubElement(choice, "prompt").text = plain(question.ask)
    for letter, option in zip(LETTERS, order, strict=True):
        Xml.SubElement(choice, "simpleChoice", identifier=letter).text = plain(option.text)


def _feedback(item: Xml.Element, letter: str, text: str) -> None:
    """Write what a platform shows to somebody who gave the answer with this letter."""
    shown = Xml.SubElement(
        item, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=letter, showHide="show"
    )
    shown.text = plain(text)


def manifest(asked: list[Question]) -> str:
    """Return the manifest of a package that holds the questions."""
    top = Xml.Element("manifest", {"xmlns": PACKAGE_SPACE, "identifier": "snn_core_quiz"})
    described = Xml.SubElement(top, "metadata")
    Xml.SubElement(described, "schema").text = "QTIv2.1 Package"
    Xml.SubElement(described, "schemaversion").text = "1.0.0"
    Xml.SubElement(top, "organizations")
    resources = Xml.SubElement(top, "resources")
    for question in asked:
        name = identifier(question)
        resource = Xml.SubElement(
            resources,
            "resource",
            identifier=name,
            type="imsqti_item_xmlv2p1",
            href=f"{name}.xml",
        )
        Xml.SubElement(resource, "file", href=f"{name}.xml")
    return _written(top)


def _written(element: Xml.Element) -> str:
    Xml.indent(element)
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return head + Xml.tostring(element, encoding="unicode") + "\n"


def pack_qti(course: dict[str, Page], path: Path, seed: int = SEED) -> None:
    """Write the questions for practice as a QTI 2.1 package: a zip of a manifest and items."""
    asked = [question for name in course for question in shared_out(name, seed)[0]]
    files = {"imsmanifest.xml": manifest(asked)}
    files |= {f"{identifier(question)}.xml": qti_item(question) for question in asked}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
