"""The queue as people feel it: from a finger to paper, from next to the call screen, and under load."""
