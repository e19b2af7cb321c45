"""What the hall sums up of each local day, so that months are read as fast as a day."""
