"""The one way to Temporal: the server that `TEMPORAL_*` names, else the embedded stack's."""

from __future__ import annotations

import os
import re

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig, ClientConnectConfig

from runtime.errors import BadInput, Unreachable
from runtime.settings import START_ONE, find_stack

#: Any of these names a server; a configuration file alone does not, for it may serve another project.
_NAMING = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")


async def connect() -> Client:
    """Connect to Temporal; raise `Unreachable` with which server, where, and what to try."""
    config = _configured() or _embedded()
    if config is None:
        raise Unreachable("Temporal", "TEMPORAL_ADDRESS", f"it is not set; {START_ONE}")
    config.setdefault("target_host", "localhost:7233")
    try:
        return await Client.connect(**config, data_converter=pydantic_data_converter)
    except RuntimeError as error:
        raise Unreachable("Temporal", config["target_host"], f"{_gist(error)}; {START_ONE}") from error


def _configured() -> ClientConnectConfig | None:
    if not any(os.environ.get(name) for name in _NAMING):
        return None
    try:
        return ClientConfig.load_client_connect_config(override_env_vars=dict(os.environ))
    except (RuntimeError, ValueError) as error:
        raise BadInput(("TEMPORAL_*", _gist(error))) from error


def _embedded() -> ClientConnectConfig | None:
    if stack := find_stack():
        return ClientConnectConfig(target_host=stack.temporal_address, namespace=stack.temporal_namespace)
    return None


def _gist(error: Exception) -> str:
    """Return what the system said, out of the SDK's nest of causes."""
    told = re.search(r'message: "([^"]+)"', str(error))
    return told[1] if told else str(error).split("\n")[0]
