// Settings in words: what one says, which subject it is about, and whether it is over.

import { site, t, locale, said } from "./page.js";

const longDay = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });

/** A local day, as `jeudi 17 juin`. */
export const dayName = (day) => longDay.format(new Date(`${day}T12:00:00Z`));

/** Minutes after midnight, as on a door sign. */
export function clock(minutes) {
  const mm = String(minutes % 60).padStart(2, "0"), h = String(Math.floor(minutes / 60));
  return t(mm === "00" ? "live.hour_whole" : "live.hour", { h, mm });
}

/** `13:30` as minutes after midnight; null where nothing was said. */
export function minutesOf(time) {
  const [h, m] = time.split(":").map(Number);
  return time ? 60 * h + m : null;
}

const serviceName = (id) => (id ? site.services[id]?.name ?? id : t("settings.whole_site"));

/** Minutes after midnight as a field has them; empty where nothing is said. */
export const timeOf = (minutes) => (minutes === undefined ? "" : [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, "0")).join(":"));

/** Of each kind of setting: its subject, what it is about, what it says, and its last day. */
const KINDS = {
  opening: {
    subject: ({ day, service = "" }) => `opening/${day}/${service}`,
    about: ({ day, service = "" }) => `${dayName(day)} · ${serviceName(service)}`,
    says: ({ closed, opens, closes, reason }) => {
      const hours = closed ? [t("settings.opening.is_closed")] : [
        opens === undefined ? null : t("settings.opening.opens_at", { time: clock(opens) }),
        closes === undefined ? null : t("settings.opening.closes_at", { time: clock(closes) }),
      ];
      return `${hours.filter(Boolean).join(", ")} · ${said(reason)}`;
    },
    last: ({ day }) => day,
  },
  service_text: {
    subject: ({ service }) => `service_text/${service}`,
    about: ({ service }) => serviceName(service),
    says: ({ text, until }) => t("settings.service_text.says", { text: said(text), day: dayName(until) }),
    last: ({ until }) => until,
  },
  question: {
    subject: ({ barometer, day }) => `question/${barometer}/${day}`,
    about: ({ day }) => dayName(day),
    says: ({ barometer, question }) => site.barometers[barometer]?.questions[question]?.text ?? question,
    last: ({ day }) => day,
  },
  outside: {
    subject: () => "outside",
    about: () => "",
    says: ({ text, until, time }) => t("settings.outside.says", { text: said(text), day: dayName(until), time: clock(time) }),
    last: ({ until }) => until,
  },
};

export const subjectOf = (setting) => KINDS[setting.kind].subject(setting);
export const aboutOf = (setting) => KINDS[setting.kind].about(setting);
/** With its kind, where settings of every kind stand in one list. */
export const titleOf = (setting) => [t(`settings.${setting.kind}.short`), aboutOf(setting)].filter(Boolean).join(" · ");
export const says = (setting) => (setting ? KINDS[setting.kind].says(setting) : t("settings.as_usual"));
export const lastDayOf = (setting) => KINDS[setting.kind].last(setting);
