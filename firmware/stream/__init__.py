"""What programs are told of what happens: the event stream of the API and webhooks say the same in the same words."""
