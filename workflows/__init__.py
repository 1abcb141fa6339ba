"""The procedures, durable: a workflow waits, asks, orders and records."""
