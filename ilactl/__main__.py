"""`python -m ilactl`: the same as the console script."""

from ilactl.entry import run

if __name__ == "__main__":
    run()
