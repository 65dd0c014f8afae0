"""The project around the core: environments agree, the README is true, conventions are met."""

import ast
import re
import subprocess
import sys
import tomllib
import warnings
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MODULES = sorted((ROOT / "snn_core").rglob("*.py"))
LIBRARY = [path for path in MODULES if "teaching" not in path.parts]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOMS = ("snn_core", "experiments", "bench", "publish", "tests", "tutorials", "data")
OTHER_EXTRAS = ("site", "browser", "recipes")


def split(requirement):
    """Return (name, range) of a requirement."""
    return re.fullmatch(r"([A-Za-z0-9_-]+)(.*)", requirement).groups()


def test_environment_yml_names_the_same_packages_and_ranges_as_pyproject():
    """All but those for the site, and for its recipes: the environment is that of readers."""
    extras = [
        packages
        for extra, packages in PROJECT["optional-dependencies"].items()
        if extra not in OTHER_EXTRAS
    ]
    wanted = dict(split(r) for r in PROJECT["dependencies"] + sum(extras, []))
    wanted["pytorch"] = wanted.pop("torch")  # its name on conda-forge
    wanted["python"] = PROJECT["requires-python"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [package for package in environment["dependencies"] if isinstance(package, str)]
    (pip,) = [
        package["pip"] for package in environment["dependencies"] if isinstance(package, dict)
    ]
    found = dict(split(r) for r in conda + pip if r not in ("pip", "-e ."))
    assert found == wanted
    assert environment["channels"] == ["conda-forge"]


def test_supported_interpreters_are_stated_the_same_everywhere():
    first, end = map(
        int, re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    )
    workflow = yaml.safe_load(
        (ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    )
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == [
        f"3.{minor}" for minor in range(first, end)
    ]
    handout = (ROOT / "publish" / "course_source" / "handout" / "README.md").read_text(
        encoding="utf-8"
    )
    assert all(f"Python 3.{first} to 3.{end - 1}" in text for text in (README, handout))
    prefix = "Programming Language :: Python :: "
    classified = [each for each in PROJECT["classifiers"] if each.startswith(prefix)]
    assert classified == [f"{prefix}3.{minor}" for minor in range(first, end)]


def test_every_file_compiles_without_a_warning_on_the_interpreter_that_runs():
    """Such as one of an escape or an operator that a later Python refuses."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in files:
            compile(path.read_bytes(), str(path), "exec")
    assert len(files) > len(MODULES)


def test_constraints_pin_every_dependency_exactly():
    pins = dict(
        line.split("==")
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    )
    normal = {re.sub(r"[-_.]+", "-", name).lower() for name in pins}
    for requirement in PROJECT["dependencies"] + sum(PROJECT["optional-dependencies"].values(), []):
        assert split(requirement)[0].lower() in normal
    assert pins["torch"] == "2.13.0"
    assert pins["nbval"] == "0.11.0"


def test_version_is_stated_once():
    import snn_core

    assert snn_core.__version__ == PROJECT["version"]
    assert PROJECT["urls"]["Tag"].endswith(f"/v{PROJECT['version']}")


def test_readme_is_short():
    assert len(README.splitlines()) <= 120


def test_the_example_in_the_readme_prints_what_its_comments_say():
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.S)
    assert len([line for line in example.splitlines() if line.strip()]) <= 14
    expected = re.findall(r"print\(.*\)  # (.*)", example)
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert printed.stdout.splitlines() == expected
    assert len(expected) >= 3


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#]+)\)|src=\"([^\"]+)\"", README):
        path = "".join(target)
        if not path.startswith("http"):
            assert (ROOT / path).exists(), path


def test_importing_the_core_imports_no_figures_and_no_widgets():
    heavy = ("matplotlib", "ipywidgets", "anywidget", "tonic")
    lazy = (
        f"import sys, snn_core; print([m for m in {heavy} if m in sys.modules]);"
        "print(set(snn_core.SUBMODULES) - set(dir(snn_core)))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", lazy], capture_output=True, encoding="utf-8", check=True
    )
    assert printed.stdout.splitlines() == ["[]", "set()"]


def test_modules_find_one_another_by_import_alone():
    tricks = re.compile("|".join(["sys[.]" + "path", "spec_from_" + "file_location"]))
    found = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    assert len(found) > len(MODULES)
    assert not [path.name for path in found if tricks.search(path.read_text(encoding="utf-8"))]


def functions(path):
    """Return the functions of a module, methods included."""
    return [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]


def body_lines(function):
    """Return how many lines of code a function has without its docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_functions_are_short():
    sizes = sorted(
        (body_lines(f), f"{path.name}:{f.name}") for path in MODULES for f in functions(path)
    )
    assert sizes[-1][0] <= 30, sizes[-1]
    assert sizes[len(sizes) // 2][0] <= 8


def code_lines(path):
    """Return the lines of a module that are neither blank, comment nor docstring."""
    text = path.read_text(encoding="utf-8")
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    holders = [node for node in ast.walk(ast.parse(text)) if isinstance(node, documented)]
    strings = [node.body[0] for node in holders if ast.get_docstring(node)]
    prose = {n for string in strings for n in range(string.lineno, string.end_lineno + 1)}
    lines = enumerate(map(str.strip, text.splitlines()), start=1)
    return [line for n, line in lines if line and not line.startswith("#") and n not in prose]


def nodes(tree):
    return sum(1 for _ in ast.walk(tree))


def statements(path):
    """Return the simple statements of a module's functions: what holds no other statements."""
    simple = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise, ast.Delete)
    inside = [node for function in functions(path) for node in ast.walk(function)]
    found = [node for node in inside if isinstance(node, simple)]
    return [node for node in found if not isinstance(getattr(node, "value", None), ast.Constant)]


def test_statements_of_the_library_are_light():
    """In nodes of the syntax tree: per line of code, and per statement however lines are broken."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in LIBRARY]
    lines = sum(len(code_lines(path)) for path in LIBRARY)
    assert sum(map(nodes, trees)) / lines <= 12.5
    sizes = [nodes(statement) for path in LIBRARY for statement in statements(path)]
    assert sum(sizes) / len(sizes) <= 14.5
    assert max(sizes) <= 40


def does_several(node):
    """Tell whether a tuple stands as a statement, or several things are assigned to several names.

    >>> [does_several(ast.parse(text).body[0]) for text in ("a, b", "a, b = c, d", "a = b, c")]
    [True, True, False]
    """
    several = isinstance(getattr(node, "value", None), ast.Tuple)
    assigned = isinstance(node, ast.Assign) and any(isinstance(t, ast.Tuple) for t in node.targets)
    return several and (isinstance(node, ast.Expr) or assigned)


def test_one_statement_of_the_library_does_one_thing():
    for path in LIBRARY:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found = [node.lineno for node in ast.walk(tree) if does_several(node)]
        assert found == [], path


def test_modules_of_the_library_are_short():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in LIBRARY}
    assert {path: count for path, count in lines.items() if count > 210} == {}


def test_modules_are_documented_print_nothing_and_set_no_seed():
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(text)), path
        if path.parent.name != "exercises":
            assert not re.search(r"^\s*print\(", text, flags=re.M), path
        if path.name != "seeding.py":
            assert global_seeds(ast.parse(text)) == [], path


# The generators that everybody draws from: what sets them, by the last word of its name, …
SETTERS = re.compile(r"(manual_)?seed(_all)?|set_?state|set_rng_state(_all)?|default_generator")
# … and where it comes from. A generator of its own, which nobody else draws from, is no global one.
GLOBAL = re.compile(
    r"random|numpy\.random|torch(\.(random|cuda|mps|xpu|accelerator|cuda\.random))?"
)
OWN = re.compile(r"torch\.Generator\(\)\.manual_seed\((0|(\d+ \+ )?seed)\)")


def global_seeds(tree):
    """Return the lines that set, or lay hold of, a generator that others draw from as well."""
    nodes = list(ast.walk(tree))
    harmless = _harmless(nodes)
    known = _imported(nodes)
    found = [node.lineno for node in nodes if isinstance(node, ast.ImportFrom) and _takes(node)]
    for node in nodes:
        if isinstance(node, (ast.Attribute, ast.Name)) and node not in harmless:
            *home, last = _dotted(node, known)
            anybodys = last == "manual_seed" or GLOBAL.fullmatch(".".join(home))
            if SETTERS.fullmatch(last) and anybodys:
                found.append(node.lineno)
    return sorted(set(found))


def _harmless(nodes):
    """Return what is called to seed a generator of its own, or to put back a state as it was."""
    assigned = [ast.unparse(node) for node in nodes if isinstance(node, ast.Assign)]
    names = [text.split(" = ")[0] for text in assigned if text.endswith(" = torch.get_rng_state()")]
    put_back = {f"torch.set_rng_state({name})" for name in names}
    calls = {node: ast.unparse(node) for node in nodes if isinstance(node, ast.Call)}
    return [c.func for c, text in calls.items() if OWN.fullmatch(text) or text in put_back]


def _imported(nodes):
    """Return what names of modules stand for: ``np`` for ``numpy``."""
    known = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = {alias.asname or alias.name: alias.name for alias in node.names}
            known |= {short: f"{node.module}.{name}" for short, name in names.items()}
    return known


def _takes(node):
    """Tell whether an import takes what sets a global generator, or all that a module has."""
    names = [alias.name for alias in node.names]
    setters = any(name == "*" or SETTERS.fullmatch(name) for name in names)
    return not node.level and bool(GLOBAL.fullmatch(node.module)) and setters


def _dotted(node, known):
    """Return the words of a dotted name, the first of them as it was imported."""
    words = ast.unparse(node).split(".")
    return [*known.get(words[0], words[0]).split("."), *words[1:]]


@pytest.mark.parametrize(
    "text",
    [
        "import random\nrandom.seed(0)",
        "import random as r\nr.seed(0)",
        "import random\nrandom.setstate(s)",
        "from random import seed\nseed(0)",
        "from random import *",
        "import numpy\nnumpy.random.seed(0)",
        "import numpy as np\nnp.random.seed(0)",
        "import numpy as np\nnp.random.set_state(s)",
        "import numpy.random as draws\ndraws.seed(0)",
        "from numpy import random\nrandom.seed(0)",
        "from numpy.random import seed as s\ns(0)",
        "import torch\ntorch.manual_seed(0)",
        "import torch\ntorch.seed()",
        "import torch\ntorch.random.manual_seed(0)",
        "import torch\ntorch.cuda.manual_seed_all(0)",
        "import torch\ntorch.set_rng_state(s)",
        "import torch\ntorch.random.set_rng_state(s)",
        "import torch\ntorch.default_generator.manual_seed(0)",
        "import torch\ndraws = torch.default_generator",
        "import torch\nset_it = torch.manual_seed\nset_it(0)",
        "from torch import manual_seed\nmanual_seed(0)",
        "from torch import random\nrandom.manual_seed(0)",
        "from torch.random import manual_seed as ms\nms(0)",
        "def f(generator):\n    generator.manual_seed(0)",
        "import torch\ntorch.Generator().manual_seed(7)",
    ],
)
def test_every_way_to_set_a_global_seed_is_found(text):
    assert global_seeds(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "import torch\ntorch.Generator().manual_seed(0)",
        "import torch\ntorch.Generator().manual_seed(100 + seed)",
        "import numpy as np\nrandom = np.random.default_rng(seed)\nrandom.random()",
        "def f(seed):\n    return seed",
        "class A:\n    def f(self):\n        return self.seed, self.state",
        "import torch\nbefore = torch.get_rng_state()\ntorch.set_rng_state(before)",
        "from .seeding import seed_torch\nseed_torch(0)",
    ],
)
def test_what_sets_no_global_seed_is_let_through(text):
    assert global_seeds(ast.parse(text)) == []


def test_public_functions_and_classes_have_docstrings():
    for path in MODULES:
        nodes = [
            node
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name[0] != "_"
        ]
        without = [node.name for node in nodes if not ast.get_docstring(node)]
        assert path.name.startswith("_") or without == [], path


def test_wheel_contains_the_bundled_data_and_the_style(tmp_path):
    """What `pip install git+…` builds on Colab must carry the images."""
    pytest.importorskip("hatchling")
    from hatchling.builders.wheel import WheelBuilder

    (wheel,) = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    assert "snn_core/data/mnist_mini.npz" in names
    assert "snn_core/teaching/style.mplstyle" in names
    assert "snn_core/py.typed" in names
    assert {
        "snn_core/teaching/live/common.js",
        "snn_core/teaching/live/live.css",
        "snn_core/teaching/live/lif_neuron.js",
    } <= set(names)
    assert "snn_core/teaching/records/mnist_full.json" in names
    assert not [
        name
        for name in names
        if name.startswith(("tests/", "tutorials/", "bench/", "experiments/", "publish/"))
    ]


# What each room may import of the others: pages → teaching → library; experiments → both.
# Publishing takes from the product its version, and what it has to show alive, the explorers.
DIRECTIONS = {
    "snn_core": {"snn_core"},
    "snn_core/teaching": {"snn_core", "snn_core.teaching"},
    "experiments": {"snn_core", "snn_core.teaching", "experiments"},
    "tutorials/src": {"snn_core", "snn_core.teaching"},
    "publish": {"publish", "snn_core", "snn_core.teaching"},
    "bench": {"snn_core"},
}
TOP = {"snn_core", "experiments", "publish", "bench", "tests"}


def room_of(path):
    """Return the room that a file lies in: the innermost of `DIRECTIONS`."""
    place = path.relative_to(ROOT).as_posix()
    return max((room for room in DIRECTIONS if place.startswith(f"{room}/")), key=len)


def imported_rooms(path):
    """Return which rooms of the project a file imports from, wherever in it the import stands."""
    package = path.relative_to(ROOT).with_suffix("").parts
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level] if node.level else ()
            base = ".".join([*start, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            if name.split(".")[0] in TOP:
                teaching = name.startswith("snn_core.teaching")
                found.add("snn_core.teaching" if teaching else name.split(".")[0])
    return found


@pytest.mark.parametrize("room", DIRECTIONS)
def test_imports_point_one_way(room):
    files = [path for path in (ROOT / room).rglob("*.py") if room_of(path) == room]
    assert files
    against = {path.name: imported_rooms(path) - DIRECTIONS[room] for path in files}
    assert {name: rooms for name, rooms in against.items() if rooms} == {}


def test_an_import_against_the_direction_would_be_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    module = tmp_path / "snn_core" / "losses" / "one.py"
    module.parent.mkdir(parents=True)
    text = "def late():\n    from ..teaching import plotting\n\n\nimport experiments.mnist_full\n"
    module.write_text(text, encoding="utf-8")
    assert imported_rooms(module) == {"snn_core.teaching", "experiments"}
