"""The composition root of the worker: the only place that builds things."""
