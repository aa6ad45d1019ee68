"""Layers of a graph that may have circles: every line leads at least one layer down, but for those that lead back."""

from __future__ import annotations

from collections.abc import Sequence

Pair = tuple[int, int]
A_LINE_BACK = 3
"""As bad as so many layers that a line crosses."""


def ranked(count: int, pairs: Sequence[Pair]) -> list[int]:
    """Layer of each node, from 0. Walked from node 0 on, lines in order; unreached nodes begin anew at the top.

    Of two ways to say which lines lead back the one with the shorter lines: a walk in depth suits what comes together
    again further down, a walk in breadth a tree from which many lines lead back up.
    """
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in pairs:
        if source != target:
            after[source].append(target)
    tried = (_longest(after, order) for order in (_in_depth(after), _in_breadth(after)))
    return min(tried, key=lambda ranks: _length(ranks, pairs))


def _length(ranks: Sequence[int], pairs: Sequence[Pair]) -> int:
    spans = [ranks[target] - ranks[source] for source, target in pairs]
    return sum(abs(one) for one in spans) + A_LINE_BACK * sum(one < 0 for one in spans)


def _in_depth(after: Sequence[Sequence[int]]) -> list[int]:
    """Nodes so that only lines back to one that was still being walked lead to an earlier one."""
    state = [0] * len(after)
    finished: list[int] = []
    for root in range(len(after)):
        stack = [] if state[root] else [(root, 0)]
        while stack:
            node, place = stack.pop()
            state[node] = 1
            if place == len(after[node]):
                finished.append(node)
                continue
            stack.append((node, place + 1))
            if not state[after[node][place]]:
                stack.append((after[node][place], 0))
    return finished[::-1]


def _in_breadth(after: Sequence[Sequence[int]]) -> list[int]:
    """Nodes by how many steps they are away."""
    found: dict[int, None] = {}
    for root in range(len(after)):
        ahead = [] if root in found else [root]
        for node in ahead:
            if node not in found:
                found[node] = None
                ahead += after[node]
    return list(found)


def _longest(after: Sequence[Sequence[int]], order: Sequence[int]) -> list[int]:
    """Lines to an earlier node of the order lead back, but never sideways; all others lead down."""
    place = {node: at for at, node in enumerate(order)}
    ranks = [0] * len(after)
    for node in order:
        beside = {ranks[to] for to in after[node] if place[to] < place[node]}
        while ranks[node] in beside:
            ranks[node] += 1
        for to in after[node]:
            if place[to] > place[node]:
                ranks[to] = max(ranks[to], ranks[node] + 1)
    return ranks
