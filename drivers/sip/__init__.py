"""SIP legs as a card: pjsua2 signals and carries RTP, our C beside it moves blocks and hands over requests."""
