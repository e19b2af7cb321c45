// What is asked before an action that needs more than a press: whom, where to, with which words.

import { site, t, all, one, write } from "../page.js";
import { view } from "../live.js";
import { marks, serviceName } from "./lists.js";

const dialog = (name) => one(`#ask-${name}`);

/** Open a dialog; `send(values, choice)` is called with its fields when it was not left. */
function ask(name, send) {
  const box = dialog(name), form = one("form", box);
  box.returnValue = "";
  // No submit button: Enter in a field takes the first of those, and would leave instead of send.
  one("[data-leave]", box).onclick = () => box.close();
  box.onclose = () => box.returnValue && send(new FormData(form), box.returnValue);
  box.showModal();
}

/** How many wait for each service, beside its name. */
export function showWaiting(id) {
  const seen = view(`view/service/${id}`);
  for (const where of all(`[data-waiting="${id}"]`)) write(where, seen ? t("console.n_waiting", { n: seen.waiting }) : "");
}

export function showDeskState(id) {
  const seen = view(`view/desk/${id}`);
  for (const where of all(`[data-desk-state="${id}"]`)) write(where, t(`live.desk.${seen?.state ?? "unknown"}`));
}

const PARKED = ["parked", "late", "no_show", "left"];

/** A ticket of the queue or aside: call it, put it back, change it, close it. */
export function askTicket(ticket, about, callLabel, { act, call }) {
  const box = dialog("ticket"), state = ticket.late ? "late" : ticket.state, aside = PARKED.includes(state);
  write(one("[data-ask-number]", box), ticket.number);
  write(one("[data-ask-service]", box), serviceName(ticket.service));
  write(one("[data-ask-about]", box), [aside ? t(`console.aside_state.${state}`) : null, about, ...marks({ ...ticket, note: "", late: false }).map((mark) => mark.textContent)].filter(Boolean).join(" · "));
  const note = one("[data-ask-note]", box);
  note.hidden = !ticket.note;
  write(note, ticket.note ?? "");
  write(one("[data-ask-priority]", box), t(ticket.priority ? "console.ask.no_priority" : "console.ask.priority"));
  write(one("[data-ask-step-free]", box), t(ticket.step_free ? "console.ask.no_step_free" : "console.ask.step_free"));
  one("[value=reinstate]", box).hidden = !aside || state === "parked";
  one("[value=priority]", box).hidden = one("[value=step_free]", box).hidden = one("[data-ask-no-reason]", box).hidden = aside;
  one("[value=remove]", box).hidden = state === "no_show" || state === "left";
  write(one("[value=call]", box), callLabel);
  ask("ticket", (_, choice) => {
    const whom = { ticket: ticket.ticket };
    if (choice === "call") call(whom);
    else if (choice === "priority" || choice === "step_free") act("change", { ...whom, [choice]: !ticket[choice] });
    else act(choice, whom);
  });
}

export function askTransfer(act) {
  const box = dialog("transfer");
  one("form", box).reset();
  const offer = () => {
    const service = one("[name=service]:checked", box)?.value;
    for (const label of all("[data-gives-services]", box)) {
      const gives = label.dataset.givesServices.split(" ").includes(service);
      label.hidden = !service || !gives;
      if (label.hidden && one("input", label).checked) one("[name=to_desk][value='']", box).checked = true;
    }
  };
  for (const input of all("[name=service]", box)) input.onchange = offer;
  offer();
  ask("transfer", (values) => act("transfer", said(values, ["service", "to_desk", "note"])));
}

export function askPark(act) {
  one("form", dialog("park")).reset();
  ask("park", (values) => act("park", said(values, ["note"])));
}

export function askAdd(act) {
  one("form", dialog("add")).reset();
  ask("add", (values) => act("add", { service: values.get("service"), priority: values.has("priority"), step_free: values.has("step_free") }));
}

/** A number on paper; `known(number)` is its ticket where the hall has heard of it after all. */
export function askNumber(known, call) {
  one("form", dialog("number")).reset();
  ask("number", (values) => {
    const number = values.get("number").toUpperCase(), ticket = known(number);
    const service = Object.keys(site.services).find((id) => site.services[id].letter === number[0]);
    call(ticket ? { ticket: ticket.ticket } : service ? { number, service } : { number });
  });
}

export function askServices(given, act) {
  for (const input of all("[name=services]", dialog("services"))) input.checked = given.includes(input.value);
  ask("services", (values) => act("services", { services: values.getAll("services") }));
}

/** The fields that were filled in. */
const said = (values, names) => Object.fromEntries(names.map((name) => [name, values.get(name) ?? ""]).filter(([, value]) => value !== ""));
