#!/usr/bin/env python3
"""Finds calls that are meant to end a request or a job, but would end only a subshell.

Usage: subshells.py ENDING[,ENDING...] FILE...

The files are bash that runs together. ENDING are the functions and builtins that end a request or a
job. A function that calls one of them in its own shell ends it, too. Such calls are errors in `$( )`,
`<( )`, `( )`, a pipe, and in the background. A line with `# ends this subshell alone` says that this
is intended. The lint does not see a function whose name is passed as a word to another function,
which calls it in the background. It reads only the bash that the cluster's side uses; bash that it
cannot read is an error.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

MEANT = "# ends this subshell alone"
OPERATOR = re.compile(r"&&|\|\||;;|\|&|[|&;()\n]")
REDIRECTION = re.compile(r"\d*(<<<|&>>|&>|>>|>&|<&|>\||<>|<(?!\()|>(?!\())")
CLOSERS = {"if": "fi", "while": "done", "until": "done", "for": "done", "case": "esac", "{": "}"}


class Unreadable(Exception):
    pass


@dataclass
class Function:
    file: str
    calls: list = field(default_factory=list)  # (name, inside a subshell, line)


@dataclass
class Token:
    kind: str  # word, operator or end
    text: str
    line: int
    nested: list  # texts of substitutions in it, with the line of each


class Lexer:
    """Splits a text into words and operators. Each word has the texts of its substitutions."""

    def __init__(self, text, line=1):
        self.text, self.at, self.line = text, 0, line
        self.here_documents = []
        self.nested = []

    def fail(self, what):
        raise Unreadable(f"line {self.line}: {what}")

    def take(self, count=1):
        taken = self.text[self.at : self.at + count]
        self.line += taken.count("\n")
        self.at += count
        return taken

    def sees(self, prefix):
        return self.text.startswith(prefix, self.at)

    def skip_blank(self):
        while self.at < len(self.text):
            if self.sees("\\\n"):
                self.take(2)
            elif self.text[self.at] in " \t":
                self.take()
            elif self.text[self.at] == "#":
                while self.at < len(self.text) and self.text[self.at] != "\n":
                    self.take()
            else:
                return

    def next(self):
        self.skip_blank()
        line, self.nested = self.line, []
        if self.at >= len(self.text):
            return Token("end", "", line, [])
        redirection = REDIRECTION.match(self.text, self.at)
        if redirection or (self.sees("<<") and not self.sees("<<<")):
            return self.redirection(line)
        if self.sees("(("):
            return Token("word", self.arithmetic("((", "))"), line, self.nested)
        operator = OPERATOR.match(self.text, self.at)
        if operator:
            self.take(len(operator.group()))
            if operator.group() == "\n":
                self.skip_here_documents()
            return Token("operator", operator.group(), line, [])
        text = self.word()
        if text == "[[":
            text = self.condition()
        return Token("word", text, line, self.nested)

    def redirection(self, line):
        here = re.compile(r"<<(?!<)-?").match(self.text, self.at)
        if here:
            self.take(len(here.group()))
            self.skip_blank()
            word = self.word()
            self.here_documents.append(word)
            return Token("redirection", "", line, [])
        self.take(len(REDIRECTION.match(self.text, self.at).group()))
        self.skip_blank()
        self.word()
        return Token("redirection", "", line, self.nested)

    def skip_here_documents(self):
        for word in self.here_documents:
            delimiter = word.strip("'\"")
            while True:
                if self.at >= len(self.text):
                    self.fail(f"no end of {delimiter}")
                end = self.text.find("\n", self.at)
                end = len(self.text) if end < 0 else end
                if self.take(end + 1 - self.at).strip() == delimiter:
                    break
        self.here_documents = []

    def word(self):
        start = self.at
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in " \t\n;&|" or (char in "<>" and not self.sees("<(") and not self.sees(">(")):
                break
            if char == "(":
                before = self.text[self.at - 1] if self.at > start else ""
                if before in "@*+?!" and before:
                    self.balanced()
                elif before == "=":
                    self.array()
                elif before in "<>" and before:
                    self.substitution()
                else:
                    break
            elif char == ")":
                break
            elif char in "<>":
                self.take()
            else:
                self.piece()
        if self.at == start:
            self.fail(f"unexpected `{self.text[self.at:self.at + 10]}`")
        return self.text[start : self.at]

    def piece(self):
        char = self.text[self.at]
        if char == "\\":
            self.take(2)
        elif self.sees("$'"):
            self.take(2)
            while not self.sees("'"):
                self.take(2 if self.sees("\\") else 1)
            self.take()
        elif char == "'":
            end = self.text.find("'", self.at + 1)
            if end < 0:
                self.fail("no end of '")
            self.take(end + 1 - self.at)
        elif char == '"':
            self.take()
            while not self.sees('"'):
                if self.at >= len(self.text):
                    self.fail('no end of "')
                if self.text[self.at] in "\\$":
                    self.piece()
                else:
                    self.take()
            self.take()
        elif self.sees("$(("):
            self.arithmetic("$((", "))")
        elif self.sees("$("):
            self.take()
            self.substitution()
        elif self.sees("${"):
            self.take(2)
            while not self.sees("}"):
                if self.at >= len(self.text):
                    self.fail("no end of ${")
                self.piece()
            self.take()
        else:
            self.take()

    def substitution(self):
        """Takes everything from `(` to `)`. A parser of its own reads the content."""
        self.take()
        inner = Parser(Lexer(self.text, self.line), inside=True)
        inner.lexer.at = self.at
        inner.advance()
        inner.commands({")"})
        self.nested.extend(inner.calls)
        self.at, self.line = inner.token_end, inner.lexer.line

    def balanced(self):
        self.take()
        while not self.sees(")"):
            if self.at >= len(self.text):
                self.fail("no end of (")
            self.balanced() if self.sees("(") else self.piece()
        self.take()

    def array(self):
        self.take()
        while not self.sees(")"):
            if self.at >= len(self.text):
                self.fail("no end of =(")
            if self.text[self.at] in " \t\n" or self.text[self.at] == "#":
                self.skip_blank()
                if self.sees("\n"):
                    self.take()
            elif self.sees("<("):
                self.take()
                self.substitution()
            else:
                self.piece()
        self.take()

    def arithmetic(self, opening, closing):
        self.take(len(opening))
        depth = 0
        while depth > 0 or not self.sees(closing):
            if self.at >= len(self.text):
                self.fail(f"no end of {opening}")
            if self.sees("("):
                depth += 1
                self.take()
            elif self.sees(")"):
                depth -= 1
                self.take()
            else:
                self.piece()
        self.take(len(closing))
        return "(("

    def condition(self):
        while not re.compile(r"\]\](?=[\s;&|)]|$)").match(self.text, self.at):
            if self.at >= len(self.text):
                self.fail("no end of [[")
            if self.sees("<(") or self.sees(">("):
                self.take()
                self.substitution()
            else:
                self.piece()
        self.take(2)
        return "[["


class Parser:
    """Finds a text's calls: `calls` are outside of functions, `functions` are those that it defines."""

    def __init__(self, lexer, inside=False):
        self.lexer, self.inside = lexer, inside
        self.calls, self.functions = [], {}
        self.token, self.token_end = None, 0

    def advance(self):
        self.token = self.lexer.next()
        self.token_end = self.lexer.at
        while self.token.kind == "redirection":
            self.calls.extend(self.token.nested)
            self.token = self.lexer.next()
            self.token_end = self.lexer.at

    def is_operator(self, *texts):
        return self.token.kind == "operator" and self.token.text in texts

    def is_word(self, *texts):
        return self.token.kind == "word" and self.token.text in texts

    def expect(self, text):
        if self.token.text != text:
            self.lexer.fail(f"expected `{text}`, not `{self.token.text}`")
        if text != ")" or self.lexer.text[self.token_end - 1] == ")":
            self.advance()

    def skip_newlines(self):
        while self.is_operator("\n", ";"):
            self.advance()

    def commands(self, ends):
        """Reads a list up to one of the words or operators `ends`, but does not take that one."""
        self.skip_newlines()
        while self.token.text not in ends:
            if self.token.kind == "end":
                if "" in ends:
                    return
                self.lexer.fail(f"no {' or '.join(sorted(ends))}")
            self.and_or()
            self.skip_newlines()

    def and_or(self):
        first = len(self.calls)
        self.pipeline()
        while self.is_operator("&&", "||"):
            self.advance()
            self.skip_newlines()
            self.pipeline()
        if self.is_operator("&"):
            self.calls[first:] = [(name, True, line) for name, _, line in self.calls[first:]]
            self.advance()

    def pipeline(self):
        first, piped = len(self.calls), False
        while self.is_word("!", "time"):
            self.advance()
        self.command()
        while self.is_operator("|", "|&"):
            piped = True
            self.advance()
            self.skip_newlines()
            self.command()
        if piped:
            self.calls[first:] = [(name, True, line) for name, _, line in self.calls[first:]]

    def command(self):
        if self.is_operator("("):
            self.subshell()
        elif self.token.kind == "word" and self.token.text in CLOSERS:
            self.compound(self.token.text)
        elif self.token.kind == "word":
            self.simple()
        else:
            self.lexer.fail(f"unexpected `{self.token.text}`")

    def subshell(self):
        first = len(self.calls)
        self.advance()
        self.commands({")"})
        self.calls[first:] = [(name, True, line) for name, _, line in self.calls[first:]]
        self.advance()

    def compound(self, word):
        self.advance()
        if word == "case":
            self.case()
        elif word == "{":
            self.commands({"}"})
        elif word == "if":
            while not self.is_word("fi"):
                self.commands({"then", "fi"})
                if self.is_word("then"):
                    self.advance()
                    self.commands({"elif", "else", "fi"})
                    if self.is_word("elif"):
                        self.advance()
                    elif self.is_word("else"):
                        self.advance()
                        self.commands({"fi"})
        else:
            if word == "for":
                while not self.is_operator(";", "\n") and not self.is_word("do"):
                    self.calls.extend(self.token.nested)
                    self.advance()
            self.commands({"do"})
            self.advance()
            self.commands({"done"})
        self.calls.extend(self.token.nested)
        self.expect(CLOSERS[word])

    def case(self):
        self.calls.extend(self.token.nested)
        self.advance()
        self.skip_newlines()
        self.expect("in")
        self.skip_newlines()
        while not self.is_word("esac"):
            if self.is_operator("("):
                self.advance()
            while not self.is_operator(")"):
                self.advance()
            self.advance()
            self.commands({";;", "esac"})
            if self.is_operator(";;"):
                self.advance()
            self.skip_newlines()

    def simple(self):
        words = []
        while self.token.kind == "word":
            self.calls.extend(self.token.nested)
            words.append(self.token)
            self.advance()
            if self.is_operator("(") and len(words) == 1:
                self.function(words[0].text)
                return
        called = [word for word in words if not re.match(r"^[A-Za-z_][A-Za-z_0-9]*(\[.*\])?\+?=", word.text)]
        while called and called[0].text in ("command", "builtin", "exec"):
            called.pop(0)
        for word in called[:1]:
            self.calls.append((word.text, self.inside, word.line))

    def function(self, name):
        self.advance()
        self.expect(")")
        self.skip_newlines()
        body = Parser(self.lexer)
        body.token, body.token_end = self.token, self.token_end
        body.command()
        self.token, self.token_end = body.token, body.token_end
        self.functions[name] = body.calls
        self.functions.update(body.functions)


def read(file):
    parser = Parser(Lexer(Path(file).read_text(encoding="utf-8")))
    parser.advance()
    parser.commands({""})
    return parser


def main():
    ending = set(sys.argv[1].split(","))
    bodies, found = [], set()
    for file in sys.argv[2:]:
        try:
            parser = read(file)
        except Unreadable as error:
            sys.exit(f"{file}: {error}")
        bodies += [(file, name, calls) for name, calls in parser.functions.items()]
        bodies.append((file, "", parser.calls))
    while True:
        more = {name for _, name, calls in bodies if any(call in ending and not inside for call, inside, _ in calls)}
        if more <= ending | {""}:
            break
        ending |= more - {""}
    for file, name, calls in bodies:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
        for call, inside, line in calls:
            if call in ending and inside and MEANT not in lines[line - 1]:
                found.add(f"{file}:{line}: `{call}` ends a subshell alone here")
    print("\n".join(sorted(found)))
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
