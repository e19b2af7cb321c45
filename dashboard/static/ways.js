// Which way visitors took today, hour by hour: sums of half-hours that are over.

import { t, one, fill, element, signHour } from "./page.js";

const NONE = t("live.none");
const HOUR_NS = 3600e9;

/** Show the half-hours of today, added up by the hour; what was not counted is a dash, never a nought. */
export function showWays(halfHours) {
  const hours = byHour(halfHours ?? []);
  fill(one("[data-ways]"), ...hours.map((hour) => row(signHour(hour.from_ns), hour)));
  fill(one("[data-ways-day]"), ...(hours.length ? [row(t("supervisor.whole_day"), added(halfHours))] : []));
  one("[data-ways-empty]").hidden = hours.length > 0;
  one(".ways table").hidden = !hours.length;
}

function byHour(halfHours) {
  const hours = Map.groupBy ? Map.groupBy(halfHours, hourOf) : grouped(halfHours);
  return [...hours.values()].map(added).filter(tells);
}

const hourOf = ({ from_ns: from }) => Math.floor(from / HOUR_NS);

function grouped(halfHours) {
  const hours = new Map();
  for (const one of halfHours) hours.set(hourOf(one), [...(hours.get(hourOf(one)) ?? []), one]);
  return hours;
}

/** A night in which nothing happened is no row. */
const tells = (hour) => hour.entered || hour.kiosk || hour.online || hour.concierge || hour.seats || hour.rooms;

function added(halfHours) {
  const sum = (name) => halfHours.reduce((total, one) => total + one[name], 0);
  const counted = halfHours.filter((one) => one.entered !== null);
  const known = { kiosk: sum("kiosk"), online: sum("online"), concierge: sum("concierge") };
  const entered = counted.length ? counted.reduce((total, one) => total + one.entered, 0) : null;
  return { from_ns: halfHours[0].from_ns, ...known, entered,
    none: entered === null ? null : Math.max(0, entered - known.kiosk - known.online - known.concierge),
    seats: mean(halfHours, "seats_taken"), rooms: mean(halfHours, "rooms_taken") };
}

/** The share over the time in which it was known. */
function mean(halfHours, name) {
  const known = halfHours.filter((one) => one[name] !== null);
  const length = ({ from_ns: from, to_ns: to }) => to - from;
  const whole = known.reduce((total, one) => total + length(one), 0);
  return whole ? known.reduce((total, one) => total + one[name] * length(one), 0) / whole : null;
}

function row(head, { entered, kiosk, online, concierge, none, seats, rooms }) {
  const share = (value) => (value === null ? NONE : t("supervisor.percent", { n: Math.round(value * 100) }));
  const cells = [entered ?? NONE, kiosk, online, concierge, none ?? NONE, share(seats), share(rooms)];
  return element("tr", {}, element("th", { scope: "row" }, head), ...cells.map((value) => element("td", { class: "num" }, String(value))));
}
