"""The SIP process: telephones and trunks on the network, a card of messages to the switch."""
