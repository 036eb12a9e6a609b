"""`python -m landbridge` is the command `landbridge`."""

from landbridge.cli.main import main

if __name__ == "__main__":
    main()
