"""The inventory plugin ``preaccueil``: hosts and groups from a site description."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleParserError

from ansible.plugins.inventory import BaseInventoryPlugin
from broker.contract import compiled
from broker.contract.site import SiteError, load

DOCUMENTATION = r"""
name: preaccueil
short_description: Machines of a pre-reception space, from its site description
description:
  - One host for each file in C(nodes/) of the site, in the group C(nodes), in C(model_<model>) and in
    C(with_<device type>) for each type of device it has.
  - One host for the broker, the hall and the dashboard, in the groups C(broker), C(hall) and C(dashboard).
options:
  plugin:
    description: Always C(preaccueil).
    required: true
    choices: [preaccueil]
  site:
    description: Folder of the site description, relative to the inventory file.
    type: str
    required: true
  broker:
    description: Name of the machine that carries broker, hall and dashboard.
    type: str
    default: courtier
  domain:
    description: What is appended to a name to reach the machine; empty for nothing.
    type: str
    default: local
  addresses:
    description: Addresses of machines whose name is not to be resolved, by name.
    type: dict
    default: {}
"""

HALL_GROUPS = ("broker", "influxdb", "hall", "dashboard")


class InventoryModule(BaseInventoryPlugin):  # type: ignore[misc]  # Ansible has no types
    """Reads the description that every process reads, with the same checks."""

    NAME = "preaccueil"

    def verify_file(self, path: str) -> bool:
        """Whether the file may be one of ours: ``*preaccueil.yml``."""
        return bool(super().verify_file(path)) and path.endswith("preaccueil.yml")

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Fill the inventory. Raises AnsibleParserError that names every error of the description."""
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        folder = (Path(path).parent / self.get_option("site")).resolve()
        try:
            site = load(folder)
        except SiteError as error:
            raise AnsibleParserError(str(error)) from error
        broker = self.get_option("broker")
        taken = {node.id for node in site.nodes}
        if broker in taken:
            raise AnsibleParserError(f"{path}: broker: {broker} is also a node's name")
        inventory.set_variable("all", "preaccueil_site_dir", str(folder))
        inventory.set_variable("all", "preaccueil_site_id", site.id)
        inventory.set_variable("all", "preaccueil_timezone", site.timezone)
        inventory.set_variable("all", "preaccueil_broker", self._full(broker))
        self._add(broker, HALL_GROUPS)
        for node in site.nodes:
            self._add(node.id, groups_of(node))
            self.inventory.set_variable(node.id, "preaccueil_node_model", node.model)

    def _add(self, name: str, groups: tuple[str, ...]) -> None:
        self.inventory.add_host(name)
        for group in groups:
            self.inventory.add_group(group)
            self.inventory.add_host(name, group)
        address = self.get_option("addresses").get(name, self._full(name))
        self.inventory.set_variable(name, "ansible_host", address)

    def _full(self, name: str) -> str:
        """The name by which a machine is found on the site's network."""
        domain = self.get_option("domain")
        return f"{name}.{domain}" if domain else name


def groups_of(node: compiled.Node) -> tuple[str, ...]:
    """The groups of a node: all nodes, its model, and each type of device it has."""
    types = sorted({str(device.__struct_config__.tag) for device in node.devices})
    # A group's name has letters, digits and underscores only.
    model = "".join(letter if letter.isalnum() else "_" for letter in node.model.lower())
    return ("nodes", f"model_{model}", *(f"with_{name}" for name in types))
