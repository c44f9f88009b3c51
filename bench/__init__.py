"""The benchmark suite: what Addenda costs, told as ratios to bare peers on the same machine in the same minute."""
