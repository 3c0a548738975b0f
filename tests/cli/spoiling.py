from pathlib import Path


def edit(file: Path, old: str, new: str) -> int:
    """Replace a text that must stand in a file exactly once, and give the line it stands in."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"'{old}' stands {text.count(old)} times in {file.name}"
    file.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1
