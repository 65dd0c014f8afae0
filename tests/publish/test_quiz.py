"""The quiz bank is whole, and each platform reads from its export what the bank says.

GIFT and QTI are read here by small readers written from the formats' descriptions: Moodle's
"GIFT format", and IMS QTI 2.1 (assessment item, response processing).
"""

import itertools
import re
import zipfile
from xml.etree import ElementTree as Xml

import pytest

from publish import exam_choices, qti, quiz
from publish.course_files import model_answers, notes, written
from tests.pages import PAGES, READ

NOT_YET: set[str] = set()  # pages without questions and model answers; the set only shrinks
BANK = written("quiz")
ASKED = [name for name in READ if name[:2] not in NOT_YET]
asked_pages = pytest.mark.parametrize("name", ASKED)
QTI = f"{{{qti.ITEM_SPACE}}}"
OPENINGS = ("That", "By", "From", "To", "When", "Because", "It")
DENIALS = re.compile(r"\b(not|no|never|nothing|hardly|none|neither)\b", flags=re.I)


def every_question():
    return [question for name in ASKED for question in quiz.questions(name)]


@asked_pages
def test_every_page_has_five_questions_of_four_answers(name):
    asked = quiz.questions(name)
    assert [question.name for question in asked] == [f"{name[:2]}.{k}" for k in range(1, 6)]
    for question in asked:
        assert question.ask.endswith("?")
        texts = [option.text for option in question.options]
        assert len(set(texts)) == 4
        assert [option.right for option in question.options] == [True, False, False, False]


@asked_pages
def test_every_misconception_of_a_page_is_a_wrong_answer(name):
    wrong = [each for entry in BANK[name] for each in entry["wrong"] if isinstance(each, dict)]
    assert sorted(each["belief"] for each in wrong if "belief" in each) == list(
        range(1, len(notes()[name]["misconceptions"]) + 1)
    )


def entry(*wrong):
    return {"ask": "What is $x$?", "right": "One.", "wrong": [*wrong, "Two.", "Three."]}


def test_a_belief_is_said_in_words_of_its_own_and_has_the_feedback_of_its_misconception():
    beliefs = ['"$x$ is *so*." It is not (page [01](01_spike_encoding.ipynb)).']
    asked = quiz.from_bank("99.1", entry({"belief": 1, "say": "So."}), beliefs)
    assert asked.options[1].text == "So."
    assert quiz.plain(asked.options[1].feedback) == r'"\(x\) is so." It is not (page 01).'
    assert quiz.plain(asked.ask) == r"What is \(x\)?"


def test_the_right_answer_says_why_and_feedback_names_its_page():
    beliefs = ['"So." No (section 2), see it (*Deeper*; exercise 3) and page 08.']
    right, wrong, other = quiz.from_bank(
        "99.1", entry({"belief": 1, "say": "So."}, {"say": "Or.", "why": "No."}), beliefs
    ).options[:3]
    said = '"So." No (page 99, section 2), see it (page 99, *Deeper*; exercise 3) and page 08.'
    shown = "Right (page 99, section 2)."
    assert (right.feedback, wrong.feedback, other.feedback) == (shown, said, "No.")
    own = quiz.from_bank("99.1", entry("So.") | {"why": "Since."}, [])
    assert own.options[0].feedback == "Since."


def test_every_wrong_answer_names_what_it_mistakes():
    """In words that no other answer to the question has."""
    without = [q.name for q in every_question() for o in q.options[1:] if not o.feedback]
    assert without == []
    for question in every_question():
        said = [option.feedback for option in question.options[1:]]
        assert len(set(said)) == len(said), question.name
        assert all(len(each.split()) >= 5 for each in said), question.name
        assert all(each.endswith((".", '"', ")")) for each in said), question.name


def test_every_right_answer_says_why_and_every_pointer_has_a_page():
    for question in every_question():
        right, *wrong = [option.feedback for option in question.options]
        assert right.startswith("Right")
        assert not [each for each in wrong if each in right], question.name
        for option in question.options:
            found = re.sub(r"page \d\d(, [^()]*)?", "", option.feedback)
            pointers = re.findall(r"sections? \d|\(\*?Deeper|\bexercise \d|[Tt]his page", found)
            assert not pointers, f"{question.name}: {option.feedback}"


def test_qti_has_letters_where_the_bank_has_formulas(package):
    texts = [package.read(name).decode() for name in package.namelist()]
    assert not [text for text in texts if "$" in text or "\\" in text]
    assert sum("√" in text for text in texts) >= 1
    with pytest.raises(ValueError, match="frac"):
        qti.unicode(r"$\frac{1}{2}$")


@pytest.mark.parametrize("wrong", [1, {"belief": 1}, {"belief": 2, "say": "So."}, {"say": "So."}])
def test_a_belief_without_words_or_without_its_misconception_is_refused(wrong):
    with pytest.raises(ValueError, match="99.1"):
        quiz.from_bank("99.1", entry(wrong), ['"It is so." It is not.'])


def test_the_bank_and_the_answers_name_no_page_that_is_gone():
    assert set(BANK) <= set(PAGES) | set(notes())
    assert set(model_answers()) <= set(PAGES) | set(notes())


def test_the_place_of_the_right_answer_is_spread_and_follows_from_the_seed():
    for seed in (0, 1):
        letters = [question.letter(seed) for question in every_question()]
        assert all(letters.count(letter) > len(letters) / 8 for letter in quiz.LETTERS)
    first = every_question()
    assert [each.letter(0) for each in first] == [each.letter(0) for each in every_question()]
    assert [each.letter(0) for each in first] != [each.letter(1) for each in first]


def share(pick):
    """Return the share of questions whose right answer has the length that is picked, or ties."""
    picked = [
        len(question.options[0].text) == pick(len(option.text) for option in question.options)
        for question in every_question()
    ]
    return sum(picked) / len(picked)


def test_the_length_of_an_answer_gives_nothing_away():
    """Of four answers one in four is the longest by chance."""
    assert 0.1 <= share(max) <= 0.3
    assert 0.1 <= share(min) <= 0.3


def test_no_rank_of_length_is_the_right_one_too_often():
    ranks = []
    for question in every_question():
        right, *wrong = [len(option.text) for option in question.options]
        ranks.append(sum(length > right for length in wrong))
    assert all(ranks.count(rank) <= 0.32 * len(ranks) for rank in range(4))


def test_the_answers_to_a_question_are_about_as_long():
    for question in every_question():
        lengths = [len(option.text) for option in question.options]
        assert max(lengths) <= 1.65 * min(lengths), question.name


def test_the_answers_to_a_question_have_one_form():
    """Where one begins with "That" or "By", all do; and all end alike."""
    for question in every_question():
        texts = [option.text for option in question.options]
        for word in OPENINGS:
            begun = [text.split()[0] == word for text in texts]
            assert any(begun) == all(begun), f"{question.name}: {texts}"
        assert len({text.endswith(".") for text in texts}) == 1


def test_no_answer_is_the_odd_one_out_by_how_it_begins():
    """Where three begin with the same three words, the fourth could be left out unread."""
    for question in every_question():
        begun = [tuple(option.text.split()[:3]) for option in question.options]
        assert 3 not in map(begun.count, begun), f"{question.name}: {begun}"


def test_no_answer_says_what_another_one_says_or_only_denies_the_right_one():
    for question in every_question():
        words = [
            tuple(re.findall(r"\w+", DENIALS.sub("", option.text).lower()))
            for option in question.options
        ]
        assert len(set(words)) == 4, question.name


def test_every_question_stands_alone():
    for question in every_question():
        for text in (question.ask, *(option.text for option in question.options)):
            assert exam_choices.stands_alone(text), f"{question.name}: {text}"


def unescaped(text):
    return re.sub(r"\\([\\~=#{}:])", r"\1", text)


def read_gift(text):
    """Return what GIFT says: {name: (question, [(right, answer, feedback)])}, by category."""
    found, category = {}, None
    for block in re.split(r"\n\s*\n", text.strip()):
        if block.startswith("$CATEGORY: "):
            category = block.removeprefix("$CATEGORY: ")
            continue
        body = r"::((?:\\.|[^\\:])*)::((?:\\.|[^\\{])*?) \{\n((?:\\.|[^\\}])*)\}"
        name, asked, answers = re.fullmatch(body, block, flags=re.S).groups()
        entries = re.findall(r"([=~])((?:\\.|[^\\=~#])*)(?:#((?:\\.|[^\\=~#])*))?", answers)
        found[name] = (
            category,
            unescaped(asked),
            [(mark == "=", unescaped(a.strip()), unescaped(f.strip())) for mark, a, f in entries],
        )
    return found


def for_practice():
    return [question for name in ASKED for question in quiz.shared_out(name)[0]]


def test_two_questions_of_each_page_are_held_back_for_exams():
    text = quiz.gift({name: READ[name] for name in ASKED})
    kept = [question for name in ASKED for question in quiz.shared_out(name)[1]]
    assert len(kept) == quiz.HELD_BACK * len(ASKED)
    assert len(kept) + len(for_practice()) == len(every_question())
    assert not [each.name for each in kept if f"::{each.name}::" in text]


@pytest.mark.parametrize("seed", range(1, 21))
def test_no_question_for_practice_tells_the_answer_of_another(seed):
    for name in ASKED:
        practice, kept = quiz.shared_out(name, seed)
        assert (len(practice), len(kept)) == (3, 2)
        pairs = itertools.combinations(practice, 2)
        assert not [(one.name, other.name) for one, other in pairs if quiz.apart(one, other)]


def test_a_page_whose_questions_all_tell_each_other_is_refused(monkeypatch):
    names = [f"99.{k}" for k in range(1, 6)]
    told = [quiz.Question(name, "?", (), tuple(set(names) - {name})) for name in names]
    monkeypatch.setattr(quiz, "questions", lambda name: told)
    with pytest.raises(ValueError, match="99_a: too many"):
        quiz.shared_out("99_a")


def test_gift_says_what_the_bank_says():
    read = read_gift(quiz.gift({name: READ[name] for name in ASKED}))
    assert list(read) == [question.name for question in for_practice()]
    for question in for_practice():
        category, asked, answers = read[question.name]
        assert category.startswith(f"snn_core/{question.name[:2]} · ")
        assert asked == quiz.plain(question.ask)
        wanted = {
            (option.right, quiz.plain(option.text), quiz.plain(option.feedback))
            for option in question.options
        }
        assert set(answers) == wanted
        assert [right for right, *_ in answers].count(True) == 1


def test_gift_escapes_what_has_a_meaning():
    odd = (quiz.Option("a = {b} ~ c: #1", True), *(quiz.Option(rf"\({k}\)") for k in "xyz"))
    question = quiz.Question("99.1", "What is {1} = 2: ~?", odd)
    (_, asked, answers) = read_gift(quiz.gift_question(question))["99.1"]
    assert asked == question.ask
    assert {text for _, text, _ in answers} == {option.text for option in odd}


def processed(item, answer):
    """Return score and feedback of an answer, by the response processing that an item states."""
    correct = item.findtext(f".//{QTI}correctResponse/{QTI}value")
    condition, last = item.find(f"{QTI}responseProcessing")
    assert condition[0][0].tag == f"{QTI}match"
    assert [each.attrib["identifier"] for each in condition[0][0]] == ["RESPONSE", "RESPONSE"]
    assert [each.tag.removeprefix(QTI) for each in condition] == ["responseIf", "responseElse"]
    branch = condition[0] if answer == correct else condition[1]
    assert branch[-1].attrib == {"identifier": "SCORE"}
    assert last.attrib == {"identifier": "FEEDBACK"}
    shown = [
        each.text
        for each in item.findall(f"{QTI}modalFeedback")
        if each.attrib["identifier"] == answer and each.attrib["outcomeIdentifier"] == "FEEDBACK"
    ]
    return float(branch[-1][0].text), "".join(shown)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    path = tmp_path_factory.mktemp("qti") / "quiz.zip"
    qti.pack_qti({name: READ[name] for name in ASKED}, path)
    return zipfile.ZipFile(path)


def test_qti_items_score_the_right_answer_and_tell_why_others_are_wrong(package):
    for question in for_practice():
        item = Xml.fromstring(package.read(f"{qti.identifier(question)}.xml"))
        assert item.tag == f"{QTI}assessmentItem"
        assert item.findtext(f".//{QTI}prompt") == qti.unicode(question.ask)
        choices = item.findall(f".//{QTI}simpleChoice")
        told = {each.text: processed(item, each.attrib["identifier"]) for each in choices}
        wanted = {
            qti.unicode(option.text): (float(option.right), qti.unicode(option.feedback))
            for option in question.options
        }
        assert told == wanted


def test_qti_items_have_the_parts_of_the_schema_in_its_order(package):
    order = ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing"]
    order.append("modalFeedback")
    for name in package.namelist():
        item = Xml.fromstring(package.read(name))
        if name == "imsmanifest.xml":
            continue
        parts = [part.tag.removeprefix(QTI) for part in item]
        assert parts == sorted(parts, key=order.index)
        assert set(item.attrib) == {"identifier", "title", "adaptive", "timeDependent"}
        assert re.fullmatch(r"[A-Za-z_][\w.-]*", item.attrib["identifier"])


def test_qti_manifest_lists_every_file(package):
    space = f"{{{qti.PACKAGE_SPACE}}}"
    top = Xml.fromstring(package.read("imsmanifest.xml"))
    assert [part.tag for part in top] == [
        f"{space}{part}" for part in ("metadata", "organizations", "resources")
    ]
    resources = top.findall(f".//{space}resource")
    assert {each.attrib["type"] for each in resources} == {"imsqti_item_xmlv2p1"}
    listed = [each.attrib["href"] for each in resources]
    assert sorted([*listed, "imsmanifest.xml"]) == sorted(package.namelist())
