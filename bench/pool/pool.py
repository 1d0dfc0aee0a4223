"""The same jobs with multiprocessing.Pool (fork): prints seconds as JSON. Slices come back as numpy arrays where
there is numpy, otherwise as arrays of the standard library."""
import json
import statistics
import sys
import time
from array import array
from multiprocessing import Pool

try:
    import numpy as np
except ImportError:
    np = None

workers, tasks, slices, repeats = map(int, sys.argv[1:])


def increment(x):
    return x + 1


def make_slice(index):
    if np is not None:
        return np.full(4000, float(index))
    return array("d", [index]) * 4000


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def start():
    begun = time.perf_counter()
    with Pool(workers) as pool:
        pool.apply(increment, (1,))
        return time.perf_counter() - begun


if __name__ == "__main__":
    starts = [start() for _ in range(repeats)]
    with Pool(workers) as pool:
        items = list(range(tasks))
        rows = {
            "start": starts,
            "one": [timed(lambda: pool.map(increment, items, chunksize=1)) / tasks for _ in range(repeats)],
            "many": [timed(lambda: pool.map(increment, items)) / tasks for _ in range(repeats)],
            "slices": [timed(lambda: pool.map(make_slice, range(slices))) for _ in range(repeats)],
        }
    print(json.dumps({name: statistics.median(values) for name, values in rows.items()}))
