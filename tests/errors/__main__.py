"""Write anew what the cases come to: `make errors`. Read the diff before it is committed."""

from __future__ import annotations

import sys

from tests.errors.catalogue import carry_out, case_of, cases, slug


def main(words: list[str]) -> int:
    """Run the cases whose names begin with one of the words, or all; write what differs."""
    for path in cases():
        if words and not any(slug(path).startswith(word) for word in words):
            continue
        outcome = carry_out(case_of(path))
        target = path.with_suffix(".json")
        if path.read_text(encoding="utf-8") != outcome.text:
            print(f"written: {slug(path)}")
            path.write_text(outcome.text, encoding="utf-8")
        if outcome.as_json is None:
            target.unlink(missing_ok=True)
        elif not target.exists() or target.read_text(encoding="utf-8") != outcome.as_json:
            target.write_text(outcome.as_json, encoding="utf-8")
        if outcome.changed:
            print(f"{slug(path)} changed {', '.join(outcome.changed)}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main([word for word in sys.argv[1:] if word != "--accept"]))
