"""Strings that a careless program would execute, cut, or take for something else. Deterministic."""

# `@` stands for a command that would show it: a program on PATH on both sides, so that no slash is needed.
PAYLOADS = [
    "$(@)", "`@`", ";@;", "&&@", "||@", "|@", "&@&", "\n@\n", "\n@ #", "';@;'", '";@;"', "'$(@)'", '"$(@)"', "\\$(@)",
    "${x:-$(@)}", "$((a[$(@)]))", "a[$(@)]=1", "<(@)", ">(@)", "$(@)\n", "\\\n@", "');@;('", '");@;("', "\r@\r", "\r\n@\r\n",
    "#SBATCH --wrap=@", "\n#SBATCH --wrap=@\n", "x\n#SBATCH --job-name=y", "\n#!/bin/sh\n@", "\nEOF\n@\n", "\n)\n@\n(", "}\n@\n{",
    "-oProxyCommand=@", "--upload-pack=@", "--exec=@", "-c@", "-e@", "--rsh=@", "ext::@", "ext::sh -c @", "-", "--", "-f", "--help",
    "../../../x", "..", ".", "/", "/etc/passwd", "~", "~root", "~/x", "a/../../b", ".git", ".git/config", ".dvc/config", ".ssh/id_rsa",
    "\x1b[2J\x1b[H", "\x1b]0;title\x07", "\x1b]52;c;QA==\x07", "\x9b31m", "\x07\x08\x7f", "a\rb", "a\tb", "\x01\x02\x03", "\u202egpj.x",
    "\u0085", "\u00a0", "\u2028", "\ufeffx", "日本語", "naïve", "e\u0301", "🧪", "%j", "%A_%a.%x", "%%", "%n$s", "%s%s%s%n", "!x", "!!", "*", "?",
    "[a-z]", "{a,b}", "{1..9}", "a b", " a", "a ", "  ", "\t", "", "'", '"', "\\", "\\\\", "\\'", "''", '""', "$", "$$", "$x", "${x}", "$@",
    "@rdvc:0 submitted 1", "\n@rdvc:0 submitted 99 /tmp\n", "rdvc:0123456789abcdef0123456789abcdef", "|rdvc:0", "a|b", "a;b", "a,b", "a=b", "=",
    "a:b", "a@{0}", "@{-1}", "HEAD", "refs/heads/x", "^x", "x~1", "x.lock", ".x", "x.", "//", "x/", "/x", "x//y", "${HOME}", "$HOME", "null", "true",
    "yes", "1e3", "0x10", "[1", "{a: 1", "- x", "? x", "!!python/object/apply:os.system [@]", "&a *a", "<<: *x", "a: b", "# x", "%YAML", "---", "...",
    "x" * 99, "y" * 300, "z" * 5000, "é" * 200, "$(@)" * 50, "\\" * 101, "'" * 101, "\n" * 20,
]
RAW = [b"\xff\xfe", b"\xc3", b"\xc3\x28", b"a\x80b", b"\xed\xa0\x80", b"\xf0\x9f\x92", b"$(@)\xff", b"'\xff;@;'", bytes(range(1, 256))]


def strings(random, count, command):
    """`count` of them, all different, with `command` in place: each payload once, then combinations."""
    whole = [payload.encode() for payload in PAYLOADS] + RAW
    made = list(dict.fromkeys(whole))
    random.shuffle(made)
    seen = set(made)
    while len(made) < count:
        kind = random.randrange(4)
        if kind == 0:  # two at once
            text = random.choice(whole) + random.choice(whole)
        elif kind == 1:  # inside of something harmless
            text = b"lr" + random.choice(whole) + b"0.%d" % random.randrange(100)
        elif kind == 2:  # any bytes
            text = bytes(random.randrange(1, 256) for _ in range(random.randrange(1, 40)))
        else:  # any of what shells care for
            text = bytes(random.choice(b"'\"\\$`;|&<>(){}[]*?~#!=%@ \n\tab.-/") for _ in range(random.randrange(1, 24)))
        if text not in seen:
            seen.add(text)
            made.append(text)
    return [text.replace(b"@rdvc", b"\0").replace(b"@{", b"\1").replace(b"@", command).replace(b"\1", b"@{").replace(b"\0", b"@rdvc")
            for text in made[:count]]
