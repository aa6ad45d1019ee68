"""The set-up interview as pages: what was answered so far, its questions by step, the day it expects as a picture."""
