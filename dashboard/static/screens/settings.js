// The supervisor's settings: forms that become requests, what is in place, and changes that are undone.

import { data, t, all, one, write, fill, element, icon, hour, longDay } from "../page.js";
import { on, view, follow } from "../live.js";
import { press } from "../press.js";
import { keep } from "../rows.js";
import { subjectOf, aboutOf, says, lastDayOf, minutesOf } from "../settings.js";

const TOPIC = "private/settings/now";
const changes = () => view(TOPIC)?.changes ?? [];
const latestOf = (subject) => changes().find((change) => change.subject === subject)?.key ?? "";

// --- Forms --------------------------------------------------------------------------------------

const both = (form, name) => ({ fr: form.get(`${name}-fr`), en: form.get(`${name}-en`) });

/** What each form says, as the contract has it; a text where something is missing. */
const READ = {
  opening(form) {
    const about = { kind: "opening", day: form.get("day"), service: form.get("service"), reason: both(form, "reason") };
    if (form.get("how") === "closed") return { ...about, closed: true };
    const [opens, closes] = ["opens", "closes"].map((name) => minutesOf(form.get(name)));
    return opens === null && closes === null ? t("settings.opening.no_hours") : { ...about, opens, closes };
  },
};

for (const form of all("form[data-setting]")) {
  let seen = null; // the latest changes when this form was begun: what its reader knows
  const feedback = one("[data-feedback]", form);
  const tell = (state, text) => {
    feedback.dataset.state = state;
    write(feedback, text);
  };
  form.addEventListener("input", () => (seen ??= new Map([...changes()].reverse().map(({ subject, key }) => [subject, key]))));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const setting = READ[form.dataset.setting](new FormData(form));
    if (typeof setting === "string") return tell("refused", setting);
    const subject = subjectOf(setting);
    press("/reglages", { setting, seen: seen?.get(subject) ?? "" }, (state, text, answer) => {
      tell(state, answer?.reason === "changed_meanwhile" ? meanwhile(subject, text) : text);
      if (state === "done") form.reset();
      if (state === "done" || answer?.reason === "changed_meanwhile") seen = null;
    }, t("settings.sent"));
  });
  form.addEventListener("reset", () => setTimeout(showHours));
}

function meanwhile(subject, text) {
  const by = changes().find((change) => change.subject === subject)?.by;
  return by ? `${t("settings.meanwhile", { by })} ${text}` : text;
}

const NOON = "12:00";

/** Hours are asked for only where the day is not closed whole. */
function showHours() {
  const form = one("[data-setting=opening]"), how = one("[name=how]:checked", form).value;
  one("[data-hours]", form).hidden = how === "closed";
  if (how === "afternoon") Object.assign(one("[name=opens]", form), { value: "" }), Object.assign(one("[name=closes]", form), { value: NOON });
}
one("[data-setting=opening]").addEventListener("change", ({ target }) => target.name === "how" && showHours());
showHours();

// --- In place -----------------------------------------------------------------------------------

function showInForce(seen) {
  for (const list of all("[data-in-force]")) {
    const mine = (seen?.settings ?? []).filter(({ setting }) => setting.kind === list.dataset.inForce);
    keep(list, mine, ({ subject }) => subject, makeInForce, ({ childNodes: [words] }, { setting }) =>
      fill(words, element("strong", {}, aboutOf(setting)), " ", says(setting)));
    const nothing = one(`[data-nothing="${list.dataset.inForce}"]`);
    nothing.hidden = mine.length > 0;
    write(nothing, seen ? t("settings.nothing") : t("live.unknown"));
  }
}

function makeInForce({ subject, setting }) {
  return element("li", {}, element("span"), element("button", { type: "button", class: "quiet", "data-end": subject,
    "aria-label": t("settings.end_of", { what: aboutOf(setting) }) }, t("settings.end")));
}

// --- Changes ------------------------------------------------------------------------------------

function showChanges(seen) {
  const told = seen?.changes ?? [];
  keep(one("[data-changes]"), told, ({ key }) => key, makeChange, (row, change) => dressChange(row, change, seen.today, told));
  one("[data-no-changes]").hidden = told.length > 0;
  write("[data-no-changes]", seen ? t("settings.changes_none") : t("live.unknown"));
}

function makeChange(change) {
  const what = aboutOf(change.after ?? change.before);
  return element("li", {}, element("p", { class: "who" }, element("time", {}, `${longDay(change.at_ns)}, ${hour(change.at_ns)}`), " · ", element("b", {}, change.by),
      change.undoes ? element("span", { class: "chip" }, t("settings.undid")) : null),
    element("p", { class: "what" }, what),
    element("dl", {}, element("dt", {}, t("settings.was")), element("dd", {}, says(change.before)), element("dt", {}, t("settings.is")), element("dd", {}, says(change.after))),
    element("button", { type: "button", class: "plain", "data-undo": change.key, "aria-label": t("settings.undo_of", { what: `${what}, ${says(change.after)}` }) },
      icon("undo"), t("settings.undo")));
}

/** Only the latest change about a subject is undone, and nothing that is over. */
function dressChange(row, change, today, told) {
  const isLatest = told.find(({ subject }) => subject === change.subject) === change;
  const isOver = [change.before, change.after].some((setting) => setting && lastDayOf(setting) < today);
  one("[data-undo]", row).hidden = !isLatest || isOver;
  row.toggleAttribute("data-past", !isLatest || isOver);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || event.detail > 1) return;
  const { end, undo } = button.dataset;
  const feedback = undo ? one("[data-changes-feedback]") : one("[data-feedback]", button.closest("section"));
  const tell = (state, text) => {
    feedback.dataset.state = state;
    write(feedback, text);
  };
  if (end) press("/reglages/fin", { subject: end, seen: latestOf(end) }, tell, t("settings.ended"));
  if (undo) press("/reglages/annulation", { undoes: undo }, tell, t("settings.undone"));
});

on(TOPIC, showInForce);
on(TOPIC, showChanges);
follow();
