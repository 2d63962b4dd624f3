"""Every select that a page, a fragment or a verb needs. Selects only: nothing here writes."""
