"""What happens to the documents that refer to a deleted one (`reverse_delete_rule`)."""

DO_NOTHING = 0
NULLIFY = 1
CASCADE = 2
DENY = 3
PULL = 4
