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
  const chosen = (state) => data.selectors.map((selector) =>
    (selector.options.includes(state.choices[selector.label]) ? state.choices[selector.label] : selector.options[0]));
  return {
    controls: (state) => data.selectors.map((selector, i) => (
      { name: selector.label, label: selector.label, options: selector.options, value: chosen(state)[i] })),
    chart(state) {
      const key = chosen(state).map((option, i) => data.selectors[i].options.indexOf(option)).join(",");
      return data.views[key] ?? null;
    },
  };
}

class Figure {
  constructor(holder) {
    const data = JSON.parse(holder.querySelector("script").textContent);
    this.holder = holder;
    this.name = holder.dataset.name;
    this.source = data.sweep ? sweep_source(data.sweep) : view_source(data);
    this.state = { choices: {}, spread: "± s.d.", logarithmic: false, hidden: new Set() };
    this.controls = element("div", { class: "controls" });
    this.legend = element("div", { class: "legend", role: "group", "aria-label": "series shown" });
    this.canvas = element("canvas", { tabindex: "0", role: "img" });
    this.canvas.addEventListener("keydown", (event) => this.step(event));
    this.plot = element("div", { class: "plot" }, this.canvas);
    this.readout = element("div", { class: "readout", "aria-live": "polite" });
    this.values = element("div", { class: "values", hidden: "" });
    const save = (text, what) => element("button", { type: "button", onclick: what, title: `save ${this.name}` }, text);
    this.table_button = element("button", { type: "button", "aria-expanded": "false", onclick: () => this.toggle_values() }, "Table");
    holder.append(this.controls, this.legend, this.plot, this.readout, element("div", { class: "actions" },
      save("SVG", () => this.save("svg")), save("PNG", () => this.save("png")), save("CSV", () => this.save("csv")),
      this.table_button), this.values);
    this.draw();
  }

  get kind() { return chart_kinds[this.current.kind]; }
  has_spread() { return (this.current?.series ?? []).some((series) => series.std || series.low); }
  has_seeds() { return (this.current?.series ?? []).some((series) => series.seeds); }

  draw() {
    this.chart?.destroy();
    this.chart = null;
    this.at = null;
    this.readout.textContent = "";
    this.current = this.source.chart(this.state);
    this.plot.querySelector(".empty")?.remove();
    this.draw_controls();
    this.legend.replaceChildren();
    if (this.current === null) {
      this.plot.append(element("div", { class: "empty" }, "not known for this choice"));
      return;
    }
    this.chart = new Chart(this.canvas, this.kind.configuration(this.current, this.state, theme()));
    this.canvas.setAttribute("aria-label", `${this.holder.querySelector("figcaption strong").textContent}; arrow keys go ` +
                             "through the points, the table below has all values");
    this.draw_legend();
    this.hide();
    if (!this.values.hidden) this.fill_values();
  }

  draw_controls() {
    const focused = document.activeElement?.dataset?.control;
    const choice = (name, label, options, value, choose) => element("label", {}, label, element("select", {
      "data-control": name, onchange: (event) => { choose(event.target.value); this.draw(); },
    }, ...options.map((option) => element("option", option === value ? { selected: "" } : {}, option))));
    const list = this.source.controls(this.state).map((control) =>
      choice(control.name, control.label, control.options, control.value, (value) => { this.state.choices[control.name] = value; }));
    if (this.has_spread()) {
      const options = ["± s.d.", "95 % interval", ...(this.has_seeds() ? ["every seed"] : []), "mean only"];
      if (!options.includes(this.state.spread)) this.state.spread = options[0];
      list.push(choice("spread", "spread", options, this.state.spread, (value) => { this.state.spread = value; }));
    }
    const lines = this.current?.kind === "lines" && this.current.series.some((series) => series.y.some((value) => value > 0));
    if (lines) {
      const box = element("input", { type: "checkbox", "data-control": "logarithmic", onchange: (event) => {
        this.state.logarithmic = event.target.checked;
        this.draw();
      } });
      box.checked = this.state.logarithmic;
      list.push(element("label", {}, box, "logarithmic"));
    }
    this.controls.replaceChildren(...list);
    this.controls.hidden = list.length === 0;
    if (focused) this.controls.querySelector(`[data-control="${CSS.escape(focused)}"]`)?.focus();
  }

  // One button for each series: names may stand for several data sets.
  draw_legend() {
    for (const name of this.kind.names(this.current)) {
      const set = this.chart.data.datasets.find((other) => other.label === name);
      if (!set) continue;
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
    this.chart.data.datasets.forEach((set, index) => this.chart.setDatasetVisibility(index, !this.state.hidden.has(set.label)));
    this.chart.update();
  }

  // Arrow keys: left and right along a series, up and down between them.
  step(event) {
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const move = moves[event.key];
    if (!move || !this.chart) return;
    event.preventDefault();
    const sets = this.chart.data.datasets.map((_, i) => i).filter((i) => this.chart.isDatasetVisible(i));
    if (sets.length === 0) return;
    const [set, index] = this.at ?? [sets[0], move[1] < 0 ? 1 : -1];
    const next_set = sets[Math.min(Math.max(sets.indexOf(set) + move[0], 0), sets.length - 1)] ?? sets[0];
    const last = this.chart.data.datasets[next_set].data.length - 1;
    this.at = [next_set, Math.min(Math.max(index + move[1], 0), last)];
    const active = [{ datasetIndex: this.at[0], index: this.at[1] }];
    const { x, y } = this.chart.getDatasetMeta(this.at[0]).data[this.at[1]];
    this.chart.setActiveElements(active);
    this.chart.tooltip.setActiveElements(active, { x, y });
    this.chart.update();
    const data_set = this.chart.data.datasets[this.at[0]];
    this.readout.textContent = this.kind.reading(this.current, data_set, this.at[1], this.at[0]);
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

  rows() { return this.kind.rows(this.current); }

  // A chart of its own, on white, with its legend and title, whatever the screen looks like.
  picture(canvas, width, height, ratio) {
    Object.assign(canvas, { width, height });
    const made = this.kind.configuration(this.current, this.state, light);
    Object.assign(made.options, { responsive: false, devicePixelRatio: ratio });
    const names = this.kind.names(this.current);
    made.data.datasets.forEach((set, i) => {
      set.hidden = this.state.hidden.has(set.label);
      set.first = made.data.datasets.findIndex((other) => other.label === set.label) === i;
    });
    made.options.plugins.legend = {
      display: names.length > 1, labels: { usePointStyle: true, color: light.ink, font: { size: 13 },
        filter: (item, data) => data.datasets[item.datasetIndex].first && !data.datasets[item.datasetIndex].hidden },
    };
    made.options.plugins.title = { display: true, text: this.holder.querySelector("figcaption strong").textContent,
                                   color: light.ink, font: { size: 15 } };
    return new Chart(canvas, made);
  }
  svg(width = 820, height = 500) {
    const canvas = document.createElement("canvas");
    const context = new SvgContext(canvas, light.paper);
    canvas.getContext = () => context;
    const chart = this.picture(canvas, width, height, 1);
    const text = context.text(width, height);
    chart.destroy();
    return text;
  }
  png(width = 820, height = 500, ratio = 3) {
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
    if (!this.current) return;
    const text = type === "svg" ? ["image/svg+xml", this.svg()] : ["text/csv", csv(this.rows())];
    const address = type === "png" ? this.png() : URL.createObjectURL(new Blob([text[1]], { type: text[0] }));
    const link = element("a", { href: address, download: `${this.name}.${type}` });
    link.click();
    if (type !== "png") setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}

// What a series looks like, for its button.
function swatch(set) {
  const colour = Array.isArray(set.borderColor) ? theme().faint : set.borderColor;
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("width", "26");
  drawing.setAttribute("height", "12");
  drawing.setAttribute("aria-hidden", "true");
  const line = set.showLine ? `<path d="M1 6H25" stroke="${colour}" stroke-width="2" stroke-dasharray="${set.borderDash ?? ""}"/>` : "";
  const shapes = {
    triangle: "M13 1.5L18 10H8Z", rect: "M9 2H17V10H9Z", rectRot: "M13 1L18 6L13 11L8 6Z", cross: "M13 1V11M8 6H18",
    crossRot: "M9 2L17 10M17 2L9 10", star: "M13 1V11M8 6H18M9 2L17 10M17 2L9 10",
  };
  const shape = shapes[set.pointStyle];
  const mark = shape ? `<path d="${shape}" fill="${colour}" stroke="${colour}" stroke-width="1.5"/>`
                     : `<circle cx="13" cy="6" r="4" fill="${set.order ? "none" : colour}" stroke="${colour}"/>`;
  drawing.innerHTML = line + (set.pointRadius === 0 ? "" : mark);
  return drawing;
}
