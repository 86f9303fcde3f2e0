#!/usr/bin/env python3
"""usage: sweeps.py PROGRAM [--overrides N] [--seed N] [--show]

Compares rdvc's expansion of sweeps (PROGRAM: build/dev/tests/expand_sweeps) with that of the Hydra that this Python has, and
with DVC's if it has DVC. The overrides are generated, the same for the same seed: values of all kinds, functions inside one
another, several keys and files, and texts with a mistake. An expansion is what DVC would queue: the combinations of Hydra's
BasicSweeper, each of which can be parsed again. Prints the versions and what was compared; exits 1 if anything differs.
"""

import argparse
import importlib.metadata
import itertools
import json
import random
import subprocess
import sys
import warnings

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ValueType

try:
    from dvc.utils.cli_parse import to_path_overrides
    from dvc.utils.hydra import get_hydra_sweeps
except ImportError:
    get_hydra_sweeps = None

parser = OverridesParser.create()


class Generator:
    """Texts in the grammar's language and next to it."""

    def __init__(self, seed, with_files):
        self.random = random.Random(seed)
        self.with_files = with_files

    def one(self, *choices):
        return self.random.choice(choices)

    def sometimes(self, probability, text, otherwise=""):
        return text if self.random.random() < probability else otherwise

    def case(self):
        """Overrides of one command line, and a seed if one of them shuffles."""
        keys = self.random.sample(KEYS, self.one(1, 1, 2, 2, 3))
        files = ["", "", "params.yaml:", "conf/train.yaml:", "other.json:"] if self.with_files else [""]
        overrides = [self.one(*files) + self.override(key) for key in keys]
        if self.random.random() < 0.12:
            place = self.random.randrange(len(overrides))
            overrides[place] = self.with_mistake(overrides[place])
        if any("shuffle" in override for override in overrides):
            return {"overrides": overrides, "seed": self.one(0, 1, 7, 2**32 - 1, 2**40 + 5)}
        return {"overrides": overrides}

    def override(self, key):
        prefix = self.one("", "", "", "", "+", "++", "~")
        if prefix == "~" and self.random.random() < 0.5:
            return prefix + key
        return prefix + key + "=" + self.sometimes(0.05, " ") + self.value()

    def with_mistake(self, text):
        """The text with one character more, less or different."""
        start = self.random.randrange(text.find("=") + 1, len(text) + 1) if "=" in text else len(text)
        character = self.one(*"()[]{},:='\"\\ \t$*aZ_09.-+|#;<é\n", "${", "\\,", "''")
        return text[:start] + self.one("", character) + text[start + self.one(0, 1):]

    def value(self):
        kind = self.random.random()
        if kind < 0.30:
            return self.simple_list()
        if kind < 0.45:
            return self.element(2)
        return self.sweep(2)

    def simple_list(self):
        comma = self.one(",", ",", ", ", " ,")
        if self.random.random() < 0.1:
            return comma.join(self.one(self.sweep(1), self.element(1)) for _ in range(2))
        return comma.join(self.element(2) for _ in range(self.one(2, 2, 3, 4)))

    def sweep(self, depth):
        kind = self.random.random()
        if depth == 0 or kind < 0.25:
            return f"choice({self.arguments()})"
        if kind < 0.55:
            return self.range()
        if kind < 0.70:
            return self.sort(depth)
        if kind < 0.85:
            return self.cast(self.one(self.sweep(depth - 1), self.arguments(), self.element(depth)))
        if kind < 0.92:
            return f"tag({self.sometimes(0.7, self.one('a', 'x y', '1', 'null') + ', ')}{self.sweep(depth - 1)})"
        if kind < 0.97:
            argument = self.one(self.sweep(depth - 1), self.arguments(), "[1,2,3,a,b]", "sweep=range(9)", "list=[3,4,5,6]")
            return f"shuffle({argument})"
        return self.one("glob(*)", "interval(0,1)", "interval(start=0, end=2.5)", "json_str(1)", "choice()", "nothing(1)")

    def sort(self, depth):
        reverse = self.sometimes(0.4, ", reverse=" + self.one("true", "false", "True", "1"))
        numbers = ",".join(self.number() for _ in range(self.one(2, 3, 5)))
        argument = self.one(self.sweep(depth - 1), self.range(), numbers, numbers, self.arguments(), f"[{numbers}]",
                            "[[2,1],[1,3],[1]]", f"list=[{numbers}]", "sweep=" + self.sweep(depth - 1), "b,a,c", "[b,a,null]")
        return f"sort({argument}{reverse})"

    def cast(self, argument):
        return f"{self.one('int', 'float', 'str', 'bool')}({self.sometimes(0.1, 'value=')}{argument})"

    def arguments(self):
        comma = self.one(",", ",", ", ")
        return comma.join(self.element(1) for _ in range(self.one(1, 2, 2, 3)))

    def range(self):
        if self.random.random() < 0.5:
            values = [self.one(0, 1, 2, 5, -3), self.one(4, 7, 1, -5, 10), self.one(1, 2, 3, -1, -2, 0)]
        else:
            values = [self.one("0", "0.1", "-1", "1e-3", ".5", "1.", "3.3", "-0.0", "true", "1e17", "1e-300"),
                      self.one("1", "0.75", "2.5", "-2", "1e-1", "1.0000000000000002", "1e17", "1e-299", "7", "null"),
                      self.one("0.1", "0.25", "-0.5", "1e-1", "0.3", "1", "0.333", "3", "1e15", "1e-300", "-0.1")]
            if values[1] == "null":  # then the first one is where it stops
                values[0], values[2] = "2.5", "0.25"
            elif not (float(self.plain(values[1])) - float(self.plain(values[0]))) / float(self.plain(values[2])) < 30:
                values[2] = "0.37" if abs(float(self.plain(values[1]))) < 100 else "1e16"
        form = self.one("({0},{1},{2})", "({0}, {1})", "({1})", "(start={0},stop={1},step={2})", "({0},{1},step={2})",
                        "({0},stop={1})", " ( {0} , {1} )")
        text = "range" + form.format(*values)
        if "{2}" not in form and ("e17" in text or "e-" in text):
            return "range(3)"
        return text

    @staticmethod
    def plain(text):
        return {"true": "1", "null": "0"}.get(str(text), text)

    def element(self, depth):
        kind = self.random.random()
        if depth > 0 and kind < 0.10:
            return "[" + self.sometimes(0.1, " ") + ",".join(self.element(depth - 1) for _ in range(self.one(0, 1, 2, 3))) + "]"
        if depth > 0 and kind < 0.20:
            pairs = (self.dict_key() + self.one(":", ": ") + self.element(depth - 1) for _ in range(self.one(0, 1, 2, 3)))
            return "{" + ",".join(pairs) + "}"
        if depth > 0 and kind < 0.25:
            return self.cast(self.element(depth - 1))
        if kind < 0.55:
            return self.number()
        if kind < 0.65:
            return self.quoted()
        return self.word()

    def dict_key(self):
        return self.one("a", "b", "a b", "1", "1.0", "true", "null", "x\\:y", "c-d", "0.1", "01", "a$")

    def number(self):
        digits = str(self.random.randrange(0, 10 ** self.one(1, 2, 3, 5, 17, 25)))
        return self.one("", "", "", "-", "+") + self.one(
            digits, digits, "1e-3", "1e3", "0.1", "10.", ".5", "1E5", "1_000", "0", "1e16", "123456789012345678.0", "1e22",
            "0.00001", "0.0001234", "1.5e300", "5e-324", "1e400", "inf", "nan", f"{self.random.random():.{self.one(1, 3, 17)}f}",
            repr(self.random.uniform(-1, 1) * 10.0 ** self.random.randrange(-12, 20)).lstrip("-"), "2.50", "1_0.0_1")

    def quoted(self):
        text = self.one("", "a", "a b", "1", "0.5", "true", "a,b", "it\\'s", "\\\\", "a\\\\", "back\\slash", "x=1", "[1]", "é", "😀",
                        '\\"', "null", "${a}", "a\\\\\\'b", "\n", "(", " ", "#")
        quote = self.one("'", '"')
        return quote + text + quote

    def word(self):
        return self.one("a", "b", "adam", "x-1", "relu_2", "true", "False", "TRUE", "null", "Null", "a b", "a/b.yaml", "a:b", "10-x",
                        "1.2.3", "01", "0x1f", "${x.y}", "$x", "a\\,b", "a\\ ", "\\(a\\)", "*", "-", "a+b", "b@c", "50%", "a|b", "?",
                        "yes", "s3://b/c", "1:2", "a : b", "\\\\", "a\\\\b", "_", "/abs/path", "-x", "--", "+-1", "1e", "e5", "in", "${a:1,2}",
                        "nullable", "infinite", "int", "choice", "a\tb", "1 2", " ".join(["x"] * 3), "a\\=b", "\\[", "q?")


KEYS = ["lr", "a.b", "model.config.optimizer.lr", "seed", "x_1", "db/mysql", "db@pkg", "a-b", "$s", "l.0", "_", "db@a.b", "hydra.x",
        "a.$b.c"]


def expected(case):
    """The experiments that DVC would queue, or None if it would refuse."""
    random.seed(case.get("seed"))
    try:
        experiments = dvc_sweeps(case["overrides"]) if get_hydra_sweeps else hydra_sweeps(case["overrides"])
        for override in sorted(set(itertools.chain.from_iterable(experiments))):
            file, separator, rest = override.partition(":")
            if not separator or "=" in file:
                rest = override
            if parser.parse_override(rest).is_sweep_override():
                return None
    except Exception:  # whatever Hydra raises, DVC queues nothing
        return None
    return experiments or None


def hydra_sweeps(words):
    overrides = parser.parse_overrides(words)
    if any(override.value_type == ValueType.GLOB_CHOICE_SWEEP for override in overrides):
        return None
    return BasicSweeper.split_arguments(overrides, None)[0]


def dvc_sweeps(words):
    """DVC's combinations, with the files written and ordered as they were given."""
    experiments = []
    for sweep in get_hydra_sweeps(to_path_overrides(words)):
        rest = {file: iter(overrides) for file, overrides in sweep.items()}
        experiment = []
        for word in words:
            file, colon = word.partition("=")[0].partition(":")[:2]
            experiment.append(file + ":" + next(rest[file]) if colon else next(rest["params.yaml"]))
        experiments.append(experiment)
    return experiments


def is_sweep(case):
    """What Hydra says, or None if it cannot parse it."""
    random.seed(0)
    try:
        overrides = itertools.chain.from_iterable(to_path_overrides(case["overrides"]).values()) if get_hydra_sweeps else case["overrides"]
        return any(override.is_sweep_override() for override in parser.parse_overrides(list(overrides)))
    except Exception:
        return None


def is_endless(answer):
    """Hydra would make lists without an end; rdvc counts first."""
    return any(text in answer.get("error", "") for text in ("are possible", "must be finite"))


def may_refuse(case):
    """What rdvc refuses and Hydra does not: a glob inside a list, and sorting what has no order."""
    text = " ".join(case["overrides"]).lower()
    return "glob" in text or ("nan" in text and "sort" in text)


def main():
    arguments = argparse.ArgumentParser(usage=__doc__.splitlines()[0].removeprefix("usage: "))
    arguments.add_argument("program")
    arguments.add_argument("--overrides", type=int, default=300)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--show", action="store_true")
    options = arguments.parse_args()
    warnings.simplefilter("ignore")

    generator = Generator(options.seed, with_files=get_hydra_sweeps is not None)
    cases = []
    while sum(len(case["overrides"]) for case in cases) < options.overrides:
        cases.append(generator.case())
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    answers = subprocess.run([options.program], input=lines, capture_output=True, text=True, check=True).stdout.splitlines()

    different = 0
    counts = {"expanded": 0, "refused": 0, "endless": 0, "combinations": 0}
    for case, line in zip(cases, answers, strict=True):
        answer = json.loads(line)
        if is_endless(answer):
            counts["endless"] += 1
            continue
        mine = None if "error" in answer else answer["experiments"]
        theirs = expected(case)
        sweep = is_sweep(case)
        same = mine == theirs and sweep in (None, answer["sweep"])
        if not same and not (mine is None and may_refuse(case)):
            different += 1
            print(f"differs: {json.dumps(case)}\n  rdvc:  {answer['sweep']} {answer.get('error', mine)}\n  Hydra: {sweep} {theirs}")
        elif options.show:
            print(json.dumps(case), answer.get("error", ""))
        counts["refused" if theirs is None else "expanded"] += 1
        counts["combinations"] += len(theirs or [])

    versions = [f"{name} {importlib.metadata.version(name)}" for name in ["hydra-core"] + ["dvc"] * bool(get_hydra_sweeps)]
    total = sum(len(case["overrides"]) for case in cases)
    print(f"{', '.join(versions)}: {total} overrides in {len(cases)} cases; Hydra expands {counts['expanded']} to "
          f"{counts['combinations']} combinations and refuses {counts['refused']}; {counts['endless']} too large; {different} differ")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
