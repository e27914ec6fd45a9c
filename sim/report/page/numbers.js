// Numbers as people read them, and as files have them.
const prefixes = ["f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E"];

function without_zeros(text) {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

// "1.25 M", "3.1 mJ": so many digits and a prefix.
function engineering(value, units, digits) {
  let prefix = 5;
  if (value !== 0) {
    const power = Math.floor(Math.log10(Number(Math.abs(value).toPrecision(digits))) / 3);
    prefix = Math.min(Math.max(5 + power, 0), prefixes.length - 1);
  }
  const scaled = without_zeros((value / 1000 ** (prefix - 5)).toPrecision(digits));
  return (scaled + " " + prefixes[prefix] + (units === "1" ? "" : units)).trim();
}

// A value of an axis in words: what its label says of percent and units is kept.
function spoken(value, axis, digits = 4) {
  if (value === null || Number.isNaN(value)) return "–";
  if (axis.names) return axis.names[value] ?? "";
  if (axis.percent) return without_zeros((100 * value).toPrecision(digits));
  const counts = Number.isInteger(value) && Math.abs(value) < 1e4;
  if (axis.units === "1" || axis.units === undefined) {
    if (counts) return String(value);
    const size = Math.abs(value);
    return size >= 1e4 ? engineering(value, "1", digits)
         : size >= 1e-3 || size === 0 ? without_zeros(value.toPrecision(digits)) : value.toExponential(digits - 2);
  }
  return axis.units === "s" || axis.units === "J" || axis.units === "S" ? engineering(value, axis.units, digits)
       : without_zeros(value.toPrecision(digits));
}

function heading(axis) {
  if (axis.percent) return axis.label + " / %";
  const own = ["s", "J", "S"].includes(axis.units);  // these stand at the ticks, with their prefix
  return axis.units && axis.units !== "1" && !own ? `${axis.label} / ${axis.units}` : axis.label;
}

// The digits that give the same number again; empty where there is none.
function exact(value) {
  return value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
}

function quoted(field) {
  const text = String(field);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(rows) {
  return rows.map((row) => row.map(quoted).join(",") + "\n").join("");
}
