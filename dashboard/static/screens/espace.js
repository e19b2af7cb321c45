// The live page of the whole space.

import { data, site, t, all, one, write, fill, pill, element, icon, shape, hour, signHour, minutes, ago, wilson, said } from "../page.js";
import { on, onEach, onTick, view, civil, follow } from "../live.js";
import { press } from "../press.js";
import { showAlerts, detailOf } from "../alerts.js";
import { answerHelp, ringAgain } from "../help.js";
import { soundAfterTouch } from "../bell.js";
import { askForWeather, showWeather } from "../report.js";
import { askForRecount } from "../recount.js";
import { followTheDay } from "../so_far.js";
import { showOnWall } from "../wall.js";

const total = (lines, name) => lines.reduce((sum, line) => sum + line[name], 0);
const card = (name) => one(`[data-card=${name}]`);
const field = (within, name) => one(`[data-field=${name}]`, within);
const NONE = t("live.none");

// --- Glance -------------------------------------------------------------------------------------

/** Draw a figure of bars on 0..100; each part is [class, from, to]. */
function figure(name, label, parts) {
  const svg = one(`[data-gauge=${name}]`);
  const bars = parts.filter(([, from, to]) => to > from)
    .map(([look, from, to]) => shape("rect", { class: look, x: from, width: to - from, y: 0, height: 6 }));
  svg.replaceChildren(shape("rect", { class: "track", x: 0, y: 0, width: 100, height: 6 }), ...bars);
  svg.setAttribute("aria-label", label);
}

const bounded = (value) => Math.max(0, Math.min(100, value));

const CROWDED = { near: "busy", full: "full" };

function showInside(space) {
  const within = card("inside"), known = space && space.inside !== null;
  const { capacity } = site;
  write(field(within, "inside"), known ? space.inside : NONE);
  write(field(within, "of-capacity"), known ? t("espace.of_capacity", { uncertainty: space.uncertainty, capacity }) : t("live.unknown"));
  write(field(within, "recounted"), !space ? "" : space.recounted_ns ? t("espace.recounted", { time: hour(space.recounted_ns) }) : t("espace.never_recounted"));
  const crowding = field(within, "crowding");
  crowding.hidden = !CROWDED[space?.crowding];
  if (!crowding.hidden) pill(crowding, CROWDED[space.crowding], t(`espace.${space.crowding}`));
  const low = known ? bounded((space.inside_low / capacity) * 100) : 0;
  const middle = known ? bounded((space.inside / capacity) * 100) : 0;
  const high = known ? bounded(((space.inside + space.uncertainty) / capacity) * 100) : 0;
  figure("inside", known ? t("espace.gauge", { n: space.inside, uncertainty: space.uncertainty, capacity }) : t("live.unknown"),
    known ? [["solid", 0, low], ["solid-soft", low, middle], ["doubt", middle, high]] : [["nothing", 0, 100]]);
}

const WAIT_AXIS_MIN = 60;

function showWait(space) {
  const within = card("wait"), known = space && space.wait_median_s !== null;
  write(field(within, "wait"), known ? minutes(space.wait_median_s) : NONE);
  write(field(within, "wait-unit"), known ? t("live.minutes_unit") : space ? "" : t("live.unknown"));
  const p90 = known && space.wait_p90_s !== null ? minutes(space.wait_p90_s) : null;
  write(field(within, "wait-note"), !space ? "" : p90 !== null ? t("espace.wait_p90", { n: p90 }) : known ? "" : t("espace.wait_none"));
  const at = (seconds) => bounded((seconds / 60 / WAIT_AXIS_MIN) * 100);
  const target = at(site.target_s);
  figure("wait", known ? t("espace.wait_figure", { median: minutes(space.wait_median_s), p90: p90 ?? NONE, target: site.target_s / 60 }) : t("live.unknown"),
    known ? [["solid", 0, at(space.wait_median_s)], ["doubt", at(space.wait_median_s), at(space.wait_p90_s ?? 0)], ["aim", target - 0.4, target + 0.4]] : [["nothing", 0, 100]]);
}

function showDay(space) {
  const within = card("day"), figures = space?.figures;
  write(field(within, "visits"), figures ? figures.visits : NONE);
  write(field(within, "visits-unit"), figures ? t("espace.visits", { n: figures.visits }) : t("live.unknown"));
  const away = figures ? figures.left + figures.no_show : 0;
  const parts = figures
    ? [["served", figures.served], ["serving", figures.serving], ["waiting", figures.waiting], ["left", away]].filter(([, n]) => n > 0)
    : [];
  fill(field(within, "day-note"), ...parts.map(([name, n]) => element("span", { class: `key ${name}` }, t(`espace.${name}`, { n }))));
  const whole = parts.reduce((sum, [, n]) => sum + n, 0) || 1;
  let from = 0;
  figure("day", parts.map(([name, n]) => t(`espace.${name}`, { n })).join(", ") || t("live.unknown"),
    figures ? parts.map(([name, n]) => [name, from, (from += (n / whole) * 100) - 0.4]) : [["nothing", 0, 100]]);
}

function showBarometer(seen, id) {
  const within = card("barometer");
  if (!within || within.dataset.barometer !== id) return;
  const { minimum, questions } = site.barometers[id];
  const answers = seen ? questions[seen.question]?.answers ?? {} : {};
  const positive = seen ? seen.answers.filter(({ answer }) => answers[answer]?.positive) : [];
  const well = positive.reduce((sum, { votes }) => sum + votes, 0);
  const enough = seen && seen.votes >= minimum;
  write(field(within, "share"), enough ? Math.round((well / seen.votes) * 100) : NONE);
  write(field(within, "positive"), enough ? t("espace.positive") : seen ? "" : t("live.unknown"));
  write("[data-vote-count]", seen ? seen.votes : "");
  write(field(within, "votes-word"), seen ? t("espace.votes_word", { n: seen.votes }) : "");
  const [low, high] = enough ? wilson(well, seen.votes).map((share) => share * 100) : [0, 0];
  write(field(within, "vote-note"), !seen ? "" : enough
    ? ` · ${t("espace.of_visits", { n: seen.visits })} · ${t("espace.interval", { low: Math.round(low), high: Math.round(high) })}`
    : ` · ${t("espace.few_votes", { minimum })}`);
  const share = enough ? (well / seen.votes) * 100 : 0;
  figure("barometer", enough ? t("espace.interval", { low: Math.round(low), high: Math.round(high) }) : t("live.unknown"),
    enough ? [["solid", 0, low], ["solid-soft", low, share], ["doubt", share, high]] : [["nothing", 0, 100]]);
}

// --- Plan ---------------------------------------------------------------------------------------

function showZones(space) {
  const now = Object.fromEntries((space?.zones ?? []).map((zone) => [zone.zone, zone]));
  for (const within of all("[data-zone]")) {
    const zone = now[within.dataset.zone];
    if (within.dataset.level === "none") continue; // nothing measures it
    within.dataset.level = zone?.level ?? "unknown";
    pill(field(within, "level"), zone?.level ?? "unknown", t(`live.room_level.${zone?.level ?? "unknown"}`));
    write(field(within, "fact"), zone ? factOf(zone) : "");
  }
  write("[data-field=passages]", space ? t("espace.passages", { entered: space.passages_in, left: space.passages_out }) : "");
}

function factOf(zone) {
  if (zone.seats) {
    const free = zone.seats - zone.seats_taken;
    return free ? t("espace.free_seats", { n: free }) : t("espace.no_free_seat");
  }
  return zone.waiting ? t("espace.in_queue", { n: zone.waiting }) : "";
}

function showSeats(seen, zone) {
  for (const row of all(`[data-seats="${zone}"]`)) {
    const taken = Object.fromEntries((seen?.seats ?? []).map((seat) => [seat.seat, seat.taken]));
    for (const seat of all("[data-seat]", row)) {
      const state = { true: "taken", false: "free" }[taken[seat.dataset.seat]] ?? "unknown";
      if (seat.dataset.state !== state) {
        seat.dataset.state = state;
        seat.title = t(`espace.seat_${state}`);
        fill(seat, icon(state));
      }
    }
    const free = (seen?.seats ?? []).filter((seat) => seat.taken === false).length;
    row.setAttribute("aria-label", seen ? t("espace.free_seats", { n: free }) : t("espace.seats_unknown"));
  }
}

/** How many of a zone's seats and rooms are taken; those that nobody hears of are said apart. */
function showUsed(zone) {
  for (const where of all(`[data-used="${zone}"]`)) {
    const rooms = where.dataset.rooms.split(" ").filter(Boolean);
    const places = [...(view(`view/seats/${zone}`)?.seats ?? []), ...rooms.map((room) => view(`view/room/${room}`))];
    const heard = places.filter((place) => typeof place?.taken === "boolean");
    const n = heard.filter(({ taken }) => taken).length, unknown = places.length - heard.length;
    where.hidden = !heard.length;
    one("svg", where).replaceChildren(...[["track", 100], ["solid", (n / (heard.length || 1)) * 100]]
      .map(([look, width]) => shape("rect", { class: look, x: 0, y: 0, width, height: 8 })));
    write(one("span", where), t("espace.used", { n, of: heard.length }) + (unknown ? t("espace.used_unknown", { n: unknown }) : ""));
  }
}

const DESK_ICONS = { closed: "closed", free: "free", called: "call", serving: "taken", paused: "pause" };

function showDesk(seen, id) {
  for (const desk of all(`[data-desk="${id}"]`)) {
    desk.dataset.state = seen?.state ?? "unknown";
    fill(field(desk, "desk"), icon(DESK_ICONS[seen?.state] ?? "unknown"), t(`live.desk.${seen?.state ?? "unknown"}`),
      seen?.number ? element("b", {}, ` ${seen.number}`) : null);
  }
}

function showRoom(seen, id) {
  const state = { true: "taken", false: "free" }[seen?.taken] ?? "unknown";
  for (const room of all(`[data-room="${id}"]`)) {
    room.dataset.state = state;
    const time = civil();
    const since = state === "taken" && seen.since_ns && time ? minutes((time - seen.since_ns) / 1e9) : null;
    fill(field(room, "room"), icon(state), state === "unknown" ? t("live.unknown") : t(`espace.room_${state}`),
      since ? `, ${t("live.minutes", { n: since })}` : null);
  }
}

function showLastVote() {
  for (const where of all("[data-last-vote]")) {
    const seen = view(`view/barometer/${where.dataset.lastVote}`), time = civil();
    write(where, !seen || time === null ? "" : seen.last_vote_ns ? t("espace.last_vote", { ago: ago(seen.last_vote_ns, time) }) : t("espace.no_vote_yet"));
  }
}

// --- Services and calls -------------------------------------------------------------------------

function showService(seen, id) {
  for (const row of all(`[data-service="${id}"]`)) {
    const open = seen?.state === "open";
    write(field(row, "waiting"), seen && (open || seen.waiting) ? seen.waiting : NONE);
    write(field(row, "wait"), open && seen.wait_median_s !== null ? t("live.minutes", { n: minutes(seen.wait_median_s) }) : NONE);
    row.dataset.state = seen?.state ?? "unknown";
    write(field(row, "about"), said(seen?.note) || (seen?.state === "closed" ? said(seen.notice) : ""));
    const where = field(row, "state");
    if (!seen) pill(where, "unknown", t("live.unknown"));
    else if (open) pill(where, seen.level, t(`live.level.${seen.level}`));
    else if (seen.state === "no_desk") pill(where, "closed", t("espace.state_no_desk"));
    else pill(where, "closed", seen.opens_ns ? t("espace.state_opens", { time: signHour(seen.opens_ns) }) : t("espace.state_closed"));
  }
}

function showCalls(seen) {
  const list = one("[data-calls]");
  const calls = seen?.calls ?? [];
  fill(list, ...calls.map((call) => element("li", {}, element("b", {}, call.number), icon("arrow"), site.desks[call.desk]?.short ?? call.desk)),
    calls.length ? null : element("li", { class: "empty" }, seen ? t("espace.no_calls") : t("live.unknown")));
  for (const where of all("[data-last-call]")) {
    fill(where, ...(calls.length ? [icon("call"), element("b", {}, calls[0].number), icon("arrow"), site.desks[calls[0].desk]?.short ?? calls[0].desk] : []));
  }
}

// --- What needs a hand --------------------------------------------------------------------------

const troubles = new Map(); // node → alerts from its health and status

function show() {
  const made = (view("private/alerts/now")?.alerts ?? []).map((alert) => ({ ...alert, node: alert.subject.split("/")[0] }));
  for (const [node, list] of troubles) {
    for (const trouble of list) {
      const printerTold = trouble.type === "ticket_printer" && made.some((alert) => alert.kind === "printer" && alert.node === node);
      if (!printerTold) made.push({ ...trouble, subject: trouble.subject ?? node, name: site.nodes[node] ?? node });
    }
  }
  showAlerts(one("[data-alerts]"), made, civil());
  ringAgain(made);
}

function noteTrouble(node) {
  if (!site.nodes[node]) return;
  const lost = view(`status/${node}`)?.state === "lost";
  const failed = lost ? [] : (view(`health/${node}`)?.devices ?? []).filter((device) => device.state !== "ok");
  troubles.set(node, lost ? [{ kind: "node", detail: "" }] : failed.map((device) => ({
    kind: device.type === "ticket_printer" ? "printer" : "device", type: device.type, detail: detailOf(device),
    device: t(`espace.device.${device.type}`), subject: `${node}/${device.id}`,
  })));
  show();
}

// --- Ledger -------------------------------------------------------------------------------------

const ledger = new Map();
onEach("view/ledger/", (seen, node) => {
  seen ? ledger.set(node, seen) : ledger.delete(node);
  const lines = [...ledger.values()];
  const stored = lines.some((line) => line.stored === null) ? NONE : total(lines, "stored");
  // A node tells what it recorded each half minute; until then what was received stands for it.
  const recorded = lines.reduce((sum, line) => sum + Math.max(line.recorded ?? 0, line.received), 0);
  write("[data-ledger]", lines.length ? t("live.ledger", { n: recorded, stored }) : "");
});

on("view/space/now", (space) => [showInside, showWait, showDay, showZones, showWeather].forEach((show) => show(space)));
onEach("view/barometer/", (seen, id) => (showBarometer(seen, id), showLastVote()), Object.keys(site.barometers));
onEach("view/service/", showService, Object.keys(site.services));
onEach("view/seats/", (seen, zone) => (showSeats(seen, zone), showUsed(zone)), Object.keys(site.zones));
onEach("view/desk/", showDesk, Object.keys(site.desks));
onEach("view/room/", (seen, id) => (showRoom(seen, id), all(`.zone [data-rooms~="${id}"]`).forEach(({ dataset }) => showUsed(dataset.used))));
on("view/calls/latest", showCalls);
on("private/alerts/now", show);
onEach("status/", (_, node) => noteTrouble(node));
onEach("health/", (_, node) => noteTrouble(node));
answerHelp();
askForWeather();
askForRecount();
if (data.account) soundAfterTouch();
if (one(".mural")) showOnWall();
followTheDay(one("[data-so-far]"), one("[data-so-far-unknown]"));
onTick(() => {
  show();
  showLastVote();
  for (const room of Object.keys(site.rooms)) showRoom(view(`view/room/${room}`), room);
});
follow();
