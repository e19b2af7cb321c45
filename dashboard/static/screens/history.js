// The history page's charts, drawn with uPlot from the numbers that the page's tables show.

import { data, locale, all, hour } from "../page.js";
import { follow } from "../live.js";

const charts = JSON.parse(document.getElementById("chart-data").textContent);
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const font = `500 ${Math.round(parseFloat(style.fontSize) * 0.8)}px "Noto Sans", system-ui, sans-serif`;
const DAY_S = 86400;
const dayOf = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: data.timezone });

const LOOKS = {
  line: () => ({ stroke: colour("--accent"), width: 3, points: { size: 7, fill: colour("--card") } }),
  "line-soft": () => ({ stroke: colour("--warm"), width: 2, dash: [7, 5], points: { size: 5, fill: colour("--card") } }),
  area: () => ({ stroke: colour("--accent"), width: 3, fill: `${colour("--accent")}22`, points: { show: false } }),
  bars: () => ({ fill: colour("--accent"), stroke: colour("--accent"), width: 0, paths: uPlot.paths.bars({ size: [0.62, 60], radius: 0.15 }), points: { show: false } }),
  "bars-soft": () => ({ fill: colour("--accent-bar"), stroke: colour("--accent-bar"), width: 0, paths: uPlot.paths.bars({ size: [0.62, 60], radius: 0.15 }), points: { show: false } }),
};

function draw(holder, { x, series, unit, from, to, step }) {
  const drawn = series.filter((one) => one.look !== "table");
  const daily = step === DAY_S;
  const write = (seconds) => (daily ? dayOf.format(seconds * 1000) : hour(seconds * 1e9));
  const axis = { font, stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const options = {
    width: holder.clientWidth,
    height: Math.round(Math.max(200, holder.clientWidth * 0.36)),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), data.timezone),
    padding: [12, 12, 0, 0],
    cursor: { y: false, points: { size: 9 } },
    legend: { live: true },
    scales: { x: { range: () => [Math.min(from, x[0]) - step / 2, Math.max(to, x.at(-1) + step) - step / 2] }, y: { range: (_, __, high) => [0, Math.max(4, high * 1.12)] } },
    axes: [
      { ...axis, size: 34, grid: { show: false }, space: 70, incrs: daily ? [1, 2, 7, 14].map((days) => days * DAY_S) : [1, 2, 3, 4].map((hours) => hours * 3600), values: (_, splits) => splits.map(write) },
      { ...axis, size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
    ],
    series: [
      { value: (_, seconds) => (seconds === null ? "" : write(seconds)), label: "" },
      ...drawn.map((one) => ({ label: one.name, spanGaps: daily, value: (_, value) => value ?? "", ...LOOKS[one.look]() })),
    ],
  };
  holder.dataset.unit = unit;
  return new uPlot(options, [x, ...drawn.map((one) => one.values)], holder);
}

const drawings = charts.filter((chart) => chart.x.length).map((chart) => {
  const holder = document.querySelector(`[data-chart="${chart.id}"]`);
  return { holder, plot: draw(holder, chart) };
});
addEventListener("resize", () => {
  for (const { holder, plot } of drawings) plot.setSize({ width: holder.clientWidth, height: plot.height });
});

// Today goes on while the page is open; a reader who unfolded a table is left in peace.
const RELOAD_MS = 60_000;
if (new URLSearchParams(location.search).get("etendue") in { null: 1, jour: 1 }) {
  setInterval(() => all("details[open]").length || document.hidden || location.reload(), RELOAD_MS);
}
follow();
