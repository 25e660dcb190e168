"""What the ball tree does point by point, compiled by numba when this module is first imported.

All sums are of float64 products, which are exact for float32 factors, so that what is left of
rounding can be bounded; the order of a sum is the compiler's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from topicart.retrieval.scoring_kernels import replace_least

__all__ = ["descend", "grow", "holders"]

_SUMS = {"reassoc", "contract", "nsz"}
# float64 rounds by 2**-53 of a value; twice that for each of a sum's terms is safe in any order.
_ROUNDING = 2.0**-52
# Two scores this near, as a share, may be one and the same float32.
_SINGLE = 2.0**-22
_TINY = 1e-44


@njit(cache=True, nogil=True, fastmath=_SUMS)
def _squared_distance(one: Any, other: Any) -> float:
    total = 0.0
    for at in range(len(one)):
        difference = np.float64(one[at]) - np.float64(other[at])
        total += difference * difference
    return total


@njit(cache=True, nogil=True, fastmath=_SUMS)
def _product(one: Any, other: Any) -> float:
    total = 0.0
    for at in range(len(one)):
        total += np.float64(one[at]) * np.float64(other[at])
    return total


@njit(cache=True, nogil=True)
def _drawn(seed: int, node: int, size: int) -> Any:
    """A number below size from a seed and a node: SplitMix64, whose every value is used once."""
    mixed = np.uint64(seed) + np.uint64(node + 1) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return np.int64(mixed % np.uint64(size))


@njit(cache=True, nogil=True)
def _centre(vectors: Any, rows: Any, sums: Any, centre: Any) -> Any:
    """Write the mean of some points; give the radius around it."""
    sums[:] = 0.0
    for row in rows:
        vector = vectors[row]
        for at in range(len(sums)):
            sums[at] += vector[at]
    for at in range(len(sums)):
        centre[at] = sums[at] / len(rows)
    farthest = 0.0
    for row in rows:
        farthest = max(farthest, _squared_distance(vectors[row], centre))
    # The radius is that around the centre as it is stored, and never too small by rounding.
    return np.sqrt(farthest) * (1.0 + (len(sums) + 4) * _ROUNDING)


@njit(cache=True, nogil=True)
def _split(vectors: Any, rows: Any, first: int, near: Any, spare: Any) -> int:
    """Part rows in place, those nearer to one pole first; give how many these are."""
    one = _farthest(vectors, rows, first, near)
    other = _farthest(vectors, rows, one, near)
    kept = moved = 0
    for place in range(len(rows)):
        row = rows[place]
        if near[place] <= _squared_distance(vectors[row], vectors[other]):
            rows[kept] = row
            kept += 1
        else:
            spare[moved] = row
            moved += 1
    rows[kept:] = spare[:moved]
    return kept


@njit(cache=True, nogil=True)
def _farthest(vectors: Any, rows: Any, pole: int, near: Any) -> Any:
    """Write each row's squared distance to one of them; give the row of the largest."""
    best = 0
    for place in range(len(rows)):
        near[place] = _squared_distance(vectors[rows[place]], vectors[pole])
        if near[place] > near[best]:
            best = place
    return rows[best]


@njit(cache=True, nogil=True)
def _part_by_means(vectors: Any, rows: Any, kept: int, sums: Any, across: Any, spare: Any) -> Any:
    """Part rows in place anew, by the nearer of the two sides' means.

    Gives how many go left, and whether any changed sides.
    """
    sums[:] = 0.0
    across[:] = 0.0
    for place in range(len(rows)):
        side = sums if place < kept else across
        vector = vectors[rows[place]]
        for at in range(len(sums)):
            side[at] += vector[at]
    middle = 0.0
    for at in range(len(sums)):
        left, right = sums[at] / kept, across[at] / (len(rows) - kept)
        middle += (left * left - right * right) / 2
        across[at] = left - right
    stay = moved = changed = 0
    for place in range(len(rows)):
        row = rows[place]
        goes_left = _product(vectors[row], across) >= middle
        changed += goes_left != (place < kept)
        if goes_left:
            rows[stay] = row
            stay += 1
        else:
            spare[moved] = row
            moved += 1
    rows[stay:] = spare[:moved]
    return stay, changed > 0


@njit(cache=True, nogil=True)
def grow(
    vectors: Any,
    order: Any,
    stack: Any,
    state: Any,
    leaf_size: int,
    epsilon: float,
    rounds: int,
    seed: int,
    budget: int,
    starts: Any,
    ends: Any,
    parents: Any,
    children: Any,
    depths: Any,
    radii: Any,
    centres: Any,
) -> None:
    """Split nodes until none is left, the budget of points is spent, or the arrays are full.

    ``state`` holds the number of nodes, of those that wait on the stack, and of the points that
    lie in leaves; it is where the next call goes on.
    """
    near = np.empty(len(order), np.float64)
    spare = np.empty(len(order), order.dtype)
    sums = np.empty(vectors.shape[1], np.float64)
    across = np.empty(vectors.shape[1], np.float64)
    while state[1] > 0 and budget > 0:
        if state[0] + 2 > len(starts) or state[1] + 1 > len(stack):
            return
        state[1] -= 1
        node = stack[state[1]]
        rows = order[starts[node] : ends[node]]
        budget -= len(rows)
        radii[node] = _centre(vectors, rows, sums, centres[node])
        kept = 0
        if len(rows) > leaf_size and radii[node] >= epsilon:
            first = rows[_drawn(seed, node, len(rows))]
            kept = _split(vectors, rows, first, near, spare)
            left_to_do = rounds
            while left_to_do > 0 and 0 < kept < len(rows):
                kept, changed = _part_by_means(vectors, rows, kept, sums, across, spare)
                left_to_do = left_to_do - 1 if changed else 0
        if kept == 0 or kept == len(rows):
            state[2] += len(rows)
            continue
        left = state[0]
        children[node] = left
        for child in range(left, left + 2):
            parents[child] = node
            children[child] = -1
            depths[child] = depths[node] + 1
        starts[left], ends[left] = starts[node], starts[node] + kept
        starts[left + 1], ends[left + 1] = ends[left], ends[node]
        stack[state[1]], stack[state[1] + 1] = left + 1, left
        state[0] += 2
        state[1] += 2


@njit(cache=True, nogil=True)
def holders(
    label_starts: Any, positions: Any, leaf_of: Any, parents: Any, starts: Any, nodes: Any
) -> None:
    """Find the nodes that hold each label, by climbing from its points until a node is known.

    With no room in ``nodes`` it counts: ``starts`` gets where each label's nodes start.
    """
    seen = np.full(len(parents), -1, np.int64)
    found = 0
    for label in range(len(label_starts) - 1):
        starts[label] = found
        for place in range(label_starts[label], label_starts[label + 1]):
            node = leaf_of[positions[place]]
            while node >= 0 and seen[node] != label:
                seen[node] = label
                if len(nodes) > 0:
                    nodes[found] = node
                found += 1
                node = parents[node]
    starts[len(label_starts) - 1] = found


@njit(cache=True, nogil=True)
def descend(
    vectors: Any,
    starts: Any,
    ends: Any,
    children: Any,
    radii: Any,
    centres: Any,
    opened: Any,
    point_starts: Any,
    point_labels: Any,
    groups: Any,
    full: Any,
    query: Any,
    k: int,
    longest: float,
    depth: int,
) -> Any:
    """Give the places of all points that may be among the k best, nodes visited, points compared.

    Those within rounding of the k-th are among them: which come first is decided by who scores
    them anew.
    """
    length = np.sqrt(_product(query, query))
    slack = (len(query) + 4) * _ROUNDING * length
    heap = np.full(k, -np.inf)
    cut = -np.inf
    places, scores, found = np.empty(64, np.int64), np.empty(64, np.float64), 0
    visited = compared = 0
    nodes, bounds = np.empty(depth + 2, np.int64), np.empty(depth + 2, np.float64)
    nodes[0], bounds[0], height = 0, np.inf, 1
    while height > 0:
        height -= 1
        node = nodes[height]
        if not opened[node] or bounds[height] < cut:
            continue
        visited += 1
        left = children[node]
        if left >= 0:
            for child in range(left, left + 2):
                nodes[height + child - left] = child
                near = _product(centres[child], query)
                size = np.sqrt(_product(centres[child], centres[child])) + radii[child]
                bounds[height + child - left] = near + radii[child] * length + slack * size
            # The better one comes last, so that it is taken first.
            if bounds[height] > bounds[height + 1]:
                nodes[height], nodes[height + 1] = left + 1, left
                lesser = bounds[height + 1]
                bounds[height + 1], bounds[height] = bounds[height], lesser
            height += 2
            continue
        for place in range(starts[node], ends[node]):
            if full > 0:
                own = np.uint64(0)
                for at in range(point_starts[place], point_starts[place + 1]):
                    own |= groups[point_labels[at]]
                if own != full:
                    continue
            compared += 1
            score = _product(vectors[place], query)
            if score < cut:
                continue
            if found == len(places):
                places, scores, found = _kept(places, scores, found, cut)
            places[found], scores[found] = place, score
            found += 1
            if score > heap[0]:
                replace_least(heap, score)
                cut = heap[0] - 2 * slack * longest - _SINGLE * abs(heap[0]) - _TINY
    places, scores, found = _kept(places, scores, found, cut)
    return places[:found], visited, compared


@njit(cache=True, nogil=True)
def _kept(places: Any, scores: Any, found: int, cut: float) -> Any:
    """Drop what has fallen behind; give room for as many again where that was little."""
    kept = 0
    for at in range(found):
        if scores[at] >= cut:
            places[kept], scores[kept] = places[at], scores[at]
            kept += 1
    if 2 * kept < len(places):
        return places, scores, kept
    more_places, more_scores = np.empty(2 * len(places), np.int64), np.empty(2 * len(places))
    more_places[:kept], more_scores[:kept] = places[:kept], scores[:kept]
    return more_places, more_scores, kept
