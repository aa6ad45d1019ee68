"""What happened, as figures: sums that add up over any division of time, and the KPIs that are formulas of them."""
