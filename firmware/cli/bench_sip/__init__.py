"""`tipring bench sip`: a box of its own under SIP calls, trunk to queue to telephone."""
