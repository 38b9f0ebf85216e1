"""The scheme: rule files, checked expressions, and the plans that come out of them."""
