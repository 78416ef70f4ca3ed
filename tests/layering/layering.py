#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads every #include of the project and fails on what the table of docs/architecture.md does not
allow.

layering.py [ROOT]     checks a tree
layering.py --self     checks that it can fail: each rule against a small tree that breaks it
"""
import fnmatch
import glob
import os
import re
import sys
import tempfile

SOURCE_ENDINGS = (".c", ".h", ".cpp", ".hpp")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)

# The library that a system header belongs to: the first pattern that fits.
LIBRARIES = (
    ("pthread", "pthread.h semaphore.h"),
    ("libm", "math.h complex.h tgmath.h"),
    ("jansson", "jansson.h"),
    ("GLib", "glib.h glib-*.h glib/* gio/* gmodule.h gobject/*"),
    ("gstcheck", "gst/check/*"),
    ("GStreamer", "gst/*"),
    ("cairo", "cairo.h cairo/*"),
    ("libv4l2", "libv4l2.h linux/videodev2.h"),
    ("libzmq", "zmq.h"),
    ("libsystemd", "systemd/*"),
    ("libjpeg-turbo", "jpeglib.h jerror.h turbojpeg.h"),
    ("Check", "check.h"),
    ("OpenCV", "opencv2/*"),
    ("ONNX-Runtime", "onnxruntime*"),
    ("XNNPACK", "xnnpack.h cpuinfo.h"),
    ("instructions", "immintrin.h emmintrin.h arm_neon.h cpuid.h"),
    ("C++", "cstd* cmath cstring cassert cerrno memory string vector chrono algorithm iostream"),
)
LIBC = set("""assert.h ctype.h dirent.h dlfcn.h errno.h fcntl.h fenv.h float.h getopt.h glob.h grp.h inttypes.h limits.h locale.h malloc.h netdb.h poll.h pwd.h
 sched.h setjmp.h signal.h spawn.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h
 syslog.h termios.h time.h unistd.h arpa/inet.h netinet/in.h sys/auxv.h sys/epoll.h sys/eventfd.h sys/file.h sys/ioctl.h sys/mman.h sys/prctl.h
 sys/random.h sys/resource.h sys/select.h sys/signalfd.h sys/socket.h sys/stat.h sys/statvfs.h sys/syscall.h sys/time.h sys/timerfd.h sys/types.h
 sys/uio.h sys/un.h sys/wait.h""".split())

# The place of a file -> what it may include besides libc and its own folder: folders of the
# project, then libraries. The first pattern that fits counts, so narrower patterns come before
# wider ones.
RULES = (
    ("base/*", "", "pthread libm"),
    ("tracker/include/*", "base", ""),
    ("tracker/net/safetensors.c", "base tracker/include tracker/ops", "jansson libm"),
    ("tracker/net/architecture.c", "base tracker/include tracker/ops", "jansson libm"),
    ("tracker/ops/*", "base tracker/include", "libm instructions"),
    ("tracker/net/*", "base tracker/include tracker/ops", "libm"),
    ("tracker/core/*", "base tracker/include tracker/ops tracker/net", "libm"),
    ("proto/*", "base", "jansson libm"),
    ("config/*", "base", "GLib"),
    ("pipeline/include/*", "base tracker/include", "GLib"),
    ("pipeline/frame/*", "base tracker/include", "GLib GStreamer"),
    ("pipeline/plugin/*", "base tracker/include pipeline/frame", "GLib GStreamer cairo pthread libm"),
    ("pipeline/camera.c", "base tracker/include pipeline/include", "GLib GStreamer libv4l2"),
    ("pipeline/*", "base tracker/include pipeline/include", "GLib GStreamer libm"),
    ("daemon/*", "base proto config pipeline/include tracker/include", "GLib GStreamer libzmq libsystemd pthread libm"),
    ("tools/etrackctl/*", "base proto", "GLib libzmq"),
    ("tools/eval/annotate.c", "base tracker tools/eval/include", "GLib cairo libm"),
    ("tools/eval/*", "base tracker/include pipeline/frame", "jansson GLib GStreamer libjpeg-turbo cairo libm"),
    ("tools/quantise/*", "base tracker tools/eval/include", "jansson GLib libm"),
    ("bench/*", "base tracker pipeline/include", "pthread libm libjpeg-turbo GLib GStreamer OpenCV ONNX-Runtime XNNPACK jansson C++ instructions"),
)
FOLDERS = "base tracker proto config pipeline daemon tools bench".split()


def sources(root):
    """Every source of the folders and of tests/, relative to the root."""
    for folder in FOLDERS + ["tests"]:
        for at, _, names in os.walk(os.path.join(root, folder)):
            for name in sorted(names):
                if name.endswith(SOURCE_ENDINGS):
                    yield os.path.relpath(os.path.join(at, name), root)


def library_of(header):
    """The library that a system header belongs to. None if it is in no table."""
    if header in LIBC:
        return "libc"
    for library, patterns in LIBRARIES:
        if any(fnmatch.fnmatch(header, pattern) for pattern in patterns.split()):
            return library
    return None


def find(root, source, header):
    """The project's file that a quoted include means, relative to the root, as meson's include
    directories would find it."""
    places = [os.path.dirname(source)]
    places += [os.path.relpath(place, root) for place in glob.glob(os.path.join(root, "*", "include")) + glob.glob(os.path.join(root, "*", "*", "include"))]
    places += ["pipeline", "tracker"]
    for place in places:
        path = os.path.normpath(os.path.join(place, header))
        if os.path.isfile(os.path.join(root, path)):
            return path
    return None


def within(path, folder):
    return path == folder or path.startswith(folder + "/")


def own_folder(pattern):
    """What the files of a rule may always include: the folder that its pattern names."""
    return os.path.dirname(pattern)


def rule_of(source):
    for pattern, folders, libraries in RULES:
        if fnmatch.fnmatch(source, pattern):
            return own_folder(pattern), folders.split(), libraries
    return None


def judge(root, source, quote, header):
    """What is wrong with one include, or None."""
    own, folders, libraries = rule_of(source)
    found = find(root, source, header) if quote == '"' else None
    if found:
        if any(within(found, folder) for folder in [own, *folders]):
            return None
        return f"may not include {found} (it may: {', '.join([own, *folders])})"
    library = library_of(header)
    if library is None:
        return f"includes {header}, which is neither a file of the project nor of a known library: add it to LIBRARIES"
    if library == "libc" or library in libraries.split():
        return None
    return f"may not include <{header}> of {library} (it may: libc {libraries})"


def read_includes(root, source):
    with open(os.path.join(root, source), encoding="utf-8") as file:
        return INCLUDE.findall(file.read())


def check_folder_rules(root, source):
    if rule_of(source) is None:
        return [f"{source}: no rule covers it: add its folder to RULES"]
    verdicts = (judge(root, source, quote, header) for quote, header in read_includes(root, source))
    return [f"{source}: {verdict}" for verdict in verdicts if verdict]


def reached(root, source, seen):
    """Libraries that a source includes, itself or through the project's headers."""
    libraries = set()
    for quote, header in read_includes(root, source):
        found = find(root, source, header) if quote == '"' else None
        if found and found not in seen:
            seen.add(found)
            libraries |= reached(root, found, seen)
        elif not found:
            libraries.add(library_of(header))
    return libraries


def check_one_check(root, source):
    """gstcheck carries its own copy of Check, under the same include guard."""
    if {"Check", "gstcheck"} <= reached(root, source, set()):
        return [f"{source}: includes Check and gstcheck, which must never meet in one binary"]
    return []


def check_wire(root, source):
    """Of the daemon's files only wire.c sees every module."""
    if source == "daemon/wire.c":
        return []
    seen = {(find(root, source, header) or "").split("/")[0] for _, header in read_includes(root, source)}
    if {"proto", "config", "pipeline"} <= seen:
        return [f"{source}: includes proto, config and pipeline; of the daemon's files only wire.c may"]
    return []


def check(root):
    faults = []
    for source in sources(root):
        if within(source, "tests"):
            faults += check_one_check(root, source)
            continue
        faults += check_folder_rules(root, source)
        if within(source, "daemon"):
            faults += check_wire(root, source)
    return faults


# A file, its text, and a word of the complaint; None if there must be none.
SELF = (
    ("base/x.c", '#include <stdio.h>\n#include <pthread.h>\n#include "base/y.h"', None),
    ("base/x.c", "#include <glib.h>", "GLib"),
    ("base/x.c", '#include "etrack/tracker.h"', "tracker/include/etrack/tracker.h"),
    ("base/x.c", "#  include <glib.h>", "GLib"),
    ("base/x.c", "#include <unheard.h>", "unheard.h"),
    ("base/x.c", '#include "nowhere.h"', "nowhere.h"),
    ("tracker/net/safetensors.c", "#include <jansson.h>", None),
    ("tracker/net/x.c", "#include <jansson.h>", "jansson"),
    ("tracker/core/x.c", '#include "net/n.h"', None),
    ("tracker/ops/x.c", '#include "net/n.h"', "tracker/net/n.h"),
    ("tracker/include/etrack/x.h", '#include "net/n.h"', "tracker/net/n.h"),
    ("proto/x.c", "#include <glib.h>", "GLib"),
    ("config/x.c", '#include "proto/p.h"', "proto/include/proto/p.h"),
    ("pipeline/plugin/x.c", '#include "pipeline/graph.h"', "pipeline/include/pipeline/graph.h"),
    ("pipeline/x.c", "#include <libv4l2.h>", "libv4l2"),
    ("pipeline/x.c", '#include "net/n.h"', "tracker/net/n.h"),
    ("daemon/wire.c", '#include "proto/p.h"\n#include "config/c.h"\n#include "pipeline/graph.h"', None),
    ("daemon/x.c", '#include "proto/p.h"\n#include "config/c.h"\n#include "pipeline/graph.h"', "only wire.c"),
    ("daemon/x.c", '#include "plugin/e.h"', "plugin/e.h"),
    ("tools/etrackctl/x.c", '#include "etrack/tracker.h"', "tracker/include"),
    ("tools/eval/x.c", '#include "pipeline/graph.h"', "pipeline/include"),
    ("tools/eval/x.c", '#include "frame/frame.h"', None),
    ("pipeline/frame/x.c", '#include "plugin/e.h"', "plugin/e.h"),
    ("tools/new/x.c", "#include <stdio.h>", "no rule"),
    ("tests/unit/x.c", '#include "test/main.h"', None),
    ("tests/element/x.c", '#include <gst/check/gstcheck.h>\n#include "test/main.h"', "never meet"),
)
SELF_HEADERS = {
    "base/include/base/y.h": "",
    "tracker/include/etrack/tracker.h": "",
    "tracker/net/n.h": "",
    "proto/include/proto/p.h": "",
    "config/include/config/c.h": "",
    "pipeline/include/pipeline/graph.h": "",
    "pipeline/plugin/e.h": "",
    "pipeline/frame/frame.h": "",
    "tests/include/test/main.h": "#include <check.h>",
}


def write(root, path, text):
    os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
    with open(os.path.join(root, path), "w", encoding="utf-8") as file:
        file.write(text + "\n")


def self_test():
    wrong = []
    for path, text, word in SELF:
        with tempfile.TemporaryDirectory() as root:
            for header, words in SELF_HEADERS.items():
                write(root, header, words)
            write(root, path, text)
            faults = check(root)
        if (word is None and faults) or (word is not None and (len(faults) != 1 or word not in faults[0])):
            wrong.append(f"{path} with {text!r}: wanted {word!r}, got {faults}")
    return wrong


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else "."
    faults = self_test() if root == "--self" else check(root)
    for fault in faults:
        print(fault)
    if root != "--self" and not list(sources(root)):
        print(f"{root}: there are no sources here")
        return 1
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
