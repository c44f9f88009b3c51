"""What goes wrong on the road: slow clients, sudden death, full disks."""
