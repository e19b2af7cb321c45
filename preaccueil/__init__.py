"""The door: the command-line program, one short file a command."""

import os

__version__ = "0.1.0"

RELEASE = os.environ.get("PREACCUEIL_RELEASE") or __version__
"""What is deployed here, as the deployment calls it: a version of the program and of the site."""
