// The waiting area's screen: a new call fills it, blinks, and sounds once; the way to a desk in the building is told.

import { site, t, all, one, write, fill, element, icon, hour, signHour, minutes } from "../page.js";
import { on, onEach, follow } from "../live.js";
import { chime, askForSound } from "../chime.js";

const current = one("[data-current]");
let seenKeys = null; // null until the first view: what was called before the screen came on makes no noise

function show(seen) {
  const calls = seen?.calls ?? [];
  const [newest, ...earlier] = calls;
  if (seen) {
    const keys = new Set(calls.map((call) => call.key));
    const fresh = seenKeys && newest && !seenKeys.has(newest.key);
    seenKeys = keys;
    if (fresh) announce();
  }
  current.dataset.state = !seen ? "unknown" : newest ? "call" : "none";
  fill(current, ...(newest ? callOf(newest) : [element("p", { class: "quiet" }, seen ? t("calls.none") : t("live.unknown"))]));
  fill(one("[data-earlier]"), ...earlier.map((call) =>
    element("li", {}, element("b", {}, call.number), icon("arrow"), element("span", {}, site.desks[call.desk]?.short ?? call.desk), element("time", {}, hour(call.at_ns)))));
}

function callOf(call) {
  const desk = site.desks[call.desk];
  const [, about] = (desk?.name ?? "").split(" · ");
  return [
    element("p", { class: "number", "data-field": "number" }, call.number),
    element("p", { class: "desk" }, icon("arrow"), element("span", {}, desk?.short ?? call.desk, about ? element("small", {}, about) : null)),
    desk?.place
      ? element("p", { class: "way" }, icon("walk"), element("span", {}, element("b", {}, desk.place.where), ` · ${t("calls.walk", { n: minutes(desk.place.walk_s) })}`, element("small", {}, desk.place.way)))
      : null,
  ];
}

function announce() {
  chime();
  current.classList.remove("new");
  void current.offsetWidth; // restarts the animation
  current.classList.add("new");
}

function showService(seen, id) {
  for (const row of all(`[data-service="${id}"]`)) {
    const open = seen?.state === "open";
    row.dataset.state = seen?.state ?? "unknown";
    write(one("[data-field=wait]", row), !seen ? t("live.none")
      : open && seen.wait_median_s !== null ? t("live.minutes", { n: minutes(seen.wait_median_s) })
      : seen.state === "closed" ? (seen.opens_ns ? t("calls.opens", { time: signHour(seen.opens_ns) }) : t("live.closed"))
      : open && !seen.waiting ? t("calls.no_wait") : t("live.none"));
  }
}

on("view/calls/latest", show);
onEach("view/service/", showService);
askForSound(one("[data-sound]"));
follow();
