// The agent's console: the hall's word on the desk, six buttons, and its answer to each press.

import { site, t, all, one, write, fill, pill, element, icon, hour, minutes, ago } from "../page.js";
import { on, onEach, onTick, view, civil, link, follow } from "../live.js";
import { press } from "../press.js";

const screen = one("[data-console]");
const desk = screen.dataset.console;
const topic = `private/desk/${desk}`;
const field = (name) => one(`[data-field=${name}]`, screen);
const feedback = one("[data-feedback]");
const NONE = t("live.none");
let feedbackFor = 0; // the press that the feedback line speaks of

function show(seen) {
  const card = one(".ticket");
  card.dataset.state = seen?.state ?? "unknown";
  write(field("number"), seen?.number || NONE);
  field("discreet").hidden = !seen?.discreet;
  write(field("waiting"), seen ? seen.waiting.length : NONE);
  showTimes();
  fill(one("[data-queue]"), ...(seen?.waiting ?? []).map(row), seen && !seen.waiting.length ? element("li", { class: "empty" }, t("console.nobody")) : null);
}

function row(ticket) {
  return element("li", {}, element("b", {}, ticket.number), element("span", {}, site.services[ticket.service]?.name ?? ticket.service),
    ticket.late ? element("em", {}, t("console.late")) : null, element("time", { "data-arrived": ticket.arrived_ns }, waited(ticket.arrived_ns)));
}

const waited = (since) => {
  const time = civil();
  return time === null ? NONE : t("live.minutes", { n: Math.max(0, Math.floor((time - since) / 60e9)) });
};

/** What changes with time alone: durations, and whether a no-show may be said. */
function showTimes() {
  const seen = view(topic), time = civil();
  write(field("state"), !seen ? t("live.unknown") : seen.state === "free" || time === null ? t(`console.state.${seen.state}`)
    : `${t(`console.state.${seen.state}`)} · ${ago(seen.since_ns, time)}`);
  const about = !seen?.ticket ? "" : [
    site.services[seen.service]?.name ?? seen.service,
    seen.arrived_ns ? t("console.arrived", { time: hour(seen.arrived_ns) }) : null,
    seen.recalls ? t("console.recalls", { n: seen.recalls }) : null,
  ].filter(Boolean).join(" · ");
  write(field("about"), about);
  for (const since of all("[data-arrived]")) write(since, waited(Number(since.dataset.arrived)));
  for (const button of all("[data-action]")) {
    const why = whyNot(button.dataset.action, seen, time);
    button.dataset.ready = String(why === "");
    write(one("[data-why]", button), why);
  }
}

/** Why an action would change nothing now; the button still takes the press, and the hall has the last word. */
function whyNot(action, seen, time) {
  if (!seen) return t("console.why.unknown");
  const busy = seen.state === "called" || seen.state === "serving";
  switch (action) {
    case "next": return seen.waiting.length ? "" : t("console.why.nobody");
    case "recall": return seen.state === "called" ? "" : t("console.why.no_call");
    case "start": return seen.state === "called" ? "" : t("console.why.no_call");
    case "done": return busy ? "" : t("console.why.nobody_here");
    case "no_show":
      if (seen.state !== "called") return t("console.why.no_call");
      if (seen.no_show_allowed_ns === null) return t("console.why.recall_first");
      return time !== null && time < seen.no_show_allowed_ns ? t("console.why.wait", { n: Math.ceil((seen.no_show_allowed_ns - time) / 1e9) }) : "";
    default: return seen.state === "paused" ? t("console.why.paused") : "";
  }
}

function act(action) {
  const number = ++feedbackFor;
  const button = one(`[data-action=${action}]`);
  const tell = (state, text, answer) => {
    if (number !== feedbackFor && state !== "lost") return;
    feedback.dataset.state = state;
    button.dataset.sent = String(state === "sent");
    write(feedback, state === "done" ? said(action, answer) : text);
  };
  press(`/guichet/${desk}/${action}`, { call: view(topic)?.call ?? "" }, tell);
}

function said(action, answer) {
  if (answer.reason === "empty_queue") return t("live.reason.empty_queue");
  return t(answer.number ? `console.did.${action}_number` : `console.did.${action}`, { number: answer.number });
}

for (const button of all("[data-action]")) button.addEventListener("click", () => act(button.dataset.action));
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.target.matches("input, textarea")) return;
  const button = one(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (button) {
    event.preventDefault();
    button.focus();
    act(button.dataset.action);
  }
});

function showService(seen, id) {
  const where = one(`[data-service="${id}"] [data-field=wait]`);
  if (where) write(where, seen?.wait_median_s != null ? t("live.minutes", { n: minutes(seen.wait_median_s) }) : NONE);
}

function showHelp(seen) {
  const calls = (seen?.alerts ?? []).filter((alert) => alert.kind.startsWith("help"));
  fill(one("[data-alerts]"), ...calls.map((alert) => element("article", { class: "alert urgent" }, icon("help"),
    element("p", {}, element("strong", {}, t(`espace.alert.${alert.kind}.title`, { subject: site.rooms[alert.subject] ?? alert.subject }))),
    element("button", { class: "main", type: "button", "data-help": alert.subject }, t("espace.alert.help.act")))));
}

one("[data-alerts]").addEventListener("click", (event) => {
  const button = event.target.closest("[data-help]");
  if (button) press(`/aide/${button.dataset.help}`, {}, (state, text) => text && write(button, text), t("espace.alert.help.act"));
});

on(topic, show);
onEach("view/service/", showService);
on("private/alerts/now", showHelp);
onTick(showTimes);
follow();
