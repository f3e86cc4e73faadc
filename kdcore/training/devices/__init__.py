"""Where training runs: a device, its precision, several processes beside each other."""
