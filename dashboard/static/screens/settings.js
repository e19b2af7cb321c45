// The supervisor's settings: forms that become requests, what is in place, and changes that are undone.

import { data, t, all, one, write, fill, element, icon, hour, longDay } from "../page.js";
import { on, view, follow } from "../live.js";
import { press } from "../press.js";
import { keep } from "../rows.js";
import { askForRecount, recount } from "../recount.js";
import { askForWeather, showWeather } from "../report.js";
import { subjectOf, aboutOf, titleOf, says, lastDayOf, minutesOf, timeOf } from "../settings.js";

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
  service_text: (form) => ({ kind: "service_text", service: form.get("service"), until: form.get("until"), text: both(form, "text") }),
  question(form) {
    const [barometer, question] = form.get("question").split("/");
    return { kind: "question", barometer, question, day: form.get("day") };
  },
  outside: (form) => ({ kind: "outside", until: form.get("until"), time: minutesOf(form.get("time")), text: both(form, "text") }),
};

const inBoth = (name, { fr, en }) => ({ [`${name}-fr`]: fr, [`${name}-en`]: en });

/** The same the other way: what each form's fields hold to say a setting. */
const FIELDS = {
  opening: ({ day, service = "", closed, opens, closes, reason }) => ({
    day, service, how: closed ? "closed" : "hours", opens: timeOf(opens), closes: timeOf(closes), ...inBoth("reason", reason),
  }),
  service_text: ({ service, until, text }) => ({ service, until, ...inBoth("text", text) }),
  question: ({ barometer, question, day }) => ({ question: `${barometer}/${question}`, day }),
  outside: ({ until, time, text }) => ({ until, time: timeOf(time), ...inBoth("text", text) }),
};

/** Put a setting into its form, to be changed there. */
function edit(setting) {
  const form = one(`[data-setting=${setting.kind}]`);
  form.reset();
  for (const [name, value] of Object.entries(FIELDS[setting.kind](setting))) form.elements[name].value = value;
  if (setting.kind === "opening") showHours();
  form.dispatchEvent(new Event("input"));
  form.elements[0].focus();
}

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
  form.addEventListener("reset", () => {
    seen = null;
    setTimeout(showHours);
  });
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
      fill(words, aboutOf(setting) ? element("strong", {}, aboutOf(setting)) : "", " ", says(setting)));
    const nothing = one(`[data-nothing="${list.dataset.inForce}"]`);
    nothing.hidden = mine.length > 0;
    write(nothing, seen ? t("settings.nothing") : t("live.unknown"));
  }
}

function makeInForce({ subject, setting }) {
  const button = (name, what) => element("button", { type: "button", class: "quiet", [`data-${name}`]: subject,
    "aria-label": t(`settings.${name}_of`, { what }) }, t(`settings.${name}`));
  return element("li", {}, element("span"), button("edit", titleOf(setting)), button("end", titleOf(setting)));
}

// --- Changes ------------------------------------------------------------------------------------

/** A setting's change or a recount, as one line of the list. */
const settingLine = (change) => ({ ...change, what: titleOf(change.after ?? change.before), was: says(change.before), is: says(change.after) });
const recountLine = ({ at_ns, by, before, people }, place) => ({
  key: `recount-${at_ns}`, at_ns, by, recount: true, back: place === 0 && before !== null ? before - people : null,
  what: t("settings.measures.recount"), was: before === null ? t("espace.never_recounted") : peopleInWords(before), is: peopleInWords(people),
});
const peopleInWords = (n) => t("settings.measures.people", { n });

function showChanges(seen) {
  const told = seen?.changes ?? [];
  const lines = [...told.map(settingLine), ...(seen?.recounts ?? []).map(recountLine)].sort((one, other) => other.at_ns - one.at_ns);
  keep(one("[data-changes]"), lines, ({ key }) => key, makeLine, (row, line) => {
    const isDone = line.recount ? line.back === null : isPast(line, seen.today, told);
    one("button", row).hidden = isDone;
    row.toggleAttribute("data-past", isDone);
  });
  one("[data-no-changes]").hidden = lines.length > 0;
  write("[data-no-changes]", seen ? t("settings.changes_none") : t("live.unknown"));
}

function makeLine({ key, at_ns, by, undoes, what, was, is, back }) {
  const about = back === undefined ? { "data-undo": key } : { "data-back": back };
  return element("li", {}, element("p", { class: "who" }, element("time", {}, `${longDay(at_ns)}, ${hour(at_ns)}`), " · ", element("b", {}, by),
      undoes ? element("span", { class: "chip" }, t("settings.undid")) : null),
    element("p", { class: "what" }, what),
    element("dl", {}, element("dt", {}, t("settings.was")), element("dd", {}, was), element("dt", {}, t("settings.is")), element("dd", {}, is)),
    element("button", { type: "button", class: "plain", ...about, "aria-label": t("settings.undo_of", { what: `${what}, ${is}` }) }, icon("undo"), t("settings.undo")));
}

/** Only the latest change about a subject is undone, and nothing that is over. */
function isPast(change, today, told) {
  const isLatest = told.find(({ subject }) => subject === change.subject)?.key === change.key;
  return !isLatest || [change.before, change.after].some((setting) => setting && lastDayOf(setting) < today);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || event.detail > 1) return;
  const { edit: edited, end, undo, back } = button.dataset;
  if (edited) edit(view(TOPIC).settings.find(({ subject }) => subject === edited).setting);
  if (!end && !undo && !back) return;
  const feedback = undo || back ? one("[data-changes-feedback]") : one("[data-feedback]", button.closest("section"));
  const tell = (state, text) => {
    feedback.dataset.state = state;
    write(feedback, text);
  };
  if (end) press("/reglages/fin", { subject: end, seen: latestOf(end) }, tell, t("settings.ended"));
  if (undo) press("/reglages/annulation", { undoes: undo }, tell, t("settings.undone"));
  if (back) takeRecountBack(Number(back), tell);
});

/** A recount is taken back by one that moves as far the other way: who came and went since stays counted. */
function takeRecountBack(by, tell) {
  const people = view("view/space/now")?.inside ?? null;
  if (people === null) return tell("refused", t("live.unknown"));
  recount(Math.max(0, people + by), tell);
}

// --- Counted and measured -----------------------------------------------------------------------

function showInside(space) {
  const people = space?.inside ?? null;
  write("[data-field=inside]", !space ? t("live.unknown") : people === null ? t("espace.never_recounted") : [
    t("settings.measures.inside", { n: people, uncertainty: space.uncertainty }),
    space.recounted_ns ? t("espace.recounted", { time: hour(space.recounted_ns) }) : t("espace.never_recounted"),
  ].join(" · "));
}

on("view/space/now", showInside);
on("view/space/now", showWeather);
askForRecount();
askForWeather();
on(TOPIC, showInForce);
on(TOPIC, showChanges);
follow();
