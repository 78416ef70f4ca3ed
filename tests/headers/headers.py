#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every header that a folder offers to others, alone and twice in a row. The installed
ones (etrack/) are compiled as C++ too.

headers.py ROOT CC [CXX]           checks a tree; CXX "" = no C++ compiler, which is reported
headers.py --self CC [CXX]         checks that it can fail
"""
import glob
import os
import shlex
import subprocess
import sys
import tempfile

WARNINGS = ["-Wall", "-Wextra", "-Wundef", "-Werror", "-fsyntax-only"]
# What a folder's headers need besides libc, as pkg-config names it.
PACKAGES = {"config": ["glib-2.0"], "pipeline": ["glib-2.0"], "tools": ["glib-2.0"]}
# Folders whose headers show private ones of another folder: the quantiser's, which only its own
# program includes.
PRIVATE = {"tools/quantise/include": ["tracker"]}


def flags_of(folder):
    """Compiler flags of the libraries that a folder's headers may show. None if one is not
    installed."""
    packages = PACKAGES.get(folder)
    if not packages:
        return []
    asked = subprocess.run(["pkg-config", "--cflags", *packages], capture_output=True, text=True, check=False)
    return shlex.split(asked.stdout) if asked.returncode == 0 else None


def compile_twice(command, language, header, include, flags):
    """Includes the header twice, so that a missing guard shows too. Returns the compiler's message,
    "" if there is no error."""
    text = f'#include "{header}"\n' * 2
    run = subprocess.run([*command, "-x", *language, *WARNINGS, *include, *flags, "-"], input=text, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stderr


def check(root, cc, cxx):
    faults, count = [], 0
    folders = sorted(glob.glob(os.path.join(root, "*", "include")) + glob.glob(os.path.join(root, "tools", "*", "include")))
    folders = [folder for folder in folders if not folder.startswith(os.path.join(root, "tests"))]
    include = ["-I" + folder for folder in folders]
    for folder in folders:
        module = os.path.relpath(folder, root).split(os.sep)[0]
        flags = flags_of(module)
        if flags is None:
            print(f"SKIP headers of {module}: {' '.join(PACKAGES[module])} is not installed")
            continue
        private = ["-I" + os.path.join(root, other) for other in PRIVATE.get(os.path.relpath(folder, root), [])]
        for path in sorted(glob.glob(os.path.join(folder, "**", "*.h"), recursive=True)):
            header = os.path.relpath(path, folder)
            said = compile_twice(cc, ["c", "-std=gnu17"], header, include + private, flags)
            faults += [f"{header} as C:\n{said}"] if said else []
            count += 1
            if header.startswith("etrack/") and cxx:
                said = compile_twice(cxx, ["c++", "-std=c++11", "-pedantic"], header, include, flags)
                faults += [f"{header} as C++:\n{said}"] if said else []
                count += 1
    return faults, count


GOOD = "#ifndef X_H\n#define X_H\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n%s\n#ifdef __cplusplus\n}\n#endif\n#endif\n"
# A header of the installed kind, and a word of the complaint; None if there must be none.
SELF = (
    (GOOD % "int f(void);", None),
    (GOOD % "uint8_t f(void);", "as C:"),
    (GOOD % "struct s { int new; };", "as C++:"),
    ("struct s { int a; };", "as C:"),
)


def self_test(cc, cxx):
    wrong = []
    for text, word in SELF:
        if word == "as C++:" and not cxx:
            continue
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "tracker", "include", "etrack"))
            with open(os.path.join(root, "tracker", "include", "etrack", "x.h"), "w", encoding="utf-8") as file:
                file.write(text)
            faults, _ = check(root, cc, cxx)
        if (word is None and faults) or (word is not None and not any(word in fault for fault in faults)):
            wrong.append(f"{text!r}: wanted {word!r}, got {faults}")
    return wrong, len(SELF)


def main():
    root, cc = sys.argv[1], shlex.split(sys.argv[2])
    cxx = shlex.split(sys.argv[3]) if len(sys.argv) > 3 else []
    if not cxx:
        print("SKIP headers as C++: no C++ compiler")
    faults, count = self_test(cc, cxx) if root == "--self" else check(root, cc, cxx)
    for fault in faults:
        print(fault)
    print(f"{count} compilations, {len(faults)} refused")
    return 1 if faults or not count else 0


if __name__ == "__main__":
    sys.exit(main())
