"""Events for programs: a reviewed part of the journal's facts under names that stay."""
