// What needs a hand, in words: the sentence of an alert from its kind and its values, in the reader's language.

import { site, t, has, one, write, fill, element, icon, ago } from "./page.js";
import { keep } from "./rows.js";

const HELP = ["help", "help_escalated", "visitor_help", "visitor_help_escalated", "room_after_closing"];
const ESCALATED = ["help_escalated", "visitor_help_escalated"];

export const isHelp = ({ kind }) => HELP.includes(kind);

/** A call that nobody has answered in time: louder than any other, until somebody goes. */
export const isEscalated = ({ kind, acknowledged }) => ESCALATED.includes(kind) && !acknowledged;

/** What is wrong with a device, in the reader's language; its own words are for the technician. */
export const detailOf = (device) => (device?.fault ? t(`fault.${device.fault}.says`) : "");

const sentence = (text) => (text ? text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".") : "");

/** What an alert is about: a room, a kiosk, or a device of a node. */
function nameOf(subject) {
  const [node] = subject.split("/");
  return site.rooms[subject] ?? site.nodes[node] ?? site.desks[subject]?.short ?? subject;
}

/** The texts of an alert: `title`, `text`, and `act` where something can be pressed. */
export function wordsOf(alert, time) {
  const values = {
    subject: alert.name ?? nameOf(alert.subject), device: alert.device ?? "",
    detail: sentence(alert.detail && alert.device ? alert.detail : detailOf(alert)),
    ago: time && alert.since_ns ? ago(alert.since_ns, time) : t("live.unknown"),
    number: alert.number ?? "", service: site.services[alert.service]?.name ?? alert.service ?? "",
    people: alert.people ?? "", capacity: site.capacity, by: alert.by ?? "",
  };
  const about = (part) => {
    const key = `alert.${alert.kind}.${part}`;
    const known = alert.kind === "late_ticket" ? alert.number : ["capacity", "capacity_near", "count_at_closing"].includes(alert.kind) ? alert.people !== null && alert.people !== undefined : false;
    return t(known && has(`${key}_known`) ? `${key}_known` : key, values);
  };
  const acknowledged = isHelp(alert) && alert.acknowledged;
  return {
    title: about("title"),
    text: acknowledged ? t(alert.by ? "alert.acknowledged_by" : "alert.acknowledged", values) : about("text"),
    act: !isHelp(alert) || (acknowledged && alert.kind === "room_after_closing") ? null : t(acknowledged ? "alert.over" : "alert.go"),
  };
}

/** Show alerts, one element an alert; a press on a button is `help.js`'s to hear. */
export function showAlerts(where, alerts, time) {
  keep(where, alerts, (alert) => alert.id ?? `${alert.kind} ${alert.subject} ${alert.device ?? ""}`, () => element("article", {},
    element("span", { class: "sign" }), element("p", {}, element("strong"), " ", element("span"))), (row, alert) => dress(row, alert, time));
}

function dress(row, alert, time) {
  const help = isHelp(alert), steady = help && alert.acknowledged, words = wordsOf(alert, time);
  row.className = `alert ${steady ? "steady" : help ? "urgent" : ""} ${isEscalated(alert) ? "escalated" : ""}`;
  row.dataset.kind = alert.kind;
  fill(one(".sign", row), icon(steady ? "walk" : help ? "help" : "todo"));
  write(one("strong", row), words.title);
  write(one("p span", row), words.text);
  let button = one("[data-help]", row);
  if (words.act === null) return button?.remove();
  if (!button) button = row.appendChild(element("button", { type: "button", "data-help": alert.subject }));
  button.className = steady ? "plain" : "main";
  if (!button.dataset.sent) write(button, words.act); // what becomes of a press is told first
}
