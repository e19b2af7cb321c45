"""How promised waits meet real ones, on simulated months and on real visits."""
