#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks what clang-format cannot: licence, purpose, lengths of functions and of comment lines.

style.py [ROOT]              checks a tree
style.py --comments [ROOT]   checks the columns of its comments too
style.py --self              checks that it can fail: each rule against a small tree that breaks it
"""
import os
import re
import statistics
import sys
import tempfile

FOLDERS = "base tracker proto config pipeline daemon tools bench tests training build-aux".split()
LICENCE = "SPDX-License-Identifier: MIT"
LONGEST = 100  # lines of a body
MOST, SHARE = 40, 0.9  # this share of all functions stays under so many lines
MEDIAN = 12
C_ENDINGS = (".c", ".h", ".cpp", ".hpp")
COLUMNS = 100  # of a line with a comment
COMMENTS_IN_DEFAULT_RUN = True  # becomes True when `style.py --comments` finds no fault
MESON = "meson.build"
# A purpose is a sentence: it begins with a capital letter, a quote or a name, and has a few words.
PURPOSE = re.compile(r"\S+(\s+\S+){2,}")
# What may hold the marks of a comment in C: comments, strings, characters.
C_TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL)


def files(root):
    """The sources, scripts and Meson files, relative to the root, with their lines."""
    for folder in FOLDERS:
        for at, folders, names in os.walk(os.path.join(root, folder)):
            folders[:] = [name for name in folders if name != "__pycache__"]
            for name in sorted(names):
                path = os.path.join(at, name)
                if name.endswith((*C_ENDINGS, ".py", ".sh", ".bash")) or name == MESON or is_script(path):
                    with open(path, encoding="utf-8") as file:
                        yield os.path.relpath(path, root), file.read().split("\n")


def is_script(path):
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def check_head(path, lines):
    """The licence is in the first line (after a script's #!), the purpose in the next."""
    if os.path.basename(path) == MESON:
        return []
    if lines[0].startswith("#!"):
        lines = lines[1:]
    if path.endswith(C_ENDINGS):
        licence, opening = f"/* {LICENCE} */", "/* "
    elif lines[1:2] and lines[1].startswith('"""'):
        licence, opening = f"# {LICENCE}", '"""'
    else:
        licence, opening = f"# {LICENCE}", "# "
    if lines[0] != licence:
        return [f'{path}: the first line is not "{licence}"']
    purpose = lines[1] if len(lines) > 1 else ""
    if not purpose.startswith(opening) or not PURPOSE.match(purpose[len(opening):]):
        return [f"{path}: no sentence after the licence says what the file is for"]
    return []


def comment_lines(path, lines):
    """The numbers of the lines that hold a comment: in C also after code, elsewhere nothing else."""
    if not path.endswith(C_ENDINGS):
        return [number for number, line in enumerate(lines, 1) if line.lstrip().startswith("#")]
    text, numbers = "\n".join(lines), set()
    for match in C_TOKEN.finditer(text):
        if match[0].startswith(("/*", "//")):
            first = text.count("\n", 0, match.start()) + 1
            numbers.update(range(first, first + match[0].count("\n") + 1))
    return sorted(numbers)


def check_columns(path, lines):
    return [f"{path}:{number}: a comment of {len(lines[number - 1])} columns; it may have {COLUMNS}"
            for number in comment_lines(path, lines) if len(lines[number - 1]) > COLUMNS]


def functions(path, lines):
    """(lines of the body, where it begins) of every C function.

    In this layout the braces of a function are alone in the first column.
    """
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield number - start - 1, f"{path}:{start}"
            start = None


def check_lengths(lengths):
    if not lengths:
        return []
    counts = sorted(length for length, _ in lengths)
    faults = [f"{where}: a function of {length} lines; the limit is {LONGEST}" for length, where in lengths if length > LONGEST]
    under = sum(count < MOST for count in counts) / len(counts)
    if under < SHARE:
        faults.append(f"only {under:.0%} of the functions are under {MOST} lines; {SHARE:.0%} must be")
    if statistics.median(counts) > MEDIAN:
        faults.append(f"the median function has {statistics.median(counts):g} lines; it may have {MEDIAN}")
    return faults


def check(root, comments):
    faults, lengths = [], []
    for path, lines in files(root):
        faults += check_head(path, lines)
        if comments:
            faults += check_columns(path, lines)
        if path.endswith(C_ENDINGS):
            lengths += functions(path, lines)
    return faults + check_lengths(lengths), lengths


HEAD = f"/* {LICENCE} */\n/* Says what it is for. */\n"


def function(body_lines):
    return "int f(void)\n{\n" + "  g();\n" * body_lines + "}\n"


def comment(columns, before="", opening="/* ", end=" */"):
    return before + opening + "x" * (columns - len(before + opening + end)) + end + "\n"


# Files, and a word of the one complaint; None if there must be no complaint.
SELF = (
    ({"base/a.c": HEAD + function(100) + function(3) * 9}, None),
    ({"base/a.c": HEAD + function(101) + function(3) * 9}, "101 lines"),
    ({"base/a.c": HEAD + function(40) * 2 + function(3) * 9}, "under 40"),
    ({"base/a.c": HEAD + function(13) * 2 + function(3)}, "median"),
    ({"base/a.c": "\n" + HEAD}, "first line"),
    ({"base/a.h": f"/* {LICENCE} */\n#ifndef A_H\n"}, "no sentence"),
    ({"base/a.h": f"/* {LICENCE} */\n/* Header. */\n"}, "no sentence"),
    ({"tools/a.py": f'#!/usr/bin/env python3\n# {LICENCE}\n"""Does a thing well."""\n'}, None),
    ({"tools/a.py": "import os\n"}, "first line"),
    ({"build-aux/a": f"#!/bin/sh\n# {LICENCE}\n# Does a thing well.\n"}, None),
    ({"build-aux/a": f"#!/bin/sh\n# {LICENCE}\nset -e\n"}, "no sentence"),
    ({"build-aux/a": "only text, no script\n"}, None),
    ({"base/a.c": HEAD + comment(100) + comment(100, "int a; ")}, None),
    ({"base/a.c": HEAD + comment(101)}, "base/a.c:3: a comment of 101 columns"),
    ({"base/a.c": HEAD + comment(101, "int a; ")}, "101 columns"),
    ({"base/a.c": HEAD + "/* Begins here.\n" + comment(101, opening=" * ")}, "base/a.c:4: "),
    ({"base/a.c": HEAD + "/* Begins here.\n" + comment(101, opening=" * ", end="") + " */\n"}, "base/a.c:4: "),
    ({"base/a.c": HEAD + "int a; /* Begins here.\n" + comment(101, opening=" * ", end="") + " */\n"}, "base/a.c:4: "),
    ({"base/a.c": HEAD + 'const char a[] = "' + "/*" * 50 + '";\n'}, None),
    ({"base/meson.build": comment(100, opening="# ", end="")}, None),
    ({"base/meson.build": comment(101, opening="# ", end="")}, "101 columns"),
    ({"build-aux/a": f"#!/bin/sh\n# {LICENCE}\n# Does a thing well.\n" + comment(101, "  ", "# ", "")}, "build-aux/a:4: "),
)


def self_test():
    wrong = []
    for contents, word in SELF:
        with tempfile.TemporaryDirectory() as root:
            for path, text in contents.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
            faults, _ = check(root, comments=True)
        if (word is None and faults) or (word is not None and (len(faults) != 1 or word not in faults[0])):
            wrong.append(f"{list(contents)}: wanted {word!r}, got {faults}")
    return wrong


def main():
    options, roots = ([a for a in sys.argv[1:] if a.startswith("--") == wanted] for wanted in (True, False))
    root = roots[0] if roots else "."
    if "--self" in options:
        faults = self_test()
    else:
        faults, lengths = check(root, COMMENTS_IN_DEFAULT_RUN or "--comments" in options)
        if not lengths:
            faults.append(f"{root}: no functions here")
        else:
            counts = sorted(length for length, _ in lengths)
            print(f"{len(counts)} functions: median {statistics.median(counts):g} lines, "
                  f"9 of 10 up to {counts[int(SHARE * len(counts))]}, longest {counts[-1]}")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
