// The technician's page: every node with its devices, what is pending, and whether all received is stored.

import { site, t, all, one, write, fill, pill, element, icon, hour, longDay } from "../page.js";
import { on, onEach, onTick, view, age, follow } from "../live.js";
import "./faults.js";
import { askForLog } from "./node_log.js";

const NONE = t("live.none");
const NEARLY_FULL = 80; // per cent of an outbox: time to bring the broker back, before it must refuse presses
const TOLD_MS = 4000;
const nodes = all("[data-node]").map((row) => row.dataset.node);
const field = (within, name) => one(`[data-field=${name}]`, within);
const LEVEL = { ok: "calm", degraded: "busy", failed: "full" };

function show(node) {
  const row = one(`[data-node="${node}"]`);
  if (!row) return;
  const status = view(`status/${node}`), health = view(`health/${node}`), ledger = view(`view/ledger/${node}`);
  const state = status?.state === "lost" ? "lost" : status && health ? "online" : "unknown";
  row.dataset.state = state;
  write(field(row, "release"), status?.version ? t("technique.release", { release: status.version }) : "");
  pill(field(row, "state"), { online: "calm", lost: "full" }[state] ?? "unknown", t(`technique.state.${state}`));
  fill(field(row, "devices"), ...(health?.devices ?? []).map((device) =>
    element("span", { class: `device ${device.state}`, title: device.detail || null }, icon(LEVEL[device.state]), device.id, said(device) ? element("small", {}, said(device)) : null)));
  const outbox = health?.outbox_capacity_bytes ? Math.round(100 * health.outbox_bytes / health.outbox_capacity_bytes) : 0;
  fill(field(row, "pending"), `${health?.pending ?? NONE}`, health?.outbox_capacity_bytes ? element("small", {}, t(outbox >= NEARLY_FULL ? "technique.outbox_full" : "technique.outbox", { n: outbox })) : null,
    health?.outboxes_set_aside ? element("small", {}, t("technique.set_aside", { n: health.outboxes_set_aside })) : null);
  write(field(row, "received"), ledger?.received ?? NONE);
  write(field(row, "recorded"), ledger?.recorded ?? NONE);
  const stored = field(row, "stored"), asked = ledger && ledger.stored !== null;
  const whole = asked && ledger.received === ledger.stored;
  stored.dataset.state = !asked ? "unknown" : whole ? "whole" : "behind";
  fill(stored, asked ? icon(whole ? "ok" : "busy") : "", asked ? ` ${ledger.stored}` : NONE, ...notes(ledger));
  write(field(row, "memory"), health ? t("technique.megabytes", { n: Math.round(health.resident_bytes / 1e6) }) : NONE);
  write(field(row, "uptime"), health ? lasting(health.uptime_s) : NONE);
  showAge(node);
}

/** What a device says of itself, in this page's language where it has a name; the machine's own words else. */
const said = ({ fault, remark, detail }) => fault ? t(`fault.${fault}.says`) : remark ? t(`remark.${remark}`) : detail;

/** What went wrong, in words; nothing where nothing did. */
const notes = (ledger) => ["missing", "duplicates", "quarantined", "alarms"].filter((name) => ledger?.[name])
  .map((name) => element("small", {}, t(`technique.${name}`, { n: ledger[name] })));

const lasting = (seconds) => seconds < 3600 ? t("live.minutes", { n: Math.floor(seconds / 60) })
  : seconds < 2 * 86400 ? t("technique.hours", { n: Math.floor(seconds / 3600) })
  : t("technique.days", { n: Math.floor(seconds / 86400) });

function showAge(node) {
  const old = age(`health/${node}`);
  write(field(one(`[data-node="${node}"]`), "age"), old === null ? NONE : t("live.age_seconds", { n: Math.floor(old) }));
}

/** How two counts stand: what is on its way makes the second smaller; a larger one is wrong. */
const sign = (before, after) => after === null ? "" : before === after ? "=" : before > after ? "≥" : "≠";

function showTotals() {
  const healths = nodes.map((node) => view(`health/${node}`)).filter(Boolean);
  const ledgers = nodes.map((node) => view(`view/ledger/${node}`)).filter(Boolean);
  const online = nodes.filter((node) => view(`status/${node}`)?.state === "online" && view(`health/${node}`)).length;
  const sum = (list, name) => list.reduce((total, one) => total + one[name], 0);
  const total = (name) => one(`.figures [data-field=${name}]`);
  write(total("online"), healths.length ? online : NONE);
  write(total("of-nodes"), t("technique.of_nodes", { n: nodes.length }));
  write(total("trouble"), healths.length ? healths.flatMap((health) => health.devices).filter((device) => device.state !== "ok").length : NONE);
  write(total("pending"), healths.length ? sum(healths, "pending") : NONE);
  const counts = [
    ["recorded", ledgers.reduce((whole, line) => whole + Math.max(line.recorded ?? 0, line.received), 0)],
    ["received", sum(ledgers, "received")],
    ["stored", ledgers.every((line) => line.stored !== null) ? sum(ledgers, "stored") : null],
  ];
  fill(total("balance"), ...(ledgers.length ? counts.flatMap(([name, count], place) => [
    ...(place ? [element("i", {}, sign(counts[place - 1][1], count))] : []),
    element("span", {}, element("b", {}, count ?? "?"), element("small", {}, t(`technique.balance.${name}`))),
  ]) : [NONE]));
  const [recorded, received, stored] = counts.map(([, count]) => count);
  write(total("backlog"), !ledgers.length ? "" : [
    ...(recorded > received ? [t("technique.balance.to_receive", { n: recorded - received })] : []),
    ...(stored !== null && received > stored ? [t("technique.balance.to_store", { n: received - stored })] : []),
  ].join(" "));
}

function showQuarantine(seen) {
  write("[data-field=quarantined]", seen ? seen.total : NONE);
  fill(one("[data-quarantine]"), ...(seen?.latest ?? []).map((row) => element("tr", {},
    element("td", {}, `${longDay(row.at_ns)}, ${hour(row.at_ns)}`), element("td", {}, site.nodes[row.node] ?? row.node), element("td", {}, row.reason))));
}

/** At a site that a city sees: how much of its journal is there, or why nothing leaves. */
function showCity(seen) {
  const line = one("[data-city]");
  line.hidden = !seen;
  if (!seen) return;
  const there = seen.connected && seen.upto !== null;
  const words = t(there ? "technique.city" : "technique.city_away", { n: seen.upto ?? 0, of: seen.decided });
  write(line, [words, seen.trouble].filter(Boolean).join(" "));
}

/** The key of a command that was sent to a node, null where it was not. */
async function send(node, command) {
  try {
    const response = await fetch(`/technique/${node}`, { method: "POST", body: JSON.stringify(command), headers: { "Content-Type": "application/json" } });
    if (response.status === 401) location.reload();
    return response.ok ? (await response.json()).key : null;
  } catch {
    return null; // the link is cut: it was not sent
  }
}

/** Send a node a command; whether it was sent stands beside it for a moment. */
async function order(node, action, told) {
  if (action === "restart" && !confirm(t("technique.command.sure", { name: site.nodes[node] }))) return;
  const sent = await (action === "log" ? askForLog(node, send)
    : send(node, action === "paper" ? { action: "self_test", paper: true } : { action }));
  write(told, t(sent ? "technique.command.sent" : "technique.command.not_sent"));
  setTimeout(() => write(told, ""), TOLD_MS);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-command]");
  if (button) order(button.closest("[data-node]").dataset.node, button.dataset.command, one(".told", button.closest("th")));
});

for (const beginning of ["status/", "health/", "view/ledger/"]) onEach(beginning, (_, node) => (show(node), showTotals()));
on("private/quarantine/latest", showQuarantine);
on("private/city/now", showCity);
onTick(() => nodes.forEach(showAge));
nodes.forEach(show);
showTotals();
follow();
