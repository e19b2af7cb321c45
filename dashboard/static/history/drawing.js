// One chart, drawn with uPlot: read with the mouse or the arrow keys, zoomed with the mouse or + and −.

import { data, locale, hour, t } from "../page.js";

const DAY_S = 86400;
const LEAST_BUCKETS = 3;
const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();
const font = `500 ${Math.round(parseFloat(style.fontSize) * 0.8)}px "Noto Sans", system-ui, sans-serif`;
const dayOf = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short", timeZone: data.timezone });
const dateOf = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone: data.timezone });
const number = new Intl.NumberFormat(locale);

const bars = (name) => ({ fill: colour(name), stroke: colour(name), width: 0, paths: uPlot.paths.bars({ size: [0.62, 60], radius: 0.15 }), points: { show: false } });
const LOOKS = {
  line: () => ({ stroke: colour("--accent"), width: 3, points: { size: 7, fill: colour("--card") } }),
  "line-soft": () => ({ stroke: colour("--warm"), width: 2, dash: [7, 5], points: { size: 5, fill: colour("--card") } }),
  area: () => ({ stroke: colour("--accent"), width: 3, fill: `${colour("--accent")}22`, points: { size: 5, fill: colour("--card") } }),
  bars: () => bars("--accent"),
  "bars-soft": () => bars("--accent-bar"),
  aim: () => ({ stroke: colour("--soft"), width: 1, points: { show: false } }),
};
const BESIDE_DASHES = [[2, 4], [10, 4, 2, 4]];
const beside = (place) => ({ stroke: colour("--beside"), width: 2, dash: BESIDE_DASHES[place % 2], points: { size: 4, fill: colour("--beside") } });
const MANY = 45;

export class Drawing {
  /**
   * @param body the part's element, with a place for the chart and one for what is read aloud
   * @param chart the numbers, as the page gives them
   * @param title what the chart is called
   * @param zoomed is told the stretch of time that is looked at
   */
  constructor(body, chart, title, zoomed) {
    this.holder = body.querySelector("[data-chart]");
    this.reading = body.querySelector("[data-reading]");
    this.chart = chart;
    this.zoomed = zoomed;
    this.shown = this.whole; // uPlot sets its own scale a little later
    this.at = null; // the bucket that is read
    this.drawn = chart.series.filter((one) => one.look !== "table" && !(one.beside && one.look === "bars-soft"));
    this.plot = this.draw();
    this.listen(title);
  }

  get whole() {
    const { x, step } = this.chart;
    return [x[0] - step / 2, x.at(-1) + step / 2];
  }

  get isZoomed() {
    return this.shown[0] > this.whole[0] || this.shown[1] < this.whole[1];
  }

  draw() {
    const { x, step, unit } = this.chart;
    const daily = step === DAY_S;
    const write = (seconds) => (daily ? dateOf.format(seconds * 1000) : hour(seconds * 1e9));
    const points = x.length > MANY ? { points: { show: false } } : {};
    const axis = { font, stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const values = (_, value) => (value === null || value === undefined ? "" : number.format(value));
    const highest = unit === "percent" ? () => [0, 100] : (_, __, high) => [0, Math.max(4, high * 1.12)];
    return new uPlot({
      width: this.holder.clientWidth,
      height: this.height,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), data.timezone),
      padding: [12, 12, 0, 0],
      cursor: { y: false, points: { size: 9 }, drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => this.all() } },
      legend: { live: true },
      scales: { x: { min: this.whole[0], max: this.whole[1], range: (_, min, max) => [min, max] }, y: { range: highest } },
      axes: [
        { ...axis, size: 34, grid: { show: false }, space: 74, incrs: daily ? [1, 2, 7, 14, 28].map((days) => days * DAY_S) : [1, 2, 3, 4].map((hours) => hours * 3600), splits: (_, __, min, max, by) => this.splits(min, max, by), values: (_, splits) => splits.map(write) },
        { ...axis, size: 42, space: 40, incrs: [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000], values: (_, splits) => splits.map((value) => number.format(value)) },
      ],
      series: [
        { value: (_, seconds) => (seconds === null || seconds === undefined ? "" : this.when(seconds)), label: "" },
        ...this.drawn.map((one, place) => ({ label: one.name, spanGaps: daily, value: values, ...(one.beside ? beside(place) : LOOKS[one.look]()), ...(one.look.startsWith("bars") ? {} : points) })),
      ],
      hooks: { setSelect: [(plot) => this.selected(plot)] },
    }, [x, ...this.drawn.map((one) => one.values)], this.holder);
  }

  get height() {
    return Math.round(Math.min(420, Math.max(190, this.holder.clientWidth * 0.36)));
  }

  /** Ticks stand on buckets: a day's tick where that day begins, whatever the clocks do. */
  splits(min, max, by) {
    const { x, step } = this.chart;
    const every = Math.max(1, Math.round(by / step));
    return x.filter((start, place) => place % every === 0 && start >= min && start <= max);
  }

  when(seconds) {
    return this.chart.step === DAY_S ? dayOf.format(seconds * 1000) : hour(seconds * 1e9);
  }

  fit() {
    this.plot.setSize({ width: this.holder.clientWidth, height: this.height });
  }

  show(from, to) {
    this.shown = [from, to];
    this.plot.setScale("x", { min: from, max: to });
  }

  all() {
    this.zoomed(...this.whole);
  }

  selected(plot) {
    const { left, width } = plot.select;
    if (width < 8) return;
    this.look(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }

  /** Look at a stretch, within the whole and never at less than a few buckets. */
  look(from, to) {
    const [first, last] = this.whole;
    const length = Math.min(last - first, Math.max(to - from, LEAST_BUCKETS * this.chart.step));
    const start = Math.min(Math.max(first, (from + to - length) / 2), last - length);
    this.zoomed(start, start + length);
  }

  // Keys ----------------------------------------------------------------------------------------

  listen(title) {
    Object.assign(this.holder, { tabIndex: 0, ariaLabel: `${title}. ${t("history.keys")}` });
    this.holder.setAttribute("role", "img");
    this.holder.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const act = this.acts[event.key];
      if (act) {
        event.preventDefault();
        act();
      }
    });
    this.holder.addEventListener("pointermove", () => { this.at = this.plot.cursor.idx ?? null; });
    this.holder.addEventListener("pointerleave", () => { this.at = null; });
    this.holder.addEventListener("blur", () => {
      this.at = null;
      this.plot.setCursor({ left: -10, top: -10 });
    });
  }

  acts = {
    ArrowRight: () => this.step(1),
    ArrowLeft: () => this.step(-1),
    Home: () => this.read(0),
    End: () => this.read(this.chart.x.length - 1),
    "+": () => this.zoom(0.5),
    "=": () => this.zoom(0.5),
    "-": () => this.zoom(2),
    0: () => this.back(),
    Escape: () => this.back(),
  };

  back() {
    this.all();
    this.tellStretch();
  }

  step(by) {
    const { x } = this.chart;
    const [min, max] = this.shown;
    if (this.at === null) {
      const within = x.map((_, place) => place).filter((place) => x[place] >= min && x[place] <= max);
      this.read(by > 0 ? within[0] : within.at(-1));
    } else this.read(Math.min(x.length - 1, Math.max(0, this.at + by)));
  }

  /** Put the cursor on a bucket, within sight, and say its values. */
  read(place) {
    const at = this.chart.x[place];
    const [min, max] = this.shown;
    if (at < min || at > max) this.look(at - (max - min) / 2, at + (max - min) / 2);
    this.at = place;
    queueMicrotask(() => this.plot.setCursor({ left: this.plot.valToPos(at, "x"), top: 10 })); // once it has its scale
    const values = this.chart.series.map((one) => `${one.name} ${one.values[place] === null ? t("live.none") : number.format(one.values[place])}`);
    this.reading.textContent = t("history.reading", { when: this.when(at), values: values.join(", ") });
  }

  zoom(by) {
    const [min, max] = this.shown;
    const middle = this.at === null ? (min + max) / 2 : this.chart.x[this.at];
    const half = ((max - min) * by) / 2;
    this.look(middle - half, middle + half);
    this.tellStretch();
  }

  tellStretch() {
    const [min, max] = this.shown;
    const within = this.chart.x.filter((start) => start >= min && start <= max);
    this.reading.textContent = t("history.stretch", { from: this.when(within[0]), to: this.when(within.at(-1)) });
  }
}
