"""What every process needs to run and no law knows: settings, errors, logging, the Temporal client."""
