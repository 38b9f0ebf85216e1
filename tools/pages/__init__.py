"""The pages of the manual, one file a page; each has `page()`, which yields the page's lines."""
