# SPDX-License-Identifier: MIT
"""Writes clusters.json: curves of five shapes, and what scikit-learn makes of them, for tests/unit/analysis_cluster_test.cpp.

    python tests/golden/make_clusters.py        (needs numpy and scikit-learn)
"""
import json
import pathlib

import numpy as np
from sklearn.cluster import KMeans

POINTS = 12


def main():
    rng = np.random.default_rng(7)
    x = np.linspace(0, 1, POINTS)
    shapes = [0.95 + 0 * x, 0.2 + 0 * x, 0.25 + 0.7 * (x > 0.6), 0.9 - 0.7 * (x > 0.4), 0.3 + 0.5 * x]
    curves = np.clip(np.vstack([shapes[i % 5] + rng.normal(0, 0.05, POINTS) for i in range(83)]), 0, 1).round(3)
    fits = {}
    for k in (1, 2, 4, 5):
        fit = KMeans(k, n_init=200, random_state=0, tol=0, max_iter=1000).fit(curves)
        fits[k] = {"inertia": fit.inertia_, "labels": fit.labels_.tolist(), "sizes": sorted(np.bincount(fit.labels_).tolist(), reverse=True)}
    text = json.dumps({"points": POINTS, "curves": curves.tolist(), "fits": fits}, separators=(",", ":"))
    (pathlib.Path(__file__).parent / "clusters.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
