"""What if: the same visitors, twice, in two arrangements of one site, under the hall's real rules."""
