"""Tables of a page that a tool writes: each stands between <!-- NAME --> and <!-- end -->."""
import os


def write_table(page, name, table):
    """Puts a table into its place. The page is read anew, since it may have been edited meanwhile."""
    begin, end = f"<!-- {name} -->\n", "<!-- end -->"
    before, after = page.read_text().split(begin, 1)
    beside = page.with_suffix(".part")
    beside.write_text(before + begin + table + after[after.index(end):])
    os.replace(beside, page)
