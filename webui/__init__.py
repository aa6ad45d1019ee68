"""The web user interface; its pages come with a later issue."""
