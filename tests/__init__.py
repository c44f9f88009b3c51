"""The tests: they mirror the rooms, and know no private part of a room without a reason."""
