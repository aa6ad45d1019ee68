"""An Asterisk for `tipring bench sip --peer asterisk`, unpacked beside the tree's files; nothing is installed."""
