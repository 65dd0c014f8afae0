"""The sources of the site are made from the pages; `tests/browser` opens the built site."""

import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

pytest.importorskip("sphinx", reason="the extra `site` is not installed")
from publish import site, site_sphinx, site_texts, stamps
from publish.page import PARTS, ROOT
from publish.readme import README
from snn_core.teaching.explorers import DrawDigit, Excite
from tests.pages import READ
from tests.pages.test_structure import routes
from tests.publish.pages import page


def test_contents_list_each_page_under_its_part():
    text = site_texts.contents(READ)
    assert re.findall(r"{rubric} (.*)", text) == [
        part for part in PARTS if any(page.part == part for page in READ.values())
    ]
    for name, found in READ.items():
        entry = f"- [{found.title}]({name}.ipynb) [{found.minutes} min]{{.minutes}}"
        assert f"{entry}\n\n  {found.question}\n" in text


def test_the_contents_say_once_which_pages_have_no_live_figure():
    shown = {"01_a": "Encoding()", "02_b": "Nothing(1)", "09_c": "LIFNeuron()"}
    made = {name: page(f"# %%\n{kind}.sliders()\n", name=name) for name, kind in shown.items()}
    assert [site_texts.lives(found) for found in made.values()] == [True, False, True]
    assert site_texts.with_figures(made) == "All but page 02"
    twice = made | {"10_d": made["02_b"]}
    assert site_texts.with_figures(twice) == "All but pages 02 and 10"
    assert site_texts.with_figures({"01_a": made.pop("01_a")}) == "All"
    assert f"{site_texts.with_figures(READ)} have a live figure." in site_texts.front(READ)


def test_what_a_reader_needs_is_computed_from_the_pages():
    minutes = sorted(found.minutes for found in READ.values())
    told = site_texts.facts(READ)
    assert f"**{len(READ)} pages**, {minutes[0]}–{minutes[-1]} minutes each" in told
    assert f", {round(sum(minutes) / 60)} hours in all" in told
    assert f"[{told}]{{.facts}}" in site_texts.front(READ).split("data-live")[0]


def test_the_sidebar_names_each_page_once_and_how_to_run_them_below_the_first():
    text = site_texts.sidebar(READ)
    assert all(text.count(f"\n{name}\n") == 1 for name in READ)
    assert "\n00_why_spikes\nRun it <run>\n" in text
    assert site_texts.front(READ).count("<run>") == 1


def test_how_to_run_the_pages_does_not_stand_between_two_of_them():
    order = ["00_a", "run", "01_b", "teach", "api"]
    environment = SimpleNamespace(toctree_includes={"index": order})
    assert site_sphinx.beside_the_way(None, environment) == []
    assert order == ["00_a", "01_b", "run", "teach", "api"]


def test_the_first_page_leads_who_knows_pytorch_by_the_route_of_page_00():
    table = READ["00_why_spikes"].named("Where to go").text
    row = next(line for line in table.splitlines() if "know PyTorch" in line)
    [(before, way)] = routes(row)
    by_number = {int(found.number): found for found in READ.values()}
    stages = [by_number[number] for number in (0, *before, *way)]
    links = " → ".join(f"[{found.number}]({found.name}.ipynb)" for found in stages)
    told = site_texts.route(READ)
    hours = float(
        re.fullmatch(re.escape(links) + r", about (\d+½?) hours", told)[1].replace("½", ".5")
    )
    assert abs(hours - sum(found.minutes for found in stages) / 60) <= 0.25
    assert f":** {told}.\n````\n" in site_texts.front(READ)


def test_authors_version_and_licences_are_those_of_the_package():
    told = stamps.imprint()
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    wanted = [cited["authors"][0]["name"], f"v{cited['version']}", f"code {cited['license']},"]
    assert all(each in told for each in wanted)
    handout = (ROOT / "publish/course_source/handout/README.md").read_text(encoding="utf-8")
    code, texts = re.search(r"Code: (\S+) .* Text and figures: (.*)\.", handout).groups()
    assert told.endswith(f"code {code}, text and figures {texts}")
    settings = runpy.run_path(str(site.SOURCE / "conf.py"))
    assert settings["copyright"] == told  # below every page


def test_the_first_page_leads_to_a_start_to_running_and_to_teaching():
    text = site_texts.front(READ)
    assert "{{" not in text
    for target in ("00_why_spikes.ipynb", "run.md", "teach.md"):
        assert f"]({target}){{.button" in text
    assert stamps.stamps()["{{repository}}"] in text
    assert text.index("data-live=") < text.index("## ")


def test_the_first_page_shows_a_neuron_and_a_network():
    text = site_texts.front(READ)
    models = re.findall(r'data-model="(\w+)"', text)
    assert models == [Excite.model, DrawDigit.model]


def test_the_pages_come_first_and_what_is_looked_up_behind_them():
    text = site_texts.front(READ)
    assert text.index("{toctree}") < text.index("\n00_why_spikes\n")
    assert text.index(f"\n{max(READ)}\n") < text.index("\nglossary\n") < text.index("\napi\n")


def test_how_to_run_it_begins_with_colab_and_says_what_the_readme_says():
    text = site_texts.running(READ)
    assert "](teach.md)" in text
    assert text.count("| [Colab](") == len(READ)
    assert text.index("Run all") < text.index("git clone") < text.index("| [Colab](")
    assert "{{" not in text
    readme = README.read_text(encoding="utf-8")
    for told in ("Python 3.11 to 3.14", "make lab", "environment.yml"):
        assert told in text
        assert told in readme
    environment = (ROOT / "environment.yml").read_text(encoding="utf-8")
    name = re.search(r"^name: (.*)$", environment, flags=re.M)[1]
    assert f"conda activate {name}\n" in text
    repository = stamps.stamps()["{{repository}}"]
    assert f"git clone {repository}.git\ncd {Path(repository).name}\nmake lab\n" in text
    without = text.split("without `make`** (")[1]
    assert without.split("```bash\n")[1].startswith("python3 --version\n")
    windows = text.split("**Windows**")[1].split("```\n")[1].replace("Scripts\\", "bin/")
    for line in without.split("```")[1].splitlines()[3:]:
        assert line.replace("python3 -m venv", "python -m venv") in windows.replace("\\", "/")


def test_links_of_the_repository_lead_out_of_the_site():
    assert site_texts.outward("[a](data/README.md) [b](https://c)").endswith(
        "/data/README.md) [b](https://c)"
    )
    assert "blob/" in site_texts.outward("[a](data/README.md)")


def test_syllabus_says_what_each_page_needs_and_lets_the_reader_do():
    text = site_texts.syllabus(READ)
    for found in READ.values():
        assert found.header in text
        assert all(f"- {goal}\n" in text for goal in found.goals)


def test_every_line_for_pip_says_where_the_library_is():
    address = "@ git+{{repository}}@{{tag}}"
    for path in site.SOURCE.glob("*.md"):
        for line in re.findall(r"pip install '?snn_core.*", path.read_text(encoding="utf-8")):
            assert address in line, path.name
            assert line.endswith("'"), f"{path.name}: a block of its own can be copied"
