"""Addresses that the user keeps apart, in a component that would bring them together."""

import json

Node = tuple[str, str]
"""`address` or `key`, and which one."""


def separate(links_json: str, kept_apart_json: str) -> str:
    """Make the links of a component again, one by one, but none that brings kept-apart addresses together.

    `links_json` is a list of [rank, address, key], rank 1 being the strongest; `kept_apart_json` is a list of
    [address, other address]. Returns a list of {"rank": ..., "group": ...}, one for each link by rank: `group` is the
    least address of those that ended together with the link's, and null for a link that was refused.
    """
    links: list[tuple[int, str, str]] = sorted(tuple(link) for link in json.loads(links_json))
    groups = _Groups(json.loads(kept_apart_json))
    refused = {rank for rank, address, key in links if not groups.join(("address", address), ("key", key))}
    least: dict[Node, str] = {}
    for _, address, _ in links:
        top = groups.top(("address", address))
        least[top] = min(address, least.get(top, address))
    return json.dumps(
        [
            {"rank": rank, "group": None if rank in refused else least[groups.top(("address", address))]}
            for rank, address, _ in links
        ]
    )


class _Groups:
    """Nodes that are together, each group with one of them on top, and the nodes that no group may share."""

    def __init__(self, kept_apart: list[list[str]]) -> None:
        self._above: dict[Node, Node] = {}
        self._enemies: dict[Node, set[Node]] = {}
        for one, other in kept_apart:
            self._enemies.setdefault(("address", one), set()).add(("address", other))
            self._enemies.setdefault(("address", other), set()).add(("address", one))

    def top(self, node: Node) -> Node:
        path = []
        while (above := self._above.get(node, node)) != node:
            path.append(node)
            node = above
        self._above.update(dict.fromkeys(path, node))
        return node

    def join(self, one: Node, other: Node) -> bool:
        """Bring two groups together, unless they hold enemies: then return False."""
        top, below = self.top(one), self.top(other)
        if top == below:
            return True
        if any(self.top(enemy) == below for enemy in self._enemies.get(top, ())):
            return False
        self._above[below] = top
        self._enemies.setdefault(top, set()).update(self._enemies.pop(below, ()))
        return True
