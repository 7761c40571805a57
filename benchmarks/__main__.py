"""`python -m benchmarks`: how long the road takes, how many requests ThriveCart is asked, how people are found."""

import argparse

from benchmarks import identity, requests, road


def main() -> None:
    """Measure all three, or the one that is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("part", nargs="?", choices=("road", "requests", "identity"), help="all if left out")
    parser.add_argument("--scale", type=float, default=0.25, help="of the road's small business; 1.0 is the demo's")
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="at ThriveCart")
    parser.add_argument("--addresses", type=int, default=200_000, help="of the people; a day's are a hundredth")
    parser.add_argument("--chain", type=int, help="components alone, once, with chains of so many addresses")
    asked = parser.parse_args()
    if asked.part in (None, "road"):
        road.compare(asked.scale)
    if asked.part in (None, "requests"):
        requests.count(asked.events)
    if asked.part in (None, "identity") and asked.chain:
        identity.components_once(asked.addresses, asked.chain)
    elif asked.part in (None, "identity"):
        identity.compare(asked.addresses)


if __name__ == "__main__":
    main()
