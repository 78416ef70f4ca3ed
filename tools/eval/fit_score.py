#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Fits the map from raw score and likeness to the reported score, and says how far it holds.

    etrack-eval --csv frames.csv SEQUENCES...
    fit_score.py frames.csv...

The map is logistic. It is judged on sequences that it was not fitted on: each is left out in turn.
The last line has the constants for tracker/core/score.c.
"""
import argparse
import csv

import numpy

RIGHT_OVERLAP = 0.3
LEAST_ODDS = 0.005  # as in score.c
BINS = 10


def read_frames(paths):
    """The frames with a measured box: names, raw scores, likenesses, and what was right."""
    names, raw_score, likeness, right = [], [], [], []
    for path in paths:
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["state"] not in ("tracking", "uncertain") or row["event"] == "started" or row["present"] == "":
                    continue
                names.append(row["sequence"])
                raw_score.append(float(row["raw_score"]))
                likeness.append(float(row["likeness"]))
                right.append(float(row["overlap"]) > RIGHT_OVERLAP)
    if not names:
        raise SystemExit("fit_score.py: there is no frame with a measured box and a ground truth")
    return numpy.array(names), numpy.array(raw_score), numpy.array(likeness), numpy.array(right)


def features_of(raw_score, likeness):
    """Of each frame: log odds, likeness, 1."""
    within = numpy.clip(raw_score, LEAST_ODDS, 1 - LEAST_ODDS)
    return numpy.stack([numpy.log(within / (1 - within)), likeness, numpy.ones(len(within))], axis=1)


def shares(features, weights):
    return 1 / (1 + numpy.exp(-features @ weights))


def fit(features, right):
    """Maximum likelihood by Newton's method, with a little regularisation."""
    weights = numpy.zeros(features.shape[1])
    ridge = 1e-3 * numpy.eye(len(weights))
    for _ in range(50):
        expected = shares(features, weights)
        curvature = (features * (expected * (1 - expected))[:, None]).T @ features + ridge
        step = numpy.linalg.solve(curvature, features.T @ (right - expected) - ridge @ weights)
        weights += step
        if abs(step).max() < 1e-9:
            break
    return weights


def leave_one_out(names, features, right):
    """The share expected of each frame by a map fitted on the other sequences."""
    expected = numpy.zeros(len(names))
    for name in numpy.unique(names):
        own = names == name
        expected[own] = shares(features[own], fit(features[~own], right[~own]))
    return expected


def print_reliability(expected, right):
    print("score      frames     mean    right")
    for i in range(BINS):
        own = (expected >= i / BINS) & ((expected < (i + 1) / BINS) | (i == BINS - 1))
        if own.any():
            print(f"{i / BINS:.1f} - {(i + 1) / BINS:.1f} {own.sum():8d} {expected[own].mean():8.2f} {right[own].mean():8.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("csv", nargs="+", help="written by etrack-eval --csv")
    names, raw_score, likeness, right = read_frames(parser.parse_args().csv)
    features = features_of(raw_score, likeness)
    print(f"{len(names)} frames of {len(numpy.unique(names))} sequences, {(~right).sum()} of them not right")
    print_reliability(leave_one_out(names, features, right), right)
    of_raw_score, of_likeness, constant = fit(features, right)
    print(f"of_raw_score = {of_raw_score:.3f}, of_likeness = {of_likeness:.2f}, constant = {constant:.3f}")


if __name__ == "__main__":
    main()
