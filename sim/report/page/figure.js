// A figure: its controls, its chart, and what can be taken away from it.

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

// Charts that were laid out when the page was made, one for each choice.
function view_source(data) {
  const in_head = ["metric", "cost", "for", "how well"];  // columns of values are called by these
  const first = (Object.keys(data.views)[0] ?? "").split(",").map(Number);  // the first choice that has a chart
  const chosen = (state) => data.selectors.map((selector, i) => (
    selector.options.includes(state.choices[selector.label]) ? state.choices[selector.label]
                                                             : selector.options[first[i] ?? 0]));
  return {
    controls: (state) => data.selectors.map((selector, i) => (
      { name: selector.label, label: selector.label, options: selector.options, value: chosen(state)[i],
        in_head: in_head.includes(selector.label) })),
    chart(state) {
      const key = chosen(state).map((option, i) => data.selectors[i].options.indexOf(option)).join(",");
      return data.views[key] ?? null;
    },
  };
}

const many_series = 5;  // more bands than that hide one another
const many_lines = 10;

class Figure {
  constructor(holder) {
    const data = JSON.parse(holder.querySelector("script").textContent);
    this.holder = holder;
    this.name = holder.dataset.name;
    this.title = holder.querySelector("figcaption strong").textContent;
    this.source = data.sweep ? sweep_source(data.sweep) : view_source(data);
    this.state = { choices: {}, spread: null, logarithmic: false, hidden: new Set() };
    this.controls = element("div", { class: "controls" });
    this.legend = element("div", { class: "legend", role: "group", "aria-label": `series of ${this.title}` });
    this.canvas = element("canvas", { "aria-hidden": "true" });
    this.plot = element("div", {
      class: "plot", tabindex: "0", role: "group", "aria-roledescription": "chart",
      "aria-label": `${this.title}: arrow keys go through the points; the table has all values`,
      onkeydown: (event) => this.step(event), onblur: () => this.leave(),
    }, this.canvas);
    this.paper = element("div", { class: "paper" });
    this.readout = element("div", { class: "readout", "aria-live": "polite" });
    this.values = element("div", { class: "values", hidden: "" });
    const button = (text, label, action) => element("button", {
      type: "button", "aria-label": label, title: label, onclick: action }, text);
    this.buttons = ["SVG", "PNG", "CSV"].map((type) =>
      button(type, `save ${this.title} as ${type}`, () => this.save(type.toLowerCase())));
    this.table_button = button("Table", `values of ${this.title}`, () => this.toggle_values());
    this.table_button.setAttribute("aria-expanded", "false");
    holder.append(this.controls, this.legend, this.plot, this.paper, this.readout,
                  element("div", { class: "actions" }, ...this.buttons, this.table_button), this.values);
    this.draw();
  }

  get kind() { return chart_kinds[this.current.kind]; }
  get series() { return this.current?.series ?? []; }

  draw() {
    this.chart?.destroy();
    this.chart = null;
    this.at = null;
    this.current = this.source.chart(this.state);
    this.readout.textContent = this.current?.note ?? "";
    this.plot.querySelector(".empty")?.remove();
    this.draw_controls();
    this.legend.replaceChildren();
    for (const button of [...this.buttons, this.table_button]) button.disabled = this.current === null;
    if (this.current === null) {
      this.plot.append(element("div", { class: "empty" }, "not known for this choice"));
      this.values.replaceChildren();
      return;
    }
    const lines = this.current.labels?.length ?? 0;  // of names, each of which wants its room
    this.plot.style.height = lines > many_lines ? `${1.5 * lines + 5}rem` : "";
    this.chart = new Chart(this.canvas, this.kind.configuration(this.current, this.shown_state(), theme()));
    this.draw_legend();
    this.hide();
    if (!this.values.hidden) this.fill_values();
  }

  spread_options() {
    const has = (member) => this.series.some((series) => series[member]);
    if (!has("std") && !has("low")) return [];
    return [...(has("std") ? ["± s.d."] : []), "95 % interval", ...(has("seeds") ? ["every seed"] : []), "mean only"];
  }

  // What was chosen, with what is usual where nothing was.
  shown_state() { return { ...this.state, spread: this.spread }; }

  draw_controls() {
    const focused = this.controls.contains(document.activeElement) ? document.activeElement.dataset.control : null;
    const choice = (name, label, options, value, choose) => element("label", {}, label, element("select", {
      "data-control": name, onchange: (event) => { choose(event.target.value); this.draw(); },
    }, ...options.map((option) => element("option", option === value ? { selected: "" } : {}, option))));
    const list = this.source.controls(this.state).map((control) => choice(
      control.name, control.label, control.options, control.value,
      (value) => { this.state.choices[control.name] = value; }));
    const spreads = this.spread_options();
    const usual = this.series.length > many_series ? "mean only" : spreads[0];
    this.spread = spreads.includes(this.state.spread) ? this.state.spread : usual;
    if (spreads.length > 0) {
      list.push(choice("spread", "spread", spreads, this.spread, (value) => { this.state.spread = value; }));
    }
    if (this.current?.kind === "lines" && this.series.some((series) => series.y.some((value) => value > 0))) {
      const box = element("input", { type: "checkbox", "data-control": "logarithmic", onchange: (event) => {
        this.state.logarithmic = event.target.checked;
        this.draw();
      } });
      box.checked = this.state.logarithmic;
      list.push(element("label", {}, box, "logarithmic upwards"));
    }
    this.controls.replaceChildren(...list);
    this.controls.hidden = list.length === 0;
    if (focused) this.controls.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus();
  }

  // The data sets that stand for series, by name: a name may have several.
  entries(sets) {
    return this.kind.names(this.current).map((name) => [sets.find((set) => set.label === name), name])
      .filter(([set]) => set);
  }

  draw_legend() {
    for (const [set, name] of this.entries(this.chart.data.datasets)) {
      const shown = !this.state.hidden.has(name);
      this.legend.append(element("button", { type: "button", "aria-pressed": String(shown), onclick: (event) => {
        if (this.state.hidden.has(name)) this.state.hidden.delete(name);
        else this.state.hidden.add(name);
        event.currentTarget.setAttribute("aria-pressed", String(!this.state.hidden.has(name)));
        this.hide();
      } }, swatch(set), name));
    }
  }
  hide() {
    this.kind.hide?.(this.current, this.chart, this.state.hidden);
    this.chart.data.datasets.forEach((set, index) =>
      this.chart.setDatasetVisibility(index, !this.state.hidden.has(set.label)));
    this.chart.update();
  }

  // Arrow keys: left and right along a series, up and down between them; Home and End; Escape leaves.
  step(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
                    Home: [0, -Infinity], End: [0, Infinity] };
    if (event.key === "Escape") return this.leave();
    const move = moves[event.key];
    if (!move || !this.chart) return;
    event.preventDefault();
    const sets = [...this.chart.data.datasets.keys()].filter((set) => this.chart.isDatasetVisible(set));
    if (sets.length === 0) return;
    const held = (value, most) => Math.min(Math.max(value, 0), most);
    const [set, index] = this.at ?? [sets[0], move[1] === 0 ? 0 : -1];
    const upwards = this.current.kind === "cells" && !this.current.downwards;  // the first row is the lowest
    const rows = upwards ? -move[0] : move[0];
    const next = this.at ? sets[held(sets.indexOf(set) + rows, sets.length - 1)] : sets[0];
    this.at = [next, held(index + move[1], this.chart.data.datasets[next].data.length - 1)];
    const active = [{ datasetIndex: this.at[0], index: this.at[1] }];
    const { x, y } = this.chart.getDatasetMeta(this.at[0]).data[this.at[1]];
    this.chart.setActiveElements(active);
    this.chart.tooltip.setActiveElements(active, { x, y });
    this.chart.update();
    const data_set = this.chart.data.datasets[this.at[0]];
    this.readout.textContent = this.kind.reading(this.current, data_set, this.at[1], this.at[0]).join(", ");
  }
  leave() {
    if (!this.at || !this.chart) return;
    this.at = null;
    this.chart.setActiveElements([]);
    this.chart.tooltip.setActiveElements([], { x: 0, y: 0 });
    this.chart.update();
    this.readout.textContent = this.current.note ?? "";
  }

  toggle_values() {
    this.values.hidden = !this.values.hidden;
    this.table_button.setAttribute("aria-expanded", String(!this.values.hidden));
    if (!this.values.hidden) this.fill_values();
  }
  fill_values() {
    const [head, ...rows] = this.rows();
    const line = (row, cell) => element("tr", {}, ...row.map((value) => element(cell, {}, String(value))));
    this.values.replaceChildren(element("table", {}, element("thead", {}, line(head, "th")),
                                        element("tbody", {}, ...rows.map((row) => line(row, "td")))));
  }

  // What was chosen, for a saved picture and for the rows of its data.
  choices() { return this.source.controls(this.state).filter((control) => control.options.length > 1); }
  rows() {
    if (this.current === null) return [];
    const [head, ...rows] = this.kind.rows(this.current);
    const column = (control) => control.column ?? control.name;
    const fixed = this.choices().filter((control) =>
      !control.in_head && !control.of_picture && !head.includes(column(control)));
    return [[...head, ...fixed.map(column)],
            ...rows.map((row) => [...row, ...fixed.map((control) => control.value)])];
  }
  file_name() {
    const words = this.choices().filter((control) => !control.of_picture).map((control) => control.value);
    return [this.name, ...words].join("-").replaceAll(/[^\p{L}\p{N}.=_-]+/gu, "_");
  }
  subtitle() {
    const told = this.choices().map((control) => `${control.label} ${control.value}`);
    if (this.spread_options().length > 0 && this.spread !== "mean only") told.push(this.spread);
    return told.join(" · ");
  }

  // A chart of its own, on white, with title, choices and legend, whatever the screen looks like.
  picture(canvas, width, height, ratio) {
    const made = this.kind.configuration(this.current, this.shown_state(), light);
    const entries = this.entries(made.data.datasets).filter(([, name]) => !this.state.hidden.has(name));
    const head = lay_out_head(this.title, this.subtitle(), entries.length > 1 ? entries : [], width);
    Object.assign(canvas, { width, height: height + head.height });
    Object.assign(made.options, { responsive: false, devicePixelRatio: ratio });
    made.options.plugins.head = { head };
    made.options.layout.padding = { ...made.options.layout.padding, top: head.height, left: 6, bottom: 6 };
    for (const set of made.data.datasets) set.hidden = this.state.hidden.has(set.label);
    this.kind.hide?.(this.current, made, this.state.hidden);
    return new Chart(canvas, made);
  }
  // As high as its names want.
  picture_height() { return Math.max(460, 26 * (this.current.labels?.length ?? 0) + 90); }
  svg(width = 820, height = this.picture_height()) {
    const canvas = document.createElement("canvas");
    const context = new SvgContext(canvas, light.paper);
    canvas.getContext = () => context;
    const chart = this.picture(canvas, width, height, 1);
    const text = context.text(chart.width, chart.height);
    chart.destroy();
    return text;
  }
  png(width = 820, height = this.picture_height(), ratio = 3) {
    const canvas = document.createElement("canvas");
    const chart = this.picture(canvas, width, height, ratio);
    const paper = document.createElement("canvas");
    Object.assign(paper, { width: canvas.width, height: canvas.height });
    const context = paper.getContext("2d");
    context.fillStyle = light.paper;
    context.fillRect(0, 0, paper.width, paper.height);
    context.drawImage(canvas, 0, 0);
    chart.destroy();
    return paper.toDataURL("image/png");
  }

  save(type) {
    const text = type === "svg" ? ["image/svg+xml", this.svg()] : ["text/csv", csv(this.rows())];
    const address = type === "png" ? this.png() : URL.createObjectURL(new Blob([text[1]], { type: text[0] }));
    element("a", { href: address, download: `${this.file_name()}.${type}` }).click();
    if (type !== "png") setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  // Paper gets lines and letters instead of dots.
  print() {
    if (this.current === null) this.paper.textContent = `${this.title}: not known for this choice`;
    else this.paper.innerHTML = this.svg().replaceAll(/(id="|url\(#)clip/g, `$1${this.holder.id}-clip`);
  }
}

// What a series looks like, for its button.
function swatch(set) {
  const canvas = element("canvas", { "aria-hidden": "true" });
  const ratio = devicePixelRatio || 1;
  Object.assign(canvas, { width: 26 * ratio, height: 14 * ratio });
  Object.assign(canvas.style, { width: "26px", height: "14px" });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  draw_sample(context, set, 1, 7, theme());
  return canvas;
}
