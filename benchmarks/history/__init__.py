"""The history page over four months of a busy site: how long each of its parts takes to answer."""
