// The queue and who stands aside, a row a ticket.

import { site, t, one, write, fill, element, icon } from "../page.js";
import { keep } from "../rows.js";

export const serviceName = (id) => site.services[id]?.name ?? id;

/** The marks of a ticket, each an icon and a word. */
export function marks(ticket, desk = "") {
  const mark = (name, word = t(`console.mark.${name}`)) => element("em", { class: `tag ${name}` }, icon(name === "step_free" ? "wheel" : name === "priority" ? "star" : name), word);
  return [
    ticket.priority ? mark("priority") : null,
    ticket.step_free ? mark("step_free") : null,
    ticket.late ? mark("late") : null,
    ticket.desk && ticket.desk !== desk && ticket.state === "waiting" ? mark("arrow", t("console.mark.for_desk", { desk: site.desks[ticket.desk]?.short ?? ticket.desk })) : null,
    ticket.desk && ticket.desk === desk && ticket.state === "waiting" ? mark("arrow", t("console.mark.for_you")) : null,
    ticket.exercise ? mark("exercise") : null,
    ticket.note ? mark("note", ticket.note) : null,
  ].filter(Boolean);
}

function makeRow() {
  return element("li", {}, element("button", { type: "button", class: "ticket-row", "aria-haspopup": "dialog" },
    element("b", {}), element("span", { class: "of" }), element("span", { class: "row-marks" }), element("time", {})));
}

function dress(row, ticket, desk, waited, state) {
  const button = one("button", row);
  button.dataset.ticket = ticket.ticket;
  write(one("b", row), ticket.number);
  write(one(".of", row), serviceName(ticket.service));
  fill(one(".row-marks", row), ...(state ? [state] : []), ...marks(ticket, desk));
  write(one("time", row), waited(ticket.arrived_ns));
}

export function showQueue(list, tickets, desk, waited) {
  keep(list, tickets, (ticket) => ticket.ticket, makeRow, (row, ticket) => dress(row, ticket, desk, waited, null));
}

const ASIDE_ICONS = { parked: "park", late: "late", no_show: "no_show", left: "left" };

export function showAside(list, tickets, desk, waited) {
  keep(list, tickets, (ticket) => ticket.ticket, makeRow, (row, ticket) => {
    const state = ticket.late ? "late" : ticket.state;
    const words = element("em", { class: `tag state ${state}` }, icon(ASIDE_ICONS[state] ?? "late"), t(`console.aside_state.${state}`));
    dress(row, { ...ticket, late: false }, desk, waited, words);
  });
}
