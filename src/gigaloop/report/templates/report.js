// Draws the charts of a report and does the little that HTML and CSS cannot: legends, CSV, printing.
(() => {
  "use strict";
  const NARROW = 560;
  const PRINT_WIDTH = 690;
  const INK = "#1b2430";
  const MUTED = "#566170";
  const FONT = getComputedStyle(document.body).fontFamily;

  const read = (id) => {
    const node = document.getElementById(id);
    return node ? JSON.parse(node.textContent) : null;
  };
  const element = (tag, text, css) => {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (css) node.style.cssText = css;
    return node;
  };
  const shown = (value, decimals) => {
    const digits = Math.min(decimals + 1, 6);
    return Number(value).toLocaleString("en-US", { maximumFractionDigits: digits }).replace("-", "\u2212");
  };
  const merge = (base, patch) => {
    if (patch === undefined) return base;
    if (Array.isArray(base)) return base.map((each, i) => merge(each, Array.isArray(patch) ? patch[i] : patch));
    if (base === null || typeof base !== "object") return patch;
    const merged = { ...base };
    for (const name of Object.keys(patch)) merged[name] = merge(base[name], patch[name]);
    return merged;
  };

  // Shapes that ECharts has no series for. Each gives a function that draws one data item.
  const fill = ({ itemStyle: { color, borderColor, borderWidth, decal } }) => ({
    fill: color,
    stroke: borderColor,
    lineWidth: borderWidth,
    decal: decal && { ...decal },
  });
  const label = (text, x, y, style) => ({
    type: "text",
    silent: true,
    style: { text, x, y, fill: INK, fontSize: 12, fontFamily: FONT, textVerticalAlign: "middle", ...style },
  });
  const shapes = {
    // One step of a waterfall: [from, to, row].
    step: (series, option) => (params, api) => {
      const from = api.coord([api.value(0), api.value(2)]);
      const to = api.coord([api.value(1), api.value(2)]);
      const band = api.size([0, 1])[1];
      const high = Math.min(26, band * 0.64);
      const x = Math.min(from[0], to[0]);
      const width = Math.max(Math.abs(to[0] - from[0]), 1);
      const children = [
        { type: "rect", shape: { x, y: from[1] - high / 2, width, height: high }, style: fill(series) },
        label(series.data[params.dataIndex].text, x + width + 6, from[1]),
      ];
      if (api.value(2) < option.yAxis.data.length - 1) {
        const line = { x1: to[0], y1: from[1] + high / 2, x2: to[0], y2: from[1] + band - high / 2 };
        children.push({ type: "line", silent: true, shape: line, style: { stroke: MUTED, lineWidth: 1 } });
      }
      return { type: "group", children };
    },
    // What fills some units of a rack: [rack, lowest unit, highest unit], counted from 0.
    slot: (series) => (params, api) => {
      const low = api.coord([api.value(0), api.value(1)]);
      const high = api.coord([api.value(0), api.value(2)]);
      const band = api.size([1, 1]);
      const width = Math.min(band[0] * 0.9, 440);
      const x = low[0] - width / 2;
      const y = high[1] - band[1] / 2;
      const height = low[1] + band[1] / 2 - y;
      const item = series.data[params.dataIndex];
      const children = [{ type: "rect", shape: { x, y, width, height }, style: fill(series) }];
      if (item.text && height >= 9) {
        const style = { fill: series.ink, fontSize: Math.min(11.5, Math.max(9, height - 3)) };
        const end = width >= 150 && item.end ? item.end : "";
        const room = width - 16 - (end ? 5.9 * end.length + 6 : 0);
        const fit = { width: room, overflow: "truncate", ellipsis: "…" };
        children.push(label(item.text, x + 8, y + height / 2, { ...style, ...fit }));
        if (end) children.push(label(end, x + width - 8, y + height / 2, { ...style, textAlign: "right" }));
      }
      return { type: "group", children };
    },
    // A task of a Gantt chart: [start, end, row]; a diamond where both are the same.
    task: (series) => (params, api) => {
      const from = api.coord([api.value(0), api.value(2)]);
      const to = api.coord([api.value(1), api.value(2)]);
      const high = Math.min(22, api.size([0, 1])[1] * 0.62);
      const width = to[0] - from[0];
      const text = series.data[params.dataIndex].text;
      if (width <= 0) {
        const [x, y] = from;
        const r = high / 2;
        const points = [[x, y - r], [x + r, y], [x, y + r], [x - r, y]];
        const { x: left, width: room } = params.coordSys;
        const side = x - left > 0.8 * room ? -1 : 1;
        const aside = { fontSize: 11, stroke: "#fff", lineWidth: 3, textAlign: side > 0 ? "left" : "right" };
        const diamond = { type: "polygon", shape: { points }, style: fill(series) };
        return { type: "group", children: text ? [diamond, label(text, x + side * (r + 4), y, aside)] : [diamond] };
      }
      const shape = { x: from[0], y: from[1] - high / 2, width: Math.max(width, 2), height: high };
      const children = [{ type: "rect", shape, style: fill(series) }];
      if (text && width > 10 + 6.4 * Math.min(text.length, 24)) {
        const fit = { width: width - 10, overflow: "truncate", ellipsis: "…", fontSize: 11, fill: series.ink };
        const halo = { stroke: series.itemStyle.color, lineWidth: 3 };
        children.push(label(text, from[0] + 5, from[1], { ...fit, ...halo }));
      }
      return { type: "group", children };
    },
    // A bin of a histogram: [from, to, bottom, top].
    bin: (series) => (params, api) => {
      const low = api.coord([api.value(0), api.value(2)]);
      const high = api.coord([api.value(1), api.value(3)]);
      const shape = { x: low[0], y: high[1], width: Math.max(high[0] - low[0] - 1, 1), height: Math.max(low[1] - high[1], 0.5) };
      return { type: "rect", shape, style: fill(series) };
    },
    // The band around a line, drawn whole with its first item: [place, low, high].
    band: (series) => (params, api) => {
      if (params.dataIndex) return null;
      const along = (at) => series.data.map((item) => api.coord([item[0], item[at]]));
      const { color, opacity } = series.itemStyle;
      return { type: "polygon", silent: true, shape: { points: [...along(1), ...along(2).reverse()] }, style: { fill: color, opacity } };
    },
    // What waits for what: [end of the first, start of the second, its row, the other's row].
    tie: () => (params, api) => {
      const from = api.coord([api.value(0), api.value(2)]);
      const to = api.coord([api.value(1), api.value(3)]);
      const half = Math.min(11, api.size([0, 1])[1] * 0.31);
      const down = to[1] > from[1] ? 1 : -1;
      const x = Math.max(to[0], from[0] - 4) + (to[0] >= from[0] ? 4 : 0);
      const y = to[1] - down * half;
      const points = to[0] >= from[0] ? [from, [x, from[1]], [x, y]] : [[from[0] - 4, from[1] + down * half], [from[0] - 4, y]];
      const tip = points[points.length - 1];
      const head = [tip, [tip[0] - 4, tip[1] - down * 6], [tip[0] + 4, tip[1] - down * 6]];
      return {
        type: "group",
        silent: true,
        children: [
          { type: "polyline", shape: { points }, style: { stroke: MUTED, lineWidth: 1.2, fill: "none" } },
          { type: "polygon", shape: { points: head }, style: { fill: MUTED } },
        ],
      };
    },
  };

  const tipOfItem = (params) => {
    const lines = params.data && params.data.tip;
    if (!lines) return "";
    const box = element("div", undefined, "max-width:280px;white-space:normal");
    lines.forEach((line, i) => box.append(element("div", line, i ? "" : "font-weight:600")));
    return box;
  };
  const tipOfAxis = (chart) => (all) => {
    const box = element("div");
    const first = all[0];
    if (!first) return "";
    const at = Array.isArray(first.value) ? first.value[0] : first.axisValueLabel || first.name;
    box.append(element("div", String(at), "font-weight:600;margin-bottom:2px"));
    for (const each of all) {
      const value = Array.isArray(each.value) ? each.value[1] : each.value;
      if (!each.seriesName || each.seriesId === "sum" || String(each.seriesId).startsWith("band ") || value === "-" || value === null || value === undefined) continue;
      const line = element("div", undefined, "display:flex;gap:6px;align-items:center");
      const colour = typeof each.color === "string" ? each.color : INK;
      line.append(element("span", undefined, `width:9px;height:9px;flex:none;background:${colour}`));
      line.append(element("span", each.seriesName, "flex:1;margin-right:12px"));
      line.append(element("span", `${shown(value, chart.decimals)} ${chart.unit}`.trim(), "font-variant-numeric:tabular-nums"));
      box.append(line);
    }
    return box;
  };

  const ready = (chart, narrow) => {
    const option = { ...merge(chart.option, narrow ? chart.narrow : undefined) };
    option.tooltip = { ...option.tooltip, formatter: option.tooltip.trigger === "axis" ? tipOfAxis(chart) : tipOfItem };
    option.series = option.series.map((series) => {
      const made = { ...series };
      if (series.type === "custom") made.renderItem = shapes[series.renderItem](series, option);
      else if ((series.data || []).some((item) => item && item.text)) {
        const text = (params) => (params.data && params.data.text) || "";
        made.label = { ...series.label, formatter: text };
        const line = (params) => text(params).replace("\n", "  ");
        made.data = series.data.map((item) => (item.label && item.label.rotate ? { ...item, label: { ...item.label, formatter: line } } : item));
        if (series.upperLabel) made.upperLabel = { ...series.upperLabel, formatter: (p) => text(p).replace("\n", "  ") };
      }
      return made;
    });
    return option;
  };

  const drawn = [];
  let printing = false;
  const paper = matchMedia("print");
  const draw = (node, chart) => {
    const view = echarts.init(node, null, { renderer: "svg" });
    const it = { node, view, narrow: null };
    it.height = (width) => {
      const aspect = Number(node.style.getPropertyValue("--aspect"));
      const height = parseInt(node.style.getPropertyValue("--height"), 10);
      return aspect ? Math.min(width / aspect, height) : height;
    };
    it.fit = (width) => {
      const narrow = (width || node.clientWidth) < NARROW;
      view.resize(width ? { width, height: it.height(width) } : { width: "auto", height: "auto" });
      if (narrow !== it.narrow) view.setOption(ready(chart, narrow), { notMerge: true });
      it.narrow = narrow;
      view.getZr().flush();
      node.querySelector("svg").setAttribute("viewBox", `0 0 ${view.getWidth()} ${view.getHeight()}`);
    };
    it.fit();
    node.setAttribute("data-drawn", "");
    drawn.push(it);
  };

  const charts = read("charts-data");
  if (charts) {
    const states = read("us-states");
    if (states) echarts.registerMap("us-states", states);
    document.querySelectorAll(".chart").forEach((node) => draw(node, charts[node.dataset.chart]));
    const watch = new ResizeObserver((entries) => {
      if (printing || paper.matches) return;
      for (const entry of entries) {
        const it = drawn.find((each) => each.node === entry.target);
        if (it && entry.contentRect.width && it.view.getWidth() !== Math.round(entry.contentRect.width)) it.fit();
      }
    });
    drawn.forEach((it) => watch.observe(it.node));
  }

  // Tables stand open without this script and on paper; on the screen they open on demand.
  const details = [...document.querySelectorAll("details")];
  details.forEach((each) => (each.open = false));
  const print = (on) => {
    if (on === printing) return;
    printing = on;
    if (on) details.forEach((each) => (each.dataset.was = each.open ? "open" : ""));
    details.forEach((each) => (each.open = on || each.dataset.was === "open"));
    drawn.forEach((it) => it.fit(on ? PRINT_WIDTH : undefined));
  };
  paper.addEventListener("change", () => print(paper.matches));
  addEventListener("beforeprint", () => print(true));
  addEventListener("afterprint", () => print(false));

  document.addEventListener("click", (event) => {
    const key = event.target.closest("button[data-series]");
    if (key) {
      const on = key.getAttribute("aria-pressed") !== "true";
      key.setAttribute("aria-pressed", String(on));
      const it = drawn.find((each) => each.node.dataset.chart === key.dataset.chart);
      it.view.dispatchAction({ type: on ? "legendSelect" : "legendUnSelect", name: key.dataset.series });
    }
    const csv = event.target.closest("button[data-table]");
    if (csv) save(document.getElementById(csv.dataset.table));
  });

  const words = (cell) => {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll("sup, .vh").forEach((each) => each.remove());
    return copy.textContent.trim().replace(/\s+/g, " ");
  };
  const field = (cell) => {
    let text = words(cell);
    if (/^[\u2212-]?[\d,]+(\.\d+)?$/.test(text)) text = text.replace(/,/g, "").replace("\u2212", "-");
    else if (/^[=+@\t-]/.test(text)) text = `'${text}`;
    return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  function save(table) {
    const rows = [...table.rows].map((row) => [...row.cells].map(field).join(","));
    const link = element("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + rows.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = `${table.id}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
})();
