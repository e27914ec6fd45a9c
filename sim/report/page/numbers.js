// Numbers as people read them, and as files have them.
const prefixes = ["y", "z", "a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T", "P", "E"];
const no_prefix = prefixes.indexOf("");
const units_with_prefix = ["s", "J", "S"];

const rounded = (value, digits) => String(Number(value.toPrecision(digits)));

function prefix_of(value) {
  if (value === 0) return no_prefix;
  const power = Math.floor(Math.log10(Number(Math.abs(value).toPrecision(3))) / 3);
  return Math.min(Math.max(no_prefix + power, 0), prefixes.length - 1);
}

// "1.25 M", "3.1 mJ": so many digits and a prefix.
function engineering(value, units, digits) {
  const prefix = prefix_of(value);
  const scaled = rounded(value / 1000 ** (prefix - no_prefix), digits);
  return (scaled + " " + prefixes[prefix] + (units === "1" ? "" : units)).trim();
}

// A value of an axis without the units that its label has.
function spoken(value, axis, digits = 4) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (axis.names) return axis.names[value] ?? "";
  if (axis.percent) return rounded(100 * value, digits);
  if (axis.prefix !== undefined) return rounded(value / 1000 ** (axis.prefix - no_prefix), digits);
  if (units_with_prefix.includes(axis.units)) return engineering(value, axis.units, digits);
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return String(value);
  if (Math.abs(value) >= 1e4) return engineering(value, "1", digits);
  return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(digits - 2) : rounded(value, digits);
}

function unit_of(axis) {
  if (axis.percent) return "%";
  if (axis.prefix !== undefined) return prefixes[axis.prefix] + axis.units;
  return !axis.units || axis.units === "1" || units_with_prefix.includes(axis.units) ? "" : axis.units;
}

function heading(axis) {
  const unit = unit_of(axis);
  return unit ? `${axis.label} / ${unit}` : axis.label;
}

// "test accuracy 62.2 ± 1.3 %"
function told(axis, value, std) {
  const spread = std === null || std === undefined || Number.isNaN(std) ? "" : ` ± ${spoken(std, axis, 2)}`;
  return `${axis.label} ${spoken(value, axis)}${spread} ${unit_of(axis)}`.trim();
}

// With one prefix for all of a linear axis, so that its label can have the unit.
function with_prefix(axis, values) {
  if (!units_with_prefix.includes(axis.units) || axis.log) return axis;
  const known = values.filter((value) => Number.isFinite(value));
  return { ...axis, prefix: prefix_of(known.reduce((most, value) => Math.max(most, Math.abs(value)), 0)) };
}

// The digits that give the same number again; empty where there is none.
function exact(value) {
  return value === null || value === undefined || Number.isNaN(value) ? "" : String(value);
}

// What a column of values is called in a table.
const column_name = (axis) => (axis.units && axis.units !== "1" ? `${axis.name} (${axis.units})` : axis.name);

function quoted(field) {
  const text = String(field);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(rows) {
  return rows.map((row) => row.map(quoted).join(",") + "\n").join("");
}

// A name that fits, with its beginning and its end.
function shortened(name, most) {
  if (name.length <= most) return name;
  const kept = Math.floor((most - 1) / 2);
  return `${name.slice(0, most - 1 - kept)}…${name.slice(name.length - kept)}`;
}
