// What is now the case, from the server's stream. A view is known while it is younger than it is valid
// AND the hall's recorder has been heard AND this stream lives; otherwise it is unknown, whatever it said.
// Ages are counted on the monotonic clock from the age the server gave: no clock here can falsify them.

import { data, t, all, write, hour, signHour, longDay, weekdayOf } from "./page.js";

const BEAT_LOST_S = 6; // three beats of the server
const RECORDER_SILENCE_S = 7; // three words of the recorder
const FRESH_S = 5;

const held = new Map(); // topic → {view, age, valid, at}
const watchers = [];
let beat = null; // the last beat, with the moment it came
const known = new Set(); // topics known at the last look

const now = () => performance.now() / 1000;

/** What the page itself brought: as fresh as the moment it arrived. */
const first = JSON.parse(document.getElementById("first-word")?.textContent ?? "null");
if (first) {
  const at = (performance.getEntriesByType("navigation")[0]?.responseStart ?? 0) / 1000;
  beat = { ...first.beat, at };
  for (const message of first.views) hold(message, at);
}

/** Machine seconds since a view was made; null when nobody can tell. */
export function age(topic) {
  const one = held.get(topic);
  return !one || one.age === null ? null : one.age + now() - one.at;
}

/** Whether the hall is heard but cannot write its journal: what is shown is true, what comes waits on the nodes. */
export const cannotWrite = () => link() === "live" && beat.trouble;

/** "live", "silent" (the hall is not heard) or "cut" (this stream is). */
export function link() {
  if (!beat) return now() < 4 ? "connecting" : "cut";
  const since = now() - beat.at;
  if (since > BEAT_LOST_S) return "cut";
  const silence = beat.recorder_age_s;
  return silence === null || silence + since > RECORDER_SILENCE_S ? "silent" : "live";
}

/** The newest view of a topic, null when it is unknown. */
export function view(topic) {
  const one = held.get(topic);
  if (!one || link() !== "live") return null;
  const old = age(topic);
  return old === null || (one.valid !== null && old > one.valid) ? null : one.view;
}

/** The site's civil time in nanoseconds, null when unknown. */
export function civil() {
  return link() !== "live" || beat.civil_ns === null
    ? null
    : beat.civil_ns + (now() - beat.at) * 1e9 * beat.speed;
}

/** Civil seconds in a machine second: 1 on a real site. */
export const rate = () => beat?.speed ?? 1;

/** The server's machine time in nanoseconds at this moment: what a press is dated on. */
export const machine = () => (beat ? Math.round(beat.machine_ns + (now() - beat.at) * 1e9) : null);

/** Call `render(view or null, topic)` now, at each change, and when the view becomes unknown. */
export function on(topic, render) {
  watchers.push({ wants: (other) => other === topic, render });
  render(view(topic), topic);
}

/**
 * The same for every topic with this beginning; `render(view or null, rest of the topic)`. Of `ids`, those
 * that nothing is known of are rendered so at once.
 */
export function onEach(beginning, render, ids = []) {
  const wants = (topic) => topic.startsWith(beginning);
  watchers.push({ wants, render: (seen, topic) => render(seen, topic.slice(beginning.length)) });
  const topics = new Set([...[...held.keys()].filter(wants), ...ids.map((id) => beginning + id)]);
  for (const topic of topics) render(view(topic), topic.slice(beginning.length));
}

/** Call with what the stream tells under a name of its own, once it does. */
export const onTold = (name, render) => told.push([name, render]);
const told = [];

/** Call at each half second, for what changes with time alone. */
export const onTick = (render) => ticks.push(render);
const ticks = [];

const show = (topic) => {
  const seen = view(topic);
  seen === null ? known.delete(topic) : known.add(topic);
  for (const watcher of watchers) if (watcher.wants(topic)) watcher.render(seen, topic);
};

function take(message) {
  const told = JSON.parse(message.data);
  if (told.view === null) held.delete(told.topic);
  else hold(told, now());
  show(told.topic);
}

function hold({ topic, age_s, valid_s, view: made }, at) {
  held.set(topic, { view: made, age: age_s, valid: valid_s, at });
}

/** After all that is held was told: what we hold beside it is no more. */
function keepOnly({ data: told }) {
  const { topics } = JSON.parse(told);
  for (const topic of [...held.keys()].filter((one) => !topics.includes(one))) {
    held.delete(topic);
    show(topic);
  }
}

function look() {
  for (const topic of held.keys()) if (known.has(topic) !== (view(topic) !== null)) show(topic);
  const state = link();
  document.body.dataset.link = state;
  const banner = document.querySelector("[data-link-state]");
  if (banner) {
    const said = cannotWrite() ? "cannot_write" : state;
    banner.hidden = said === "live" || said === "connecting";
    if (!banner.hidden) write(banner, t(`live.${said}`));
  }
  for (const label of all("[data-age]")) write(label, ageInWords(label.dataset.age));
  showFreshness(state);
  showMoment();
  for (const render of ticks) render();
}

/** The age of a topic's view, or of the oldest view whose topic begins so when it ends in a slash. */
function ageInWords(topic) {
  const topics = topic.endsWith("/") ? [...held.keys()].filter((one) => one.startsWith(topic)) : [topic];
  if (!topics.length || topics.some((one) => view(one) === null)) return link() === "connecting" ? "" : t("live.unknown");
  const old = Math.max(...topics.map(age));
  if (old < FRESH_S) return t("live.fresh");
  return old < 90 ? t("live.age_seconds", { n: Math.floor(old / 5) * 5 })
    : t("live.age_minutes", { n: Math.floor(old / 60) });
}

function showFreshness(state) {
  const where = document.querySelector("[data-freshness]");
  if (!where) return;
  const unknown = [...held.keys()].filter((topic) => view(topic) === null).length;
  const fresh = state === "live" && held.size > 0 && !unknown;
  const key = state !== "live" ? `live.${state}` : fresh ? "live.all_fresh" : held.size ? "live.some_unknown" : "live.nothing_yet";
  where.dataset.state = fresh ? "fresh" : "unknown";
  write(where, t(key, { n: unknown }));
}

function showMoment() {
  const time = civil();
  for (const where of all("[data-clock]")) {
    write(where, time === null ? t("live.none") : where.dataset.clock === "hour" ? hour(time) : `${longDay(time)}, ${hour(time)}`);
  }
  const space = view("view/space/now");
  for (const where of all("[data-opening]")) write(where, space ? opening(space, time) : "");
}

function opening(space, time) {
  if (space.open && space.closes_ns) return t("live.until", { time: signHour(space.closes_ns) });
  if (!space.opens_ns || time === null) return t("live.closed");
  const today = longDay(space.opens_ns) === longDay(time);
  return t(today ? "live.opens" : "live.opens_day", { time: signHour(space.opens_ns), day: weekdayOf(space.opens_ns) });
}

/** Follow the page's stream; the browser comes back when it is cut, and says up to where it was told. */
export function follow() {
  if (!data.stream) return; // a page of the city: what it shows is not live
  for (const topic of held.keys()) if (view(topic) !== null) known.add(topic);
  connect();
  setInterval(look, 500);
  look();
}

const RETRY_MS = 2000;

function connect() {
  const since = first ? `?depuis=${encodeURIComponent(first.id)}` : "";
  const source = new EventSource(`/direct/${data.stream}${since}`);
  source.addEventListener("view", take);
  source.addEventListener("snapshot", keepOnly);
  for (const [name, render] of told) source.addEventListener(name, (message) => render(JSON.parse(message.data)));
  source.addEventListener("beat", (message) => {
    beat = { ...JSON.parse(message.data), at: now() };
    look();
  });
  // The browser comes back by itself from a cut, but gives up for good where it was refused.
  source.addEventListener("error", async () => {
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(connect, RETRY_MS);
    if (data.account && (await fetch("/session").catch(() => null))?.status === 401) location.reload();
  });
}
