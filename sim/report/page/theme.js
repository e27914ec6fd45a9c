// What pictures look like on paper and on a dark screen. Colours of series stay apart for colour-blind readers (after
// Okabe & Ito 2008, https://jfly.uni-koeln.de/color/, darker on paper and lighter on dark, so that each has three times
// the contrast of its ground); those of cells are viridis (van der Walt & Smith 2015), which is even in lightness.
// Series differ in dashes and marks as well.
const light = {
  ink: "#1b1f24", faint: "#59636e", line: "#e1e5ea", paper: "#ffffff", missing: "#d9dde2",
  series: ["#0072b2", "#c44e00", "#00825f", "#a8508a", "#a06800", "#2480bb", "#1b1f24"],
};
const dark = {
  ink: "#e6e9ed", faint: "#a2acb8", line: "#303741", paper: "#1d2229", missing: "#3a424c",
  series: ["#4ea8de", "#ff8f4d", "#2fc59a", "#e59bc4", "#f2b632", "#a6d8f7", "#e6e9ed"],
};
const dashes = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const marks = ["circle", "triangle", "rect", "rectRot", "star", "crossRot", "cross"];
const filled_marks = marks.slice(0, 4);
const viridis = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b",
                 "#fde725"];
const around_zero = ["#0072b2", "#7fb6d8", "#f4f4f4", "#eaae80", "#d55e00"];
const font_family = "Helvetica, Arial, 'DejaVu Sans', sans-serif";

function theme() {
  const chosen = document.documentElement.dataset.theme;
  const wants_dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  return wants_dark ? dark : light;
}

function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

// The colour a part of the way along a list of colours.
function along(colours, part) {
  const place = Math.min(Math.max(part, 0), 1) * (colours.length - 1);
  const below = Math.min(Math.floor(place), colours.length - 2);
  const from = channels(colours[below]), to = channels(colours[below + 1]);
  const mixed = from.map((value, i) => Math.round(value + (to[i] - value) * (place - below)));
  return "#" + mixed.map((value) => value.toString(16).padStart(2, "0")).join("");
}

// Black or white, whichever can be read on a colour.
function readable_on(colour) {
  const [red, green, blue] = channels(colour);
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#000000" : "#ffffff";
}
