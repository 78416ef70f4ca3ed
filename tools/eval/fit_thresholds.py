#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Says where a threshold on raw score or likeness lies, and how far it holds on other sequences.

    etrack-eval --csv frames.csv SEQUENCES...
    fit_thresholds.py frames.csv...

A threshold is the value below which a given share of the right boxes lies, each sequence with the
same weight. It is fitted with one sequence left out, and judged on that one, each in turn.
"""
import argparse

import numpy

from fit_score import read_frames

SHARES = (0.001, 0.005, 0.01, 0.02, 0.05)


def weighted_quantile(values, names, share):
    """The value below which `share` of the weight lies; every name has the same weight."""
    counts = dict(zip(*numpy.unique(names, return_counts=True)))
    weights = numpy.array([1 / counts[name] for name in names])
    order = numpy.argsort(values)
    reached = numpy.cumsum(weights[order]) / weights.sum()
    return values[order][numpy.searchsorted(reached, share)]


def told_below(values, names, right, share):
    """Of each sequence, by the threshold of the others: the thresholds, and the shares below them."""
    thresholds, below_right, below_wrong = [], [], []
    for name in numpy.unique(names):
        own = names == name
        others = ~own & right
        threshold = weighted_quantile(values[others], names[others], share)
        thresholds.append(threshold)
        below_right.extend(values[own & right] < threshold)
        below_wrong.extend(values[own & ~right] < threshold)
    return thresholds, below_right, below_wrong


def print_thresholds(label, values, names, right):
    print(f"{label}\nshare of right   threshold   without one      right below   wrong below")
    for share in SHARES:
        whole = weighted_quantile(values[right], names[right], share)
        thresholds, below_right, below_wrong = told_below(values, names, right, share)
        print(
            f"{share:14.3f} {whole:11.3f}   {min(thresholds):.3f}..{max(thresholds):.3f} "
            f"{100 * numpy.mean(below_right):12.1f} % {100 * numpy.mean(below_wrong):11.1f} %"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", nargs="+", help="written by etrack-eval --csv")
    names, raw_score, likeness, right = read_frames(parser.parse_args().csv)
    print(f"{len(names)} frames of {len(numpy.unique(names))} sequences, {(~right).sum()} of them not right")
    print_thresholds("raw score", raw_score, names, right)
    print_thresholds("likeness", likeness, names, right)


if __name__ == "__main__":
    main()
