"""`python -m benchmarks`: how long the road takes, and how many requests ThriveCart is asked."""

import argparse

from benchmarks import requests, road


def main() -> None:
    """Measure both, or the one that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("road", "requests"), help="both if left out")
    parser.add_argument("--scale", type=float, default=0.25, help="of the road's small business; 1.0 is the demo's")
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="at ThriveCart")
    asked = parser.parse_args()
    if asked.part != "requests":
        road.compare(asked.scale)
    if asked.part != "road":
        requests.count(asked.events)


if __name__ == "__main__":
    main()
