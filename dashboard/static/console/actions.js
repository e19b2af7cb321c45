// What an agent can do, by the desk's state: the one thing that comes next, what else, and what stands apart.

import { t } from "../page.js";

const PLACES = {
  closed: { main: "open", beside: [], apart: [] },
  paused: { main: "open", beside: ["services"], apart: ["close"] },
  free: { main: "next", beside: ["services"], apart: ["pause", "close"] },
  called: { main: "start", beside: ["recall", "park", "transfer"], apart: ["no_show", "pause"] },
  serving: { main: "done", beside: ["next", "park", "transfer"], apart: ["pause", "close"] },
};
const UNKNOWN = { main: null, beside: [], apart: [] };

/** Where each action stands in this state. */
export const placesOf = (seen) => PLACES[seen?.state] ?? UNKNOWN;

/** What an action is called in this state, where it means more than its usual name. */
export function labelOf(action, seen) {
  if (action === "open" && seen?.state === "paused") return t("console.do.resume");
  if (action === "next" && seen?.state === "serving") return t("console.do.done_and_next");
  return t(`console.do.${action}`);
}

/** Why an action would change nothing now, "" when it would; the hall has the last word. */
export function whyNot(action, seen, time, rate) {
  if (!seen) return t("console.why.unknown");
  const called = seen.state === "called", here = called || seen.state === "serving";
  switch (action) {
    case "next": return seen.waiting.some((ticket) => !ticket.late) ? "" : t("console.why.nobody");
    case "start": return called ? "" : t("console.why.no_call");
    case "recall": return called ? soon(seen.recall_allowed_ns, time, rate) : t("console.why.no_call");
    case "done": case "park": case "transfer": return here ? "" : t("console.why.nobody_here");
    case "no_show":
      if (!called) return t("console.why.no_call");
      return seen.no_show_allowed_ns === null ? t("console.why.recall_first") : soon(seen.no_show_allowed_ns, time, rate);
    case "open": return seen.state === "closed" || seen.state === "paused" ? "" : t("console.why.open");
    case "pause": return seen.state === "paused" ? t("console.why.paused") : seen.state === "closed" ? t("console.why.closed") : "";
    case "close": return seen.state === "closed" ? t("console.why.closed") : "";
    case "undo": return seen.undo ? "" : t("console.why.nothing_to_undo");
    default: return "";
  }
}

/** The machine seconds until a civil time, in words; "" once it has passed. */
function soon(ns, time, rate) {
  return ns !== null && time !== null && time < ns ? t("console.why.wait", { n: Math.ceil((ns - time) / 1e9 / rate) }) : "";
}

/** Who is called when "next" is pressed now: the first that nobody has to call by hand. */
export const firstOf = (seen) => seen?.waiting.find((ticket) => !ticket.late);
