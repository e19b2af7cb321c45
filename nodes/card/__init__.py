"""SD cards: what goes onto a fresh Raspberry Pi OS card, so that its Pi comes up ready for Ansible."""
