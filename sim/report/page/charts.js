// From the data of a chart to what Chart.js draws, one object for each kind of chart. A kind also says what its rows in
// a table are, what can be said of one of its points, and which of its series can be hidden.

const not_number = (value) => (value === null || value === undefined ? NaN : value);
const paired = (x, y) => x.map((value, i) => ({ x: not_number(value), y: not_number(y[i]) }));
const least_of = (values) => values.reduce((least, value) => Math.min(least, value), Infinity);
const most_of = (values) => values.reduce((most, value) => Math.max(most, value), -Infinity);

// Of a logarithmic axis, so many numbers as there is room for.
function set_log_ticks(scale) {
  const decades = Math.log10(scale.max / scale.min);
  const shown = decades > 4 ? [1] : decades > 1.5 ? [1, 3] : decades > 0.5 ? [1, 2, 3, 5, 7]
                : [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const is_shown = (value) => {  // the ends of an axis may lie anywhere
    const whole = Number(value.toExponential(0));
    return Math.abs(value / whole - 1) < 1e-6 && shown.includes(Number(value.toExponential(0).split("e")[0]));
  };
  const some = scale.ticks.filter(({ value }) => is_shown(value));
  if (some.length > 1) scale.ticks = some;
}

// Where the places of a sweep are, but not on top of one another.
function set_listed_ticks(scale, values) {
  const measure = scale.type === "logarithmic" ? Math.log : (value) => value;
  const [low, high] = [scale.min, scale.max].map(measure);
  const along_axis = (value) => (measure(value) - low) / (high - low);
  let last = -Infinity;
  scale.ticks = values.filter((value) => {
    if (along_axis(value) - last < 0.05) return false;
    last = along_axis(value);
    return true;
  }).map((value) => ({ value }));
}

function axis_options(axis, colours, logarithmic = false) {
  const options = {
    type: logarithmic ? "logarithmic" : "linear",
    title: { display: true, text: heading(axis), color: colours.ink },
    ticks: { color: colours.faint, maxRotation: 40, precision: axis.whole ? 0 : undefined,
             callback: (value) => spoken(value, axis, 3) },
    grid: { color: colours.line },
    border: { color: colours.faint },
  };
  if (logarithmic) options.afterBuildTicks = set_log_ticks;
  if (axis.names) {
    Object.assign(options, { min: -0.5, max: axis.names.length - 0.5 });
    options.ticks.callback = (value) => shortened(axis.names[value] ?? "", 26);
    options.afterBuildTicks = (scale) => { scale.ticks = axis.names.map((_, i) => ({ value: i })); };
  }
  if (axis.values && axis.values.length <= 12) {
    options.afterBuildTicks = (scale) => set_listed_ticks(scale, axis.values);
  }
  return options;
}

// Room for what is drawn around points; not beyond what a number can be: below 0 if none is, above 100 %.
function make_room(options, axis, values, lows, highs) {
  const known = (list) => list.filter((value) => Number.isFinite(value) && (options.type === "linear" || value > 0));
  const points = known(values);
  if (points.length === 0) return;
  const around = [...points, ...known(lows), ...known(highs)];
  let [low, high] = [least_of(around), most_of(around)];
  if (least_of(points) >= 0) low = Math.max(low, 0);
  if (axis.percent && most_of(points) <= 1) high = Math.min(high, 1);
  if (options.type === "linear") Object.assign(options, { suggestedMin: low, suggestedMax: high });
  else Object.assign(options, { min: low / 1.1, max: high * 1.1 });
  if (options.type === "linear" && low === 0) options.min = 0;
  if (axis.percent && high === 1) options.max = 1;
}

function common_options(axis, colours) {
  return {
    responsive: true, maintainAspectRatio: false,
    layout: { padding: { right: 8 } },
    interaction: { mode: "nearest", intersect: false },
    plugins: {
      legend: { display: false }, cells: { axis, colours }, head: {}, tooltip: { callbacks: { title: () => "" } },
    },
  };
}

function looks(colour_number, dash_number, colours) {
  const colour = colours.series[colour_number % colours.series.length];
  return {
    borderColor: colour, backgroundColor: colour, borderWidth: 2, pointBorderWidth: 1.5,
    borderDash: dashes[dash_number % dashes.length], pointStyle: marks[colour_number % marks.length],
    segment: {},  // so that lines are drawn on the context, and not by a path of their own
  };
}

function look_of(series, number, colours) {
  const place = series.look ?? number;
  return looks(place, series.dash ?? Math.floor(place / colours.series.length), colours);
}

// What of a series' spread is to be shown: [low, high] or null.
function band_of(series, spread) {
  if (spread === "95 % interval" && series.low) return [series.low, series.high];
  if (spread === "± s.d." && series.std) {
    const offset = (sign) => series.std.map((std, i) => (std === null ? null : series.y[i] + sign * std));
    return [offset(-1), offset(1)];
  }
  return null;
}

function seed_sets(series, look, drawn) {
  return Object.entries(series.seeds ?? {}).map(([seed, values]) => ({
    ...look, label: series.name, seed, data: paired(series.x, drawn(values)), showLine: series.joined, borderWidth: 1,
    pointRadius: series.joined ? 0 : 2,
  }));
}

// The best that can be had for what: no other point has both a better y and no larger x.
function front_of(all_series, better) {
  const sign = better === "high" ? 1 : -1;
  const points = all_series.flatMap((series) => paired(series.x, series.y))
    .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y))
    .sort((a, b) => a.x - b.x || sign * (b.y - a.y));
  let best = -Infinity;
  return points.filter((point) => {
    if (sign * point.y <= best) return false;
    best = sign * point.y;
    return true;
  });
}

const interval_told = (low, high, axis) =>
  `95 % interval ${spoken(low, axis)} to ${spoken(high, axis)} ${unit_of(axis)}`.trim();

const front_name = "best for its cost";

const line_charts = {
  axes(chart) {
    const of = (member) => chart.series.flatMap((series) => series[member] ?? []);
    return { x: with_prefix(chart.x, of("x")), y: with_prefix(chart.y, of("y")) };
  },
  configuration(chart, state, colours) {
    const { x, y } = line_charts.axes(chart);
    // what is not above 0 has no place on a logarithmic axis
    const drawn = (values) => (state.logarithmic ? values.map((value) => (value > 0 ? value : null)) : values);
    const sets = chart.series.flatMap((series, number) => {
      const look = look_of(series, number, colours);
      if (state.spread === "every seed" && series.seeds) return seed_sets(series, look, drawn);
      const band = band_of(series, state.spread);
      const few = series.x.length <= 40 && !chart.steps;
      return [{
        ...look, label: series.name, data: paired(series.x, drawn(series.y)), showLine: series.joined, series,
        stepped: chart.steps ? "before" : false, low: band?.[0], high: band?.[1],
        bars: series.joined || !band ? undefined : "y",
        pointRadius: series.last_only ? series.x.map((_, i) => (i + 1 === series.x.length ? 6 : 2))
                     : few || !series.joined ? 3 : 0,
      }];
    });
    if (chart.front) {
      sets.push({
        label: front_name, data: front_of(chart.series, chart.front), borderColor: colours.faint, borderWidth: 1.5,
        borderDash: [3, 4], stepped: "before", pointRadius: 0, showLine: true, backgroundColor: colours.faint, segment: {},
      });
    }
    const options = common_options(y, colours);
    options.scales = { x: axis_options(x, colours, x.log), y: axis_options(y, colours, state.logarithmic) };
    const own = sets.filter((set) => set.label !== front_name);
    make_room(options.scales.y, y, own.flatMap((set) => set.data.map((point) => point.y)),
              own.flatMap((set) => set.low ?? []), own.flatMap((set) => set.high ?? []));
    options.plugins.tooltip.callbacks.label = (item) => line_charts.reading(chart, item.dataset, item.dataIndex);
    return { type: "scatter", data: { datasets: sets }, options };
  },
  hide(chart, drawn, hidden) {
    const front = drawn.data.datasets.find((set) => set.label === front_name);
    if (front) front.data = front_of(chart.series.filter((series) => !hidden.has(series.name)), chart.front);
  },
  reading(chart, set, index) {
    const { x, y } = line_charts.axes(chart);
    const point = set.data[index], series = set.series ?? {};
    const lines = [set.label + (set.seed === undefined ? "" : `, seed ${set.seed}`), told(x, point.x),
                   told(y, point.y, series.std?.[index])];
    if (Number.isFinite(series.low?.[index])) {
      lines.push(interval_told(series.low[index], series.high[index], y));
    }
    if (series.n) lines.push(`seeds ${series.n[index]}`);
    for (const [key, texts] of Object.entries(series.places ?? {})) lines.push(`${key} = ${texts[index]}`);
    return lines;
  },
  names: (chart) => chart.series.map((series) => series.name).concat(chart.front ? [front_name] : []),
  rows(chart) {
    const has = (member) => chart.series.some((series) => series[member]);
    const seeds = [...new Set(chart.series.flatMap((series) => Object.keys(series.seeds ?? {})))];
    const places = [...new Set(chart.series.flatMap((series) => Object.keys(series.places ?? {})))];
    const extra = ["std", "low", "high", "n"].filter(has);
    const rows = [["series", column_name(chart.x), column_name(chart.y), ...extra,
                   ...seeds.map((seed) => `seed ${seed}`), ...places]];
    for (const series of chart.series) {
      series.x.forEach((x, i) => rows.push([
        series.name, chart.x.names ? chart.x.names[x] : exact(x), exact(series.y[i]),
        ...extra.map((member) => exact(series[member]?.[i])), ...seeds.map((seed) => exact(series.seeds?.[seed]?.[i])),
        ...places.map((key) => series.places?.[key]?.[i] ?? "")]));
    }
    return rows;
  },
};

const bar_charts = {
  axis: (chart) => with_prefix(chart.y, chart.labels.map((_, i) =>
    chart.series.reduce((sum, series) => sum + (series.y[i] ?? 0), 0))),
  configuration(chart, _, colours) {
    const axis = bar_charts.axis(chart);
    const sets = chart.series.map((series, number) => ({
      ...looks(number, 0, colours), label: series.name, data: series.y, borderWidth: 0, maxBarThickness: 44,
      stack: "all", pointStyle: "rect",
    }));
    const options = common_options(axis, colours);
    options.indexAxis = "y";
    options.interaction = { mode: "nearest", intersect: true };
    options.scales = {
      x: { ...axis_options(axis, colours), stacked: true, beginAtZero: true },
      y: { stacked: true, grid: { display: false }, title: { display: true, text: chart.label, color: colours.ink },
           ticks: { color: colours.ink, autoSkip: false, callback: (value) => shortened(chart.labels[value], 26) } },
    };
    options.plugins.tooltip.callbacks.label = (item) => bar_charts.reading(chart, item.dataset, item.dataIndex);
    return { type: "bar", data: { labels: chart.labels, datasets: sets }, options };
  },
  reading: (chart, set, index) => [`${chart.label} ${chart.labels[index]}`, set.label,
                                   told(bar_charts.axis(chart), set.data[index])],
  names: (chart) => chart.series.map((series) => series.name),
  rows(chart) {
    const rows = [[chart.label, "series", column_name(chart.y)]];
    for (const series of chart.series) {
      chart.labels.forEach((label, i) => rows.push([label, series.name, exact(series.y[i])]));
    }
    return rows;
  },
};

// Cells are bars of height one that stand on one another and leave no gaps.
const cell_charts = {
  axis: (chart) => with_prefix(chart.value, chart.values.flat()),
  scale_of(chart) {
    const known = chart.values.flat().filter((value) => value !== null);
    let [low, high] = [least_of(known), most_of(known)];
    if (chart.diverging) {
      high = Math.max(Math.abs(low), Math.abs(high), Number.MIN_VALUE);
      low = -high;
    }
    if (!(high > low)) [low, high] = [low - 0.5, low + 0.5];
    const colours = chart.diverging ? around_zero : viridis;
    return { low, high, colour: (value) => along(colours, (value - low) / (high - low)) };
  },
  configuration(chart, _, colours) {
    const cells = cell_charts.scale_of(chart);
    const count = chart.y.names.length;
    const sets = chart.values.map((values, row) => ({
      label: chart.y.names[row], values, data: values.map(() => 1), stack: "all", barPercentage: 1,
      categoryPercentage: 1,
      backgroundColor: values.map((value) => (value === null ? colours.missing : cells.colour(value))),
      borderColor: colours.paper, borderWidth: values.length * count > 900 ? 0 : 0.5, borderSkipped: false,
    }));
    const options = common_options(cell_charts.axis(chart), colours);
    options.layout.padding.right = 84;
    options.interaction = { mode: "nearest", intersect: true };
    options.plugins.cells.cells = cells;
    const title = (axis) => ({ display: true, text: heading(axis), color: colours.ink });
    options.scales = {
      x: { title: title(chart.x), stacked: true, grid: { display: false }, ticks: { color: colours.faint } },
      y: {
        title: title(chart.y), stacked: true, min: 0, max: count, reverse: chart.downwards, grid: { display: false },
        afterBuildTicks: (scale) => { scale.ticks = chart.y.names.map((name, row) => ({ value: row + 0.5 })); },
        ticks: { color: colours.faint, callback: (value) => shortened(chart.y.names[Math.floor(value)], 26) },
      },
    };
    options.plugins.tooltip.callbacks.label = (item) =>
      cell_charts.reading(chart, item.dataset, item.dataIndex, item.datasetIndex);
    return { type: "bar", data: { labels: chart.x.names, datasets: sets }, options };
  },
  reading(chart, set, column, row) {
    const value = set.values[column], n = chart.n?.[row]?.[column];
    const lines = [`${chart.x.label} ${chart.x.names[column]}`, `${chart.y.label} ${set.label}`,
                   value === null ? "missing" : told(cell_charts.axis(chart), value, chart.std?.[row]?.[column])];
    return n ? [...lines, `seeds ${n}`] : lines;
  },
  names: () => [],
  rows(chart) {
    const extra = ["std", "n"].filter((member) => chart[member]);
    const rows = [[chart.x.name, chart.y.name, column_name(chart.value), ...extra]];
    chart.values.forEach((values, row) => values.forEach((value, column) => rows.push([
      chart.x.names[column], chart.y.names[row], exact(value),
      ...extra.map((member) => exact(chart[member][row][column]))])));
    return rows;
  },
};

// One estimate for each label: its mean, the interval of it, and what it is made of.
const estimate_charts = {
  axis: (chart) => with_prefix(chart.x, chart.mean),
  configuration(chart, _, colours) {
    const axis = estimate_charts.axis(chart);
    const colour = chart.labels.map((_, i) => colours.series[i % colours.series.length]);
    const beside = 0.2;  // so that seeds do not lie under their mean
    const seeds = chart.values.flatMap((values, i) =>
      values.map((value, seed) => ({ x: not_number(value), y: i + beside, seed: chart.seeds?.[seed] })));
    const estimates = {
      label: "mean and 95 % interval", data: chart.mean.map((mean, i) => ({ x: not_number(mean), y: i })),
      pointRadius: 6, borderColor: colour, backgroundColor: colour, low: chart.low, high: chart.high, bars: "x",
      pointStyle: chart.labels.map((_, i) => filled_marks[i % filled_marks.length]),
    };
    const single = { label: "one seed", data: seeds, pointRadius: 3, borderColor: colours.faint, pointStyle: "circle",
                     backgroundColor: "rgba(0, 0, 0, 0)", order: 1 };
    const options = common_options(axis, colours);
    options.scales = {
      x: axis_options(axis, colours),
      y: { ...axis_options({ label: chart.label, names: chart.labels }, colours), reverse: true },
    };
    make_room(options.scales.x, axis, chart.mean.concat(chart.values.flat()), chart.low, chart.high);
    options.scales.y.ticks.color = colours.ink;
    options.plugins.tooltip.callbacks.label = (item) => estimate_charts.reading(chart, item.dataset, item.dataIndex);
    return { type: "scatter", data: { datasets: [estimates, single] }, options };
  },
  reading(chart, set, index) {
    const axis = estimate_charts.axis(chart);
    const point = set.data[index], arm = chart.labels[Math.floor(point.y)];
    if (set.order) return [arm, point.seed === undefined ? "one seed" : `seed ${point.seed}`, told(axis, point.x)];
    const lines = [arm, told(axis, point.x, chart.std[index])];
    if (!Number.isFinite(chart.low[index])) return lines;
    return [...lines, interval_told(chart.low[index], chart.high[index], axis)];
  },
  names: () => ["mean and 95 % interval", "one seed"],
  rows(chart) {
    const most = chart.values.reduce((count, values) => Math.max(count, values.length), 0);
    const columns = chart.seeds?.map((seed) => `seed ${seed}`) ?? [...Array(most).keys()].map((i) => `value ${i + 1}`);
    const rows = [[chart.label, column_name(chart.x), "std", "low", "high", ...columns]];
    chart.labels.forEach((label, i) => rows.push([
      label, exact(chart.mean[i]), exact(chart.std[i]), exact(chart.low[i]), exact(chart.high[i]),
      ...columns.map((_, seed) => exact(chart.values[i][seed]))]));
    return rows;
  },
};

const chart_kinds = { lines: line_charts, bars: bar_charts, cells: cell_charts, estimates: estimate_charts };
