"""Tables of a page that a tool writes: each stands between <!-- NAME --> and <!-- end -->."""
import os


def table_in(text, name):
    """The table of that name as a page's text has it; empty without one."""
    begin, end = f"<!-- {name} -->\n", "<!-- end -->"
    return text.split(begin, 1)[1].split(end, 1)[0] if begin in text else ""


def replace_file(file, text):
    """Writes a file anew, or leaves it as it is if anything goes wrong."""
    beside = file.with_suffix(".part")
    beside.write_text(text)
    os.replace(beside, file)


def write_table(page, name, table):
    """Puts a table into its place. The page is read anew, since it may have been edited meanwhile."""
    begin, end = f"<!-- {name} -->\n", "<!-- end -->"
    before, after = page.read_text().split(begin, 1)
    replace_file(page, before + begin + table + after[after.index(end):])
