"""`python -m assistant` is the command `clippings`."""

from assistant.cli import main

main()
