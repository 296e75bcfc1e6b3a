"""`python -m evalkit` is the command line."""

from evalkit.cli.main import main

if __name__ == "__main__":
    main()
