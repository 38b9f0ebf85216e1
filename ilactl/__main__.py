"""`python -m ilactl`: the same as the console script."""

from ilactl.cli import run

if __name__ == "__main__":
    run()
