"""页面: one module for each place, with its `router` and, where the bar at the top leads to it, its `NAV`."""
