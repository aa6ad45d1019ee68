"""What the switch does while nobody decides: dial tone, and emergency calls by the table the engine left.

`deputy` sees every event and every command, `presence` knows whether an engine decides, `telephone` is the machine
of one telephone. All of it is sans-IO, and does nothing that an engine could not order.
"""
