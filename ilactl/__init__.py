"""ilactl: individual learning accounts kept in a folder of CSV and TOML files."""

__version__ = "0.1.0"
