"""What stands in the place of a form for a service, for who may not make one."""

from passgate.console.components.empty import empty
from passgate.console.components.page_header import page_header
from passgate.console.components.text import box
from passgate.console.edge import MOUNT_PATH


def no_new_services() -> None:
    """Say so, before anything is filled in."""
    page_header("New service", trail=[("Services", f"{MOUNT_PATH}/services")])
    with box("pg-card"):
        empty("service", "You may not create services", "That takes the right to write services in a team.")
