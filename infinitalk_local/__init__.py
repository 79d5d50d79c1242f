"""The same HTTP API as Segmind's, embedded: it renders a CPU preview instead of the paid video."""

from infinitalk_local.machines import Machines, MachinesError
from infinitalk_local.server import create_app
from infinitalk_local.settings import LocalSettings

__all__ = ["LocalSettings", "Machines", "MachinesError", "create_app"]
