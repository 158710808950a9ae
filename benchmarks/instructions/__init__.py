"""Instructions and allocations of the hottest native paths, counted by callgrind: a guard without noise."""
