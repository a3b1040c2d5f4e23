"""``make local``: the stacks deployed here, rotated, and a consumer that never notices."""
