"""Write the questions for practice as a package of QTI 2.1, which learning platforms read."""

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree as Xml

from .page import Page
from .quiz import LETTERS, SEED, Option, Question, plain, shared_out

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
IN_UNICODE = {  # simple formulas, for what shows no TeX
    r"\\mathrm\{(\w+)\}": r"\1",
    r"\\sqrt (\w)": r"√\1",
    r"\\(beta|tau|theta|alpha|kappa)(?![a-z])": lambda found: GREEK[found[1]],
    r"\^\{([^}]*)\}": r"^(\1)",
    r"\^([23])": lambda found: RAISED[found[1]],
    r"\\,": " ",
    "-": "−",
}
GREEK = {"beta": "β", "tau": "τ", "theta": "θ", "alpha": "α", "kappa": "κ"}
RAISED = {"2": "²", "3": "³"}


def unicode(text: str) -> str:
    """Return a text without Markdown, its simple formulas in letters that everything shows.

    >>> unicode(r"It falls as $1/\\sqrt T$, *so* $e^{-\\mathrm{d}t/\\tau}$, $2n^3$.")
    'It falls as 1/√T, so e^(−dt/τ), 2n³.'
    """

    def written(found: re.Match) -> str:
        formula = found[1]
        for tex, said in IN_UNICODE.items():
            formula = re.sub(tex, said, formula)
        if "\\" in formula:
            raise ValueError(f"no letters are known for all of the formula {found[1]!r}")
        return formula

    return plain(re.sub(r"\$([^$]+)\$", written, text))


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
    Xml.SubElement(choice, "prompt").text = unicode(question.ask)
    for letter, option in zip(LETTERS, order, strict=True):
        Xml.SubElement(choice, "simpleChoice", identifier=letter).text = unicode(option.text)


def _feedback(item: Xml.Element, letter: str, text: str) -> None:
    """Write what a platform shows to somebody who gave the answer with this letter."""
    shown = Xml.SubElement(
        item, "modalFeedback", outcomeIdentifier="FEEDBACK", identifier=letter, showHide="show"
    )
    shown.text = unicode(text)


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
