"""The real Temporal server, with workflows whose clocks can be moved; its unstable keys are named only here."""

from __future__ import annotations

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import TimeSkippingConfig, WorkflowEnvironment

from runtime.temporal_server import temporal_binary


async def start_skipping() -> WorkflowEnvironment:
    """Start a server on which a test moves a workflow's clock, and only when it asks to."""
    return await WorkflowEnvironment.start_time_skipping_v2(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=temporal_binary(),
        ts_config=TimeSkippingConfig(enabled=False),
        dev_server_extra_args=[
            "--dynamic-config-value",
            "frontend.WorkflowTimeSkippingEnabled=true",
            "--dynamic-config-value",
            'history.timerProcessorMaxTimeShift="1ms"',
        ],
    )
