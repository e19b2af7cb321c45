"""The self-test of a node: each device in turn, with a technician's hands and eyes, and a result sheet."""
