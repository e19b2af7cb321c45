// The agent's console: the hall's word on the desk, what comes next in one large button, and the hall's
// answer to each press. Nothing is kept here: what is shown as done is what the hall says.

import { t, all, one, write, fill, element, hour, minutes, site } from "../page.js";
import { on, onEach, onTick, view, civil, rate, follow } from "../live.js";
import { press } from "../press.js";
import { followHelp } from "../help.js";
import { keep } from "../rows.js";
import { placesOf, labelOf, whyNot, firstOf } from "../console/actions.js";
import { showQueue, showAside, marks, serviceName } from "../console/lists.js";
import { askTicket, askTransfer, askPark, askAdd, askNumber, askServices, showWaiting, showDeskState } from "../console/asking.js";

const screen = one("[data-console]");
const { console: desk, place, usual } = screen.dataset;
const USUAL = usual.split(" ").filter(Boolean);
const topic = `private/desk/${desk}`;
const field = (name) => one(`[data-field=${name}]`, screen);
const feedback = one("[data-feedback]");
const main = one("[data-place-of=main]");
const NONE = t("live.none");
const LISTED = 30; // as many as the hall lists
let saidFor = 0; // the press that the feedback line speaks of

// --- Who is here --------------------------------------------------------------------------------

function show(seen) {
  const card = one(".ticket");
  card.dataset.state = seen?.state ?? "unknown";
  write(field("number"), seen?.number || NONE);
  write(field("service"), seen?.ticket ? serviceName(seen.service) : "");
  fill(field("marks"), ...(seen?.ticket ? marks({ ...seen, desk: "", note: "", late: false }) : []));
  field("note").hidden = !seen?.note;
  write(field("note"), seen?.note ?? "");
  field("discreet").hidden = !seen?.discreet || seen.state !== "called";
  write(field("discreet"), seen?.discreet ? t("console.discreet", { number: seen.number, time: seen.arrived_ns ? hour(seen.arrived_ns) : NONE, place }) : "");
  one("[data-gives]").hidden = seen?.state !== "closed";
  placeActions(seen);
  showLists(seen);
  showTimes();
}

/** Move each button to where it stands in this state; the focus stays on what comes next. */
function placeActions(seen) {
  const places = placesOf(seen), was = main.firstElementChild?.dataset.action, focused = document.activeElement;
  const wanted = { main: places.main ? [places.main] : [], beside: places.beside, apart: places.apart };
  const placed = Object.values(wanted).flat();
  for (const button of all(".action[data-action]", one(".next"))) {
    if (!placed.includes(button.dataset.action)) one("[data-place-of=nowhere]").append(button);
  }
  for (const [name, actions] of Object.entries(wanted)) {
    const where = one(`[data-place-of=${name}]`);
    actions.forEach((action, at) => {
      const button = one(`[data-action=${action}]`, one(".next"));
      if (where.children[at] !== button) where.insertBefore(button, where.children[at] ?? null);
      write(one(".label", button), labelOf(action, seen));
    });
  }
  const outcomes = one("[data-outcomes]");
  if (outcomes) outcomes.hidden = seen?.state !== "serving";
  if (was && was !== places.main && focused?.dataset.action === was) main.firstElementChild?.focus();
}

// --- The queue ----------------------------------------------------------------------------------

const waited = (since) => {
  const time = civil();
  return time === null ? NONE : t("live.minutes", { n: Math.max(0, Math.floor((time - since) / 60e9)) });
};

const since = (ns, time) => {
  const n = Math.floor((time - ns) / 60e9);
  return n < 1 ? t("console.since_now") : t("console.since", { n });
};

function showLists(seen) {
  const waiting = seen?.waiting ?? [], aside = seen?.aside ?? [];
  write(field("waiting"), seen ? (waiting.length < LISTED ? waiting.length : t("console.more_than", { n: LISTED })) : NONE);
  showQueue(one("[data-queue]"), waiting, desk, waited);
  one("[data-nobody]").hidden = !seen || waiting.length > 0;
  one("[data-aside]").hidden = !aside.length;
  write(field("aside"), aside.length);
  showAside(one("[data-aside-list]"), aside, desk, waited);
  showServices(seen);
}

/** The services given here: each with its queue, and a press that calls from it alone. */
function showServices(seen) {
  const given = seen?.services?.length ? seen.services : USUAL;
  keep(one("[data-services]"), given, (id) => id, (id) => element("li", { "data-service": id },
    element("span", { class: "name" }, serviceName(id)), element("span", { class: "n", "data-waiting": id }),
    element("b", { "data-field": "wait" }), element("button", { type: "button", class: "plain", "data-call-from": id, "aria-label": t("console.call_from", { service: serviceName(id) }) }, t("console.call"))),
  (row, id) => {
    const now = view(`view/service/${id}`);
    write(one("[data-field=wait]", row), now?.wait_median_s != null ? t("console.announced", { n: minutes(now.wait_median_s) }) : "");
    one("button", row).hidden = given.length < 2;
    write(one("button", row), t(seen?.state === "serving" ? "console.end_and_call" : "console.call"));
  });
  for (const id of given) showWaiting(id);
}

// --- What changes with time alone ---------------------------------------------------------------

function showTimes() {
  const seen = view(topic), time = civil();
  write(field("state"), !seen ? t("live.unknown") : time === null || !seen.since_ns ? t(`console.state.${seen.state}`)
    : `${t(`console.state.${seen.state}`)} · ${since(seen.since_ns, time)}`);
  write(field("about"), !seen?.ticket ? "" : [
    seen.arrived_ns ? t("console.arrived", { time: hour(seen.arrived_ns) }) : null,
    seen.arrived_ns && seen.state === "called" ? t("console.waited", { time: waited(seen.arrived_ns) }) : null,
    seen.recalls ? t("console.recalls", { n: seen.recalls }) : null,
  ].filter(Boolean).join(" · "));
  for (const row of all("[data-ticket]")) {
    const ticket = ticketOf(row.dataset.ticket);
    if (ticket) write(one("time", row), waited(ticket.arrived_ns));
  }
  for (const button of all(".action[data-action]", screen)) {
    const why = whyNot(button.dataset.action, seen, time, rate());
    button.dataset.ready = String(why === "");
    write(one("[data-why]", button), why || more(button.dataset.action, seen));
  }
  showUndo(seen, time);
}

/** What the large button says below its name: whom it would call. */
function more(action, seen) {
  const first = action === "next" && seen?.state !== "serving" ? firstOf(seen) : null;
  return first ? t("console.first", { number: first.number, service: serviceName(first.service) }) : "";
}

function showUndo(seen, time) {
  const button = one("[data-action=undo]"), left = seen?.undo && time !== null ? (seen.undo.until_ns - time) / 1e9 / rate() : 0;
  button.hidden = left <= 0;
  if (left <= 0) return;
  const bar = one("[data-undo-bar]", button);
  if (button.dataset.of !== seen.undo.key) {
    button.dataset.of = seen.undo.key;
    bar.max = left;
  }
  bar.value = left;
  write(one("[data-undo-left]", button), t("console.seconds", { n: Math.ceil(left) }));
}

// --- Presses ------------------------------------------------------------------------------------

const listed = () => [...(view(topic)?.waiting ?? []), ...(view(topic)?.aside ?? [])];
const ticketOf = (id) => listed().find((ticket) => ticket.ticket === id);

function tell(state, text) {
  feedback.dataset.state = state;
  write(feedback, text);
}

/** Send an action to the hall; its answer is told by the press's own key. */
function act(action, values = {}) {
  const number = ++saidFor;
  const buttons = all(`[data-action="${action}"]`);
  const told = ticketOf(values.ticket)?.number ?? "";
  press(`/guichet/${desk}/${action}`, { call: view(topic)?.call ?? "", ...values }, (state, text, answer) => {
    for (const button of buttons) button.dataset.sent = String(state === "sent");
    if (number !== saidFor) return;
    tell(state, state === "done" ? said(action, answer, told) : text);
  });
}

/** Call somebody chosen. While another is called this would end a visit that never began: first say what became of it. */
function call(whom) {
  if (view(topic)?.state === "called") tell("refused", t("console.why.answer_first"));
  else act("next", whom);
}

const callLabel = () => t(view(topic)?.state === "serving" ? "console.end_and_call" : "console.ask.call");

function said(action, answer, told) {
  if (answer.reason === "empty_queue") return t("live.reason.empty_queue");
  const number = answer.number || (["change", "remove", "reinstate"].includes(action) ? told : "");
  return t(number ? `console.did.${action}_number` : `console.did.${action}`, { number });
}

const ASKS = {
  transfer: () => askTransfer(act),
  park: () => askPark(act),
  add: () => askAdd(act),
  number: () => askNumber((number) => listed().find((ticket) => ticket.number === number), call),
  services: () => askServices(view(topic)?.services?.length ? view(topic).services : USUAL, act),
  open: () => act("open", view(topic)?.state === "closed" ? { services: chosenServices() } : {}),
  undo: () => view(topic)?.undo && !one("[data-action=undo]").hidden ? act("undo", { undoes: view(topic).undo.key }) : tell("refused", t("console.why.nothing_to_undo")),
};

/** The services ticked before opening; none where they are the usual ones, which may change meanwhile. */
function chosenServices() {
  const chosen = all("[name=gives]:checked").map((input) => input.value);
  return chosen.length === USUAL.length && chosen.every((id) => USUAL.includes(id)) ? [] : chosen;
}

function begin(action) {
  const seen = view(topic);
  // A key of something that stands nowhere now would surprise: N while somebody is called ends that visit.
  const { main: first, beside, apart } = placesOf(seen);
  const stands = [first, ...beside, ...apart, "add", "number", "undo"].includes(action);
  if (seen && !stands) return tell("refused", t("console.not_now", { action: labelOf(action, seen), why: whyNot(action, seen, civil(), rate()) || t(`console.state.${seen.state}`) }));
  if (["transfer", "park"].includes(action) && seen && whyNot(action, seen, civil(), rate())) return tell("refused", whyNot(action, seen, civil(), rate()));
  (ASKS[action] ?? (() => act(action)))();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { action, outcome, ticket, callFrom } = button.dataset;
  // The second click of a double one would press what the first one made appear.
  if (event.detail > 1 && button.closest(".next")) return;
  if (action) begin(action);
  else if (outcome) act("done", { outcome });
  else if (callFrom) call({ service: callFrom });
  else if (ticket && ticketOf(ticket)) askTicket(ticketOf(ticket), t("console.waited", { time: waited(ticketOf(ticket).arrived_ns) }), callLabel(), { act, call });
  else if ("moreServices" in button.dataset) {
    for (const label of all("[data-other]")) label.hidden = false;
    button.hidden = true;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || one("dialog[open]")) return;
  if (event.target.matches("input:not([type=checkbox]), textarea")) return;
  const outcome = /^[1-9]$/.test(event.key) && !one("[data-outcomes]")?.hidden && one(`[data-outcome][aria-keyshortcuts="${event.key}"]`);
  const button = outcome || one(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!button) return;
  event.preventDefault();
  if (outcome) return act("done", { outcome: outcome.dataset.outcome });
  if (button.offsetParent) button.focus();
  begin(button.dataset.action);
});

on(topic, show);
onEach("view/service/", (_, id) => (showWaiting(id), showServices(view(topic))));
onEach("view/desk/", (_, id) => showDeskState(id));
onTick(showTimes);
for (const id of Object.keys(site.services)) showWaiting(id);
for (const id of Object.keys(site.desks)) showDeskState(id);
followHelp();
follow();
