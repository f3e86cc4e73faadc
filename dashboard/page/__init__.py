"""What pages are made of: the address, widgets, panels, and what they share."""
