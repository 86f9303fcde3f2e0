"""Writes pipelines into the folder of the first argument, a DVC project, and prints what DVC itself reads in them.

One JSON object a line: folder, its files, and the stages as DVC has them (none where DVC refuses the file). Generated
from a fixed seed, with shapes of real projects before; rdvc's own reader is held against it by pipelines_test.cpp.
"""

import json
import os
import random
import sys
from io import StringIO

from dvc.dependency import ParamsDependency
from dvc.dvcfile import ProjectFile
from dvc.repo import Repo
from ruamel.yaml import YAML

REAL = [
    # anchors and merge keys
    "stages:\n  left: &side\n    cmd: sh side.sh left\n    deps: [side.sh, data/raw.csv]\n    params: [k]\n"
    "    outs: [left.txt]\n  right:\n    <<: *side\n    cmd: sh side.sh right\n    outs: [right.txt]\n",
    # JSON, on one line and over several
    '{"stages": {"make": {"cmd": "seq 3 > a.txt", "outs": ["a.txt"]}, "use": {"cmd": "x", "deps": ["a.txt"]}}}',
    '{\n  "stages": {\n    "a": {\n      "cmd": "x",\n      "deps": [],\n      "outs": [{"o": {"cache": false}}]\n    }\n  }\n}\n',
    # flow style, comments, a document mark, tabs behind values
    "---\nstages: # all\n  fit: {cmd: cat a > o, deps: [a], params: [lr], outs: [o]} # one\n  'q s': {cmd: x}\n",
    # templates of all kinds
    "vars:\n  - own: {train: t.csv, 'test': u.csv}\n  - more.yaml\nstages:\n  s:\n    wdir: ${sub}\n    cmd: x ${own.train}\n"
    "    deps: ['${own.train}', '${own[test]}', '${list[0]}']\n    outs: ['${lr}.out', \"\\\\${kept}\"]\n",
    "vars: [more.yaml:extra]\nstages:\n  s:\n    cmd: x\n    vars: [{here: h}]\n    deps: ['${here}/${extra}', '${flag}']\n",
    # groups
    "stages:\n  g:\n    foreach: ${models}\n    do:\n      cmd: x ${key} ${item.n}\n      outs: ['${key}.pt']\n",
    "stages:\n  g:\n    foreach: [1, 2.5, true, a]\n    do: {cmd: 'x ${item}', outs: ['o/${item}']}\n",
    "stages:\n  g:\n    foreach: [{n: 1}, {n: two}]\n    do: {cmd: 'x', deps: ['${item.n}']}\n",
    "stages:\n  g:\n    matrix:\n      m: [a, b]\n      s: ${list}\n      c: [{n: 1}, {n: 2}]\n    cmd: x ${item.m}\n"
    "    outs: ['${key}.out', '${item.s}-${item.m}-${item.c.n}']\n",
    # parameters, metrics, plots, artifacts, and what stands outside of stages
    "params: [params.yaml]\nmetrics: [m.json]\nplots: [p.csv, q: {x: a, y: b}]\nartifacts: {model: {path: o, type: model}}\n"
    "stages:\n  s:\n    cmd: [a, b]\n    params: [lr, data.train, more.yaml: [sub], other.toml: ]\n"
    "    metrics: [m.json: {cache: false}]\n    plots: [p.csv: {cache: false, x: a}, folder]\n"
    "    outs: [o: {persist: true, push: false}]\n    frozen: true\n    always_changed: true\n    desc: d\n    meta: {a: 1}\n",
    "stages:\n  s:\n    cmd: >\n      python\n      train.py\n    wdir: ../up/./down\n    deps: [./a, b/../c/, ../d]\n    outs:\n    - e/\n",
    # what DVC refuses
    "stages:\n  s: {cmd: x}\n  s: {cmd: y}\n",
    "stages:\n  s: {cmd: x, deps: ['${none}']}\n",
    "stages:\n  s: {cmd: x, unknown: 1}\n",
    "stages:\n  s: [\n",
    "",
]
PARAMS = (
    "lr: 1e-3\nsub: sub\nflag: yes\nlist: [x, y]\nmodels: {a: {n: 1}, b: {n: 2}}\ndata: {train: z.csv, size: 010}\n"
    "big: 12345678901234567890\nswitch: true\nnothing: null\ntext: '1.0'\n"
)
MORE = "extra: e\nother: {deep: 1}\n"
NAMES = ["lr", "sub", "flag", "list[1]", "models.a.n", "data.train", "big", "switch", "text", "nothing", "data.size"]
LITERALS = ["a", "b.csv", "dir/c", "d e", "./f", "g/../h", "i/", "é", "k-1.0"]


def path(pick):
    kind = pick.random()
    if kind < 0.6:
        return pick.choice(LITERALS) + str(pick.randrange(30))
    name = "${" + pick.choice(NAMES) + "}"
    return pick.choice(["", "p/", "q-"]) + name + pick.choice(["", ".csv", "/r", "-${lr}"])


def settings(pick, value, plots=False):
    if pick.random() < 0.6:
        return value
    flags = {k: pick.random() < 0.5 for k in ("cache", "persist", "push") if pick.random() < 0.5}
    if plots:
        flags["x"] = "step"
    return {value: flags} if flags else value


def stage(pick):
    body = {"cmd": pick.choice(["x", "x ${lr}", ["x", "y ${sub}"], "x  'two'\n  y", "x \\${kept} ${flag}"])}
    if pick.random() < 0.3:
        body["wdir"] = pick.choice(["w", "${sub}", "./v", "u/${sub}"])
    if pick.random() < 0.8:
        body["deps"] = [path(pick) for _ in range(pick.randrange(4))]
    for key in ("outs", "metrics", "plots"):
        if pick.random() < 0.5:
            body[key] = [settings(pick, path(pick), key == "plots") for _ in range(pick.randrange(3))]
    if pick.random() < 0.4:
        body["params"] = pick.sample(["lr", "data.train", {"more.yaml": ["sub"]}, {"p.json": ["a", "b.c"]}], 2)
    for key in ("frozen", "always_changed"):
        if pick.random() < 0.2:
            body[key] = pick.random() < 0.7
    if pick.random() < 0.1:
        body["vars"] = [{"local": "l"}]
        body["deps"] = ["${local}/x"]
    return body


def item(pick, key):
    """A stage of a group, whose paths name its item."""
    body = stage(pick)
    if body.pop("vars", None):
        del body["deps"]
    body["outs"] = ["o/${" + key + "}.out"]
    body.pop("metrics", None)
    body.pop("plots", None)
    return body


def definition(pick):
    kind = pick.random()
    if kind < 0.65:
        return stage(pick)
    if kind < 0.75:
        return {"foreach": pick.sample(["a", "b", 1, 2.5, True, 1e-7, "x y", None], 3), "do": item(pick, "item")}
    if kind < 0.85:
        return {"foreach": "${models}", "do": item(pick, "key")}
    body = item(pick, "key")
    body["matrix"] = {"m": pick.sample(["a", "b", 3, 0.1], 2), "n": pick.choice(["${list}", [{"v": 1}, "w"], [False]])}
    return body


def generated(pick):
    yaml = YAML(typ="rt" if pick.random() < 0.5 else "safe")
    yaml.default_flow_style = pick.choice([True, False, None])
    data = {"stages": {f"s{i}": definition(pick) for i in range(pick.randrange(1, 5))}}
    if pick.random() < 0.3:
        data["vars"] = [{"own": {"v": 1}}, "more.yaml:other"]
    if pick.random() < 0.2:
        return json.dumps(data, indent=pick.choice([None, 2]))
    if pick.random() < 0.3: # shared nodes become anchors
        first = next(iter(data["stages"].values()))
        data["stages"]["copy"] = dict(first, desc="shares")
    text = StringIO()
    yaml.dump(data, text)
    return text.getvalue()


def entry(stage_, pick):
    """Its entry in a dvc.lock; sometimes with another command."""
    cmd = stage_.cmd if pick.random() < 0.7 else "other"
    lock = {"cmd": cmd}
    deps = [{"path": d.def_path, "hash": "md5", "md5": "1" * 32} for d in stage_.deps if not isinstance(d, ParamsDependency)]
    outs = [{"path": o.def_path, "hash": "md5", "md5": "2" * 32} for o in stage_.outs]
    return lock | ({"deps": deps} if deps else {}) | ({"outs": outs} if outs else {})


def below(root, fs_path):
    relative = os.path.relpath(fs_path, root)
    return "" if relative.startswith("..") else relative


def described(root, stage_):
    return {
        "name": stage_.name,
        "folder": below(root, stage_.wdir),
        "cmd_changed": bool(stage_.cmd_changed),
        "frozen": bool(stage_.frozen),
        "deps": sorted(below(root, d.fs_path) for d in stage_.deps if not isinstance(d, ParamsDependency)),
        "has_params": any(isinstance(d, ParamsDependency) for d in stage_.deps),
        "outs": sorted(
            [below(root, o.fs_path), bool(o.use_cache), bool(o.can_push), bool(o.persist), bool(o.metric or o.plot)]
            for o in stage_.outs
        ),
    }


def read(repo, folder, pick):
    file = os.path.join(folder, "dvc.yaml")
    try:
        stages = list(ProjectFile(repo, file, verify=False).stages.values())
    except Exception: # whatever it is, DVC runs nothing then
        return None
    if pick.random() < 0.5 and stages:
        lock = {"schema": "2.0", "stages": {s.name: entry(s, pick) for s in stages}}
        with open(os.path.join(folder, "dvc.lock"), "w", encoding="utf-8") as out:
            YAML(typ="safe").dump(lock, out)
        stages = list(ProjectFile(repo, file, verify=False).stages.values())
    return [described(repo.root_dir, s) for s in stages]


def main():
    root, count = os.path.realpath(sys.argv[1]), int(sys.argv[2])
    os.makedirs(os.path.join(root, ".dvc"), exist_ok=True)
    with open(os.path.join(root, ".dvc", "config"), "w", encoding="utf-8") as config:
        config.write("[core]\n    no_scm = true\n    analytics = false\n")
    pick = random.Random(20)
    os.chdir(root)
    repo = Repo(root)
    texts = REAL + [generated(pick) for _ in range(count)]
    for i, text in enumerate(texts):
        folder = os.path.join(root, f"p{i}")
        os.makedirs(folder)
        for name, content in (("dvc.yaml", text), ("params.yaml", PARAMS), ("more.yaml", MORE)):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
                out.write(content)
        print(json.dumps({"folder": f"p{i}", "stages": read(repo, folder, pick)}))


main()
