// From the data of a chart to what Chart.js draws, one function for each kind of chart. A kind also says what its rows
// in a table are, and which of its series can be hidden.

// Of a logarithmic axis, so many numbers as there is room for.
function log_tick(value, axis, scale) {
  const first = Math.round(Number(value.toExponential().split("e")[0]));
  const decades = Math.log10(scale.max / scale.min);
  const shown = decades > 4 ? [1] : decades > 1.5 ? [1, 3] : [1, 2, 3, 5, 7];
  return shown.includes(first) ? spoken(value, axis, 3) : "";
}

function axis_options(axis, colours, logarithmic) {
  const options = {
    type: logarithmic ? "logarithmic" : "linear",
    title: { display: true, text: heading(axis), color: colours.ink },
    ticks: {
      color: colours.faint, maxRotation: 40, precision: axis.whole ? 0 : undefined,
      callback(value) { return logarithmic ? log_tick(value, axis, this) : spoken(value, axis, 3); },
    },
    grid: { color: colours.line },
    border: { color: colours.faint },
  };
  if (axis.names) {
    Object.assign(options, { min: -0.5, max: axis.names.length - 0.5 });
    options.afterBuildTicks = (scale) => { scale.ticks = axis.names.map((_, i) => ({ value: i })); };
  }
  if (axis.values && axis.values.length <= 12) {  // of a sweep: where there are values
    options.afterBuildTicks = (scale) => { scale.ticks = axis.values.map((value) => ({ value })); };
    options.ticks.callback = (value) => spoken(value, axis, 3);
  }
  return options;
}

function common_options(chart, colours) {
  return {
    responsive: true, maintainAspectRatio: false,
    layout: { padding: { right: 8 } },
    interaction: { mode: "nearest", intersect: false },
    plugins: { legend: { display: false }, cells: { axis: chart.value ?? chart.y }, tooltip: {} },
  };
}

function looks(position, colours) {
  const colour = colours.series[position % colours.series.length];
  return {
    borderColor: colour, backgroundColor: colour, borderWidth: 2,
    borderDash: dashes[Math.floor(position / colours.series.length) % dashes.length],
    pointStyle: marks[position % marks.length],
  };
}

// So that what is drawn around points has room as well.
function make_room(options, sets) {
  const known = (member) => sets.flatMap((set) => set[member] ?? []).filter((value) => value !== null);
  const [lows, highs] = [known("low"), known("high")];
  if (lows.length === 0) return;
  if (options.type === "linear") options.suggestedMin = Math.min(...lows);
  options.suggestedMax = Math.max(...highs);
}

const not_number = (value) => (value === null ? NaN : value);
const paired = (x, y) => x.map((value, i) => ({ x: not_number(value), y: not_number(y[i]) }));

// What of a series' spread is to be shown: [low, high] or null.
function band_of(series, spread) {
  if (spread === "95 % interval" && series.low) return [series.low, series.high];
  if (spread === "± s.d." && series.std) {
    const offset = (sign) => series.std.map((std, i) => (std === null ? null : series.y[i] + sign * std));
    return [offset(-1), offset(1)];
  }
  return null;
}

function seed_sets(series, position, colours) {
  return Object.entries(series.seeds ?? {}).map(([seed, values]) => ({
    ...looks(position, colours), label: series.name, seed, data: paired(series.x, values), showLine: series.joined,
    borderWidth: 1, pointRadius: series.joined ? 0 : 2,
  }));
}

// The best that can be had for what: no other point has both a better y and a smaller x.
function front_of(chart) {
  const points = chart.series.flatMap((series) => paired(series.x, series.y))
    .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y)).sort((a, b) => a.x - b.x);
  const better = chart.front === "high" ? (a, b) => a > b : (a, b) => a < b;
  return points.filter((point, i) => points.slice(0, i).every((other) => better(point.y, other.y)));
}

const line_charts = {
  configuration(chart, state, colours) {
    const sets = chart.series.flatMap((series, number) => {
      const position = series.look ?? number;
      if (state.spread === "every seed" && series.seeds) return seed_sets(series, position, colours);
      const band = band_of(series, state.spread);
      const few = series.x.length <= 40;
      return [{
        ...looks(position, colours), label: series.name, data: paired(series.x, series.y), showLine: series.joined,
        stepped: chart.steps ? "before" : false, series,
        pointRadius: series.last_only ? series.x.map((_, i) => (i + 1 === series.x.length ? 6 : 2))
                     : series.joined ? (few && !chart.steps ? 3 : 0) : 3,
        low: band?.[0], high: band?.[1], bars: series.joined || !band ? undefined : "y",
      }];
    });
    if (chart.front) {
      sets.push({ label: "best for its cost", data: front_of(chart), borderColor: colours.faint, borderWidth: 1.5,
                  borderDash: [3, 4], stepped: "before", pointRadius: 0, showLine: true, backgroundColor: colours.faint });
    }
    const options = common_options(chart, colours);
    options.scales = { x: axis_options(chart.x, colours, chart.x.log),
                       y: axis_options(chart.y, colours, chart.y.log || state.logarithmic) };
    make_room(options.scales.y, sets);
    options.plugins.tooltip.callbacks = {
      label: (item) => line_charts.reading(chart, item.dataset, item.dataIndex),
    };
    return { type: "scatter", data: { datasets: sets }, options };
  },
  reading(chart, set, index) {
    const point = set.data[index];
    const std = set.series?.std?.[index];
    const interval = set.series?.low?.[index] != null
      ? `, 95 % interval ${spoken(set.series.low[index], chart.y)} to ${spoken(set.series.high[index], chart.y)}` : "";
    return `${set.label}${set.seed === undefined ? "" : `, seed ${set.seed}`}: ` +
           `${heading(chart.x)} ${spoken(point.x, chart.x)}, ${heading(chart.y)} ${spoken(point.y, chart.y)}` +
           (std == null ? "" : ` ± ${spoken(std, chart.y, 2)}`) + interval;
  },
  names: (chart) => chart.series.map((series) => series.name).concat(chart.front ? ["best for its cost"] : []),
  rows(chart) {
    const has = (member) => chart.series.some((series) => series[member]);
    const seeds = [...new Set(chart.series.flatMap((series) => Object.keys(series.seeds ?? {})))];
    const extra = ["x_std", "std", "low", "high"].filter(has);
    const rows = [["series", chart.x.name, chart.y.name, ...extra, ...seeds.map((seed) => `seed ${seed}`)]];
    for (const series of chart.series) {
      series.x.forEach((x, i) => rows.push([
        series.name, chart.x.names ? chart.x.names[x] : exact(x), exact(series.y[i]),
        ...extra.map((member) => exact(series[member]?.[i])), ...seeds.map((seed) => exact(series.seeds?.[seed]?.[i]))]));
    }
    return rows;
  },
};

const bar_charts = {
  configuration(chart, state, colours) {
    const sets = chart.series.map((series, position) => ({
      ...looks(position, colours), label: series.name, data: series.y, borderWidth: 0, maxBarThickness: 44, stack: "all",
      pointStyle: "rect",
    }));
    const options = common_options(chart, colours);
    options.indexAxis = "y";
    options.interaction = { mode: "nearest", intersect: true };
    options.scales = {
      x: { ...axis_options(chart.y, colours, false), stacked: true, beginAtZero: true },
      y: { stacked: true, ticks: { color: colours.ink, autoSkip: false }, grid: { display: false } },
    };
    options.plugins.tooltip.callbacks = {
      label: (item) => bar_charts.reading(chart, item.dataset, item.dataIndex),
    };
    return { type: "bar", data: { labels: chart.labels, datasets: sets }, options };
  },
  reading: (chart, set, index) =>
    `${chart.labels[index]}, ${set.label}: ${heading(chart.y)} ${spoken(set.data[index], chart.y)}`,
  names: (chart) => chart.series.map((series) => series.name),
  rows(chart) {
    const rows = [[chart.label, "series", chart.y.name]];
    for (const series of chart.series) {
      chart.labels.forEach((label, i) => rows.push([label, series.name, exact(series.y[i])]));
    }
    return rows;
  },
};

// Cells are bars of height one that stand on one another and leave no gaps.
const cell_charts = {
  scale_of(chart) {
    const known = chart.values.flat().filter((value) => value !== null);
    let low = Math.min(...known), high = Math.max(...known);
    if (chart.diverging) [low, high] = [-1, 1].map((sign) => sign * Math.max(Math.abs(low), Math.abs(high), 1e-300));
    if (!(high > low)) [low, high] = [low - 0.5, low + 0.5];
    const colours = chart.diverging ? around_zero : viridis;
    return { low, high, colour: (value) => along(colours, (value - low) / (high - low)) };
  },
  configuration(chart, state, colours) {
    const cells = cell_charts.scale_of(chart);
    const count = chart.y.names.length;
    const sets = chart.values.map((values, row) => ({
      label: chart.y.names[row], values, data: values.map(() => 1), stack: "all", barPercentage: 1, categoryPercentage: 1,
      backgroundColor: values.map((value) => (value === null ? colours.missing : cells.colour(value))),
      borderColor: colours.paper, borderWidth: values.length * count > 900 ? 0 : 0.5, borderSkipped: false,
    }));
    const options = common_options(chart, colours);
    options.layout.padding.right = 84;
    options.interaction = { mode: "nearest", intersect: true };
    options.plugins.cells.cells = cells;
    const title = (axis) => ({ display: true, text: heading(axis), color: colours.ink });
    options.scales = {
      x: { title: title(chart.x), stacked: true, grid: { display: false }, ticks: { color: colours.faint } },
      y: {
        title: title(chart.y), stacked: true, min: 0, max: count, reverse: chart.downwards, grid: { display: false },
        afterBuildTicks: (scale) => { scale.ticks = chart.y.names.map((_, row) => ({ value: row + 0.5 })); },
        ticks: { color: colours.faint, callback: (value) => chart.y.names[Math.floor(value)] },
      },
    };
    options.plugins.tooltip.callbacks = {
      title: () => "", label: (item) => cell_charts.reading(chart, item.dataset, item.dataIndex, item.datasetIndex),
    };
    return { type: "bar", data: { labels: chart.x.names, datasets: sets }, options };
  },
  reading(chart, set, column, row) {
    const value = set.values[column];
    const std = chart.std?.[row]?.[column], n = chart.n?.[row]?.[column];
    return `${heading(chart.x)} ${chart.x.names[column]}, ${heading(chart.y)} ${set.label}: ` +
           (value === null ? "missing" : `${heading(chart.value)} ${spoken(value, chart.value)}` +
            (std == null ? "" : ` ± ${spoken(std, chart.value, 2)}`) + (n == null ? "" : ` (n = ${n})`));
  },
  names: () => [],
  rows(chart) {
    const extra = ["std", "n"].filter((member) => chart[member]);
    const rows = [[chart.x.name, chart.y.name, chart.value.name, ...extra]];
    chart.values.forEach((values, row) => values.forEach((value, column) => rows.push([
      chart.x.names[column], chart.y.names[row], exact(value), ...extra.map((member) => exact(chart[member][row][column]))])));
    return rows;
  },
};

// One estimate for each label: its mean, the interval of it, and what it is made of.
const estimate_charts = {
  configuration(chart, state, colours) {
    const colour = chart.labels.map((_, i) => colours.series[i % colours.series.length]);
    const seeds = chart.values.flatMap((values, i) => values.map((value) => ({ x: value, y: i })));
    const estimates = {
      label: "mean and 95 % interval", data: chart.mean.map((mean, i) => ({ x: not_number(mean), y: i })),
      pointRadius: 6, borderColor: colour, backgroundColor: colour, low: chart.low, high: chart.high, bars: "x",
      pointStyle: chart.labels.map((_, i) => marks[i % marks.length]),
    };
    const single = { label: "one seed", data: seeds, pointRadius: 3, borderColor: colours.faint, pointStyle: "circle",
                     backgroundColor: "rgba(0, 0, 0, 0)", order: 1 };
    const options = common_options(chart, colours);
    options.scales = {
      x: axis_options(chart.x, colours, false),
      y: { ...axis_options({ label: "", names: chart.labels }, colours, false), reverse: true },
    };
    make_room(options.scales.x, [estimates]);
    options.scales.y.title.display = false;
    options.scales.y.ticks.color = colours.ink;
    options.plugins.tooltip.callbacks = {
      label: (item) => estimate_charts.reading(chart, item.dataset, item.dataIndex),
    };
    return { type: "scatter", data: { datasets: [estimates, single] }, options };
  },
  reading(chart, set, index) {
    const point = set.data[index];
    const interval = set.low?.[index] == null ? ""
      : `, 95 % interval ${spoken(set.low[index], chart.x)} to ${spoken(set.high[index], chart.x)}`;
    return `${chart.labels[point.y]}, ${set.label}: ${heading(chart.x)} ${spoken(point.x, chart.x)}${interval}`;
  },
  names: () => ["mean and 95 % interval", "one seed"],
  rows(chart) {
    const rows = [[chart.label, chart.x.name, "std", "low", "high", "n", "values"]];
    chart.labels.forEach((label, i) => rows.push([label, exact(chart.mean[i]), exact(chart.std[i]), exact(chart.low[i]),
                                                  exact(chart.high[i]), chart.values[i].length, chart.values[i].join(" ")]));
    return rows;
  },
};

const chart_kinds = { lines: line_charts, bars: bar_charts, cells: cell_charts, estimates: estimate_charts };
