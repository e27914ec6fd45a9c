"""The rows of what `memtrain summary --format csv` writes: one an arm and metric, or a difference of two arms."""
import csv
import math


def number(text):
    """NaN for what is none, such as the interval of one seed."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def read_rows(text):
    return list(csv.DictReader(text.splitlines()))


def keys_of(rows):
    """The settings that a sweep's rows are told by: the columns before `arm`."""
    return list(rows[0])[:list(rows[0]).index("arm")]


def chosen_of(rows):
    """Those of them that were chosen for each arm: two arms that are compared have no value of them in common."""
    differences = [row for row in rows if row["minus"]]
    return {key for key in keys_of(rows) if differences and not any(row[key] for row in differences)}
