"""How long the road takes, told in ratios of one run: machines differ, and the same one from hour to hour."""
