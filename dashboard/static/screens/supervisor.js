// The supervisor's page: where people wait, who serves what, and one press that sends a desk to a queue.

import { site, t, all, one, write, fill, pill, element, icon, minutes } from "../page.js";
import { on, onTick, view, civil, follow } from "../live.js";
import { press } from "../press.js";
import { keep } from "../rows.js";
import { followHelp } from "../help.js";
import { showWays } from "../ways.js";

const TOPIC = "private/supervision/now";
const NONE = t("live.none");
const LEVELS = { free: "calm", called: "busy", serving: "busy", paused: "closed", closed: "closed" };
const OPEN = ["free", "called", "serving"];
const field = (name, within = document) => one(`[data-field="${name}"]`, within);
const serviceName = (id) => site.services[id]?.name ?? id;
const deskName = (id) => site.desks[id]?.short ?? id;
const usualOf = (desk) => one(`[data-desk="${desk}"]`).dataset.usual.split(" ").filter(Boolean);
const sinceMin = (ns) => (ns === null || civil() === null ? null : Math.max(0, Math.floor((civil() - ns) / 60e9)));

function show() {
  const seen = view(TOPIC), queues = [...(seen?.queues ?? [])].sort(byUrgency);
  const longest = queues.find((queue) => queue.longest_ns !== null), min = longest ? sinceMin(longest.longest_ns) : null;
  const waiting = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  write(field("waiting"), seen ? waiting : NONE);
  write(field("waiting-unit"), seen ? t("supervisor.waiting_unit", { n: waiting }) : t("live.unknown"));
  write(field("longest"), min === null ? NONE : t("live.minutes", { n: min }));
  write(field("longest-of"), longest ? serviceName(longest.service) : "");
  write(field("open"), seen ? seen.desks.filter((desk) => OPEN.includes(desk.state)).length : NONE);
  write(field("served"), seen ? seen.desks.reduce((sum, desk) => sum + desk.served, 0) : NONE);
  keep(one("[data-queues]"), queues, (queue) => queue.service, makeQueue, (row, queue) => dressQueue(row, queue, seen.desks));
  const most = Math.max(1, ...(seen?.desks ?? []).map((desk) => desk.served));
  for (const row of all("[data-desk]")) dressDesk(row, seen?.desks.find((desk) => desk.desk === row.dataset.desk), most);
}

/** The queue whose first visitor waits longest comes first; then by length, then as the site says. */
const byUrgency = (one, other) => (one.longest_ns ?? Infinity) - (other.longest_ns ?? Infinity) || other.waiting - one.waiting || 0;

function makeQueue(queue) {
  return element("li", { class: "card", "data-service": queue.service },
    element("b", { class: "n" }), element("div", { class: "head" }, element("strong", {}, serviceName(queue.service)), element("span", { class: "note" })),
    element("p", { class: "by" }), element("p", { class: "send", "data-label": t("supervisor.send") }));
}

function dressQueue(row, queue, desks) {
  const min = sinceMin(queue.longest_ns);
  row.dataset.level = !queue.waiting ? "calm" : queue.open_desks === 0 || (min !== null && min * 60 > site.target_s) ? "full" : "busy";
  write(one(".n", row), queue.waiting);
  write(one(".note", row), [
    !queue.waiting ? t("supervisor.nobody") : min !== null ? t("supervisor.first_since", { n: min }) : null,
    queue.wait_median_s === null ? null : t("supervisor.announced", { median: minutes(queue.wait_median_s), p90: minutes(queue.wait_p90_s ?? queue.wait_median_s) }),
  ].filter(Boolean).join(" · "));
  const gives = (desk) => desk.services.includes(queue.service);
  const giving = desks.filter((desk) => gives(desk) && OPEN.includes(desk.state));
  fill(one(".by", row), ...(giving.length ? [t("supervisor.given_by"), " ", ...giving.map((desk) => element("span", { class: "chip" }, deskName(desk.desk)))]
    : [icon("todo"), " ", t("supervisor.given_by_none")]));
  const others = queue.waiting ? desks.filter((desk) => !gives(desk) && OPEN.includes(desk.state)) : [];
  const send = one(".send", row);
  send.hidden = !others.length;
  keep(send, others, (desk) => desk.desk, (desk) => element("button", { type: "button", class: "plain", "data-send": desk.desk, "data-to": queue.service,
    "aria-label": t("supervisor.send_desk", { desk: deskName(desk.desk), service: serviceName(queue.service) }) }, icon("arrow"), element("span")),
  (button, desk) => write(one("span", button), `${deskName(desk.desk)} · ${t(`live.desk.${desk.state}`)}`));
}

function dressDesk(row, desk, most) {
  pill(field("state", row), LEVELS[desk?.state] ?? "unknown", t(`live.desk.${desk?.state ?? "unknown"}`));
  const min = desk ? sinceMin(desk.since_ns || null) : null;
  write(field("with", row), [desk?.number ? t("supervisor.with", { number: desk.number, service: serviceName(desk.service) }) : null,
    desk && desk.state !== "closed" && min !== null ? t("live.minutes", { n: min }) : null].filter(Boolean).join(" · "));
  fill(field("gives", row), ...(desk?.services ?? []).map((id) => element("span", { class: "chip" }, element("b", {}, site.services[id]?.letter ?? ""), serviceName(id))));
  field("load", row).value = desk ? desk.served / most : 0;
  write(field("served", row), desk ? [t("supervisor.served_today", { n: desk.served }), desk.by ? t("supervisor.last_by", { by: desk.by }) : null].filter(Boolean).join(" · ") : "");
  const usual = usualOf(row.dataset.desk);
  one("[data-usual-of]", row).hidden = !desk || (desk.services.length === usual.length && usual.every((id) => desk.services.includes(id)));
}

// --- Presses ------------------------------------------------------------------------------------

const feedback = one("[data-feedback]");
let saidFor = 0;

function give(desk, services, done) {
  const number = ++saidFor;
  const call = view(`view/desk/${desk}`)?.call ?? "";
  press(`/guichet/${desk}/services`, { call, services }, (state, text) => {
    if (number !== saidFor) return;
    feedback.dataset.state = state;
    write(feedback, text);
  }, done);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || event.detail > 1) return;
  const { send, to, usualOf: back } = button.dataset;
  if (send) {
    const now = view(TOPIC)?.desks.find((desk) => desk.desk === send);
    const only = one("[name=keeps]:checked").value === "only";
    const services = only || !now ? [to] : [...now.services, to];
    give(send, services, t("supervisor.moved", { desk: deskName(send), services: services.map(serviceName).join(", ") }));
  } else if (back) {
    give(back, [], t("supervisor.moved_back", { desk: deskName(back) }));
  }
});

one("[data-new-machine]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const where = one("[data-code]");
  const body = JSON.stringify({ name: new FormData(event.target).get("name") });
  const response = await fetch("/pilotage/poste", { method: "POST", body, headers: { "Content-Type": "application/json" } }).catch(() => null);
  where.hidden = false;
  write(one("b", where), response?.ok ? (await response.json()).code : t("live.refused_here"));
  if (response?.ok) event.target.reset();
});

on(TOPIC, show);
on(TOPIC, (seen) => showWays(seen?.half_hours));
onTick(show);
followHelp();
follow();
