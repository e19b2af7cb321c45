// The waiting area's screen: a new call fills it, its frame blinks, and it is made heard once; the number is
// never dimmed. The last four calls stay; the way to a desk in the building is told with the call.

import { site, t, all, one, write, fill, element, icon, hour, signHour, minutes, said } from "../page.js";
import { on, onEach, follow, onTick } from "../live.js";
import { askForSound } from "../chime.js";
import { announce } from "../announce.js";

const BLINKS_MS = 20_000; // machine time, long enough to look up from a telephone

const current = one("[data-current]");
const rangAt = new Map(); // key of a ring → when it came; 0 for what had rung before the screen came on
const spoken = one("[data-spoken]").dataset.spoken.split(" ").filter(Boolean); // languages that calls are said in
let isFirst = true;

function show(seen) {
  const calls = seen?.calls ?? [];
  if (seen) note(calls);
  const [newest, ...earlier] = calls;
  current.dataset.state = !seen ? "unknown" : newest ? "call" : "none";
  if (newest) current.dataset.key = newest.key;
  else delete current.dataset.key;
  fill(current, ...(newest ? callOf(newest) : [element("p", { class: "quiet" }, seen ? t("calls.none") : t("live.unknown"))]));
  fill(one("[data-earlier]"), ...earlier.map(earlierCall));
  blink();
}

/** Remember what rings, and make new rings heard: the oldest first, as they were called. */
function note(calls) {
  const fresh = calls.filter((call) => !rangAt.has(call.key));
  for (const call of fresh) rangAt.set(call.key, isFirst ? 0 : performance.now());
  if (!isFirst) for (const call of fresh.reverse()) announce(call.key, spoken);
  for (const key of rangAt.keys()) if (!calls.some((call) => call.key === key)) rangAt.delete(key);
  isFirst = false;
}

function callOf(call) {
  const desk = site.desks[call.desk];
  const [, about] = (desk?.name ?? "").split(" · ");
  return [
    recalled(call),
    element("p", { class: "number", "data-field": "number" }, call.number),
    element("p", { class: "desk" }, icon("arrow"), element("span", {}, desk?.short ?? call.desk, about ? element("small", {}, about) : null)),
    desk?.place
      ? element("p", { class: "way" }, icon("walk"), element("span", {}, element("b", {}, desk.place.where), desk.place.walk_s ? ` · ${t("calls.walk", { n: minutes(desk.place.walk_s) })}` : "", element("small", {}, desk.place.way)))
      : null,
  ];
}

function earlierCall(call) {
  const desk = site.desks[call.desk];
  return element("li", { "data-key": call.key },
    element("b", {}, call.number), icon("arrow"), element("span", {}, desk?.short ?? call.desk),
    element("small", {}, recalled(call), element("time", {}, hour(call.at_ns)), desk?.place ? ` · ${desk.place.where}` : ""));
}

const recalled = (call) => (call.recalls ? element("em", { class: "recall" }, icon("call"), t("calls.recall")) : null);

/** The frames of the calls that rang lately blink; nothing else does. */
function blink() {
  for (const frame of all("[data-key]")) {
    const at = rangAt.get(frame.dataset.key);
    frame.classList.toggle("ringing", Boolean(at) && performance.now() - at < BLINKS_MS);
  }
}

function showService(seen, id) {
  for (const row of all(`[data-service="${id}"]`)) {
    const open = seen?.state === "open";
    row.dataset.state = seen?.state ?? "unknown";
    write(one("[data-field=wait]", row), !seen ? t("live.none")
      : open && seen.wait_median_s !== null ? t("live.minutes", { n: minutes(seen.wait_median_s) })
      : seen.state === "closed" ? (seen.opens_ns ? t("calls.opens", { time: signHour(seen.opens_ns) }) : t("live.closed"))
      : open && !seen.waiting ? t("calls.no_wait") : t("live.none"));
    write(one("[data-field=note]", row), said(seen?.note) || (seen?.state === "closed" ? said(seen.notice) : ""));
  }
}

/** Why the whole space has other hours today. */
function showNotice(space) {
  const today = space?.changed_days.find(({ day, service }) => day === space.day && !service);
  const where = one("[data-notice]");
  where.hidden = !today;
  const spans = today?.spans.map(({ opens_ns: from, closes_ns: to }) => t("calls.span", { from: signHour(from), to: signHour(to) })).join(", ");
  if (today) write(where, `${spans ? t("calls.today", { spans }) : t("calls.closed_today")} · ${said(today.reason)}`);
}

on("view/calls/latest", show);
on("view/space/now", showNotice);
onEach("view/service/", showService);
onTick(blink);
askForSound(one("[data-sound]"));
follow();
