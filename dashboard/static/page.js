// What every screen's script begins with: the page's data, its texts, and how numbers and times are written.

export const data = JSON.parse(document.getElementById("script-data").textContent);
export const site = data.site;

export const locale = { fr: "fr-FR", en: "en-GB" }[data.language];
const plural = new Intl.PluralRules(locale);
const number = new Intl.NumberFormat(locale);
const clock = new Intl.DateTimeFormat(locale, {
  hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone: data.timezone,
});
const day = new Intl.DateTimeFormat(locale, {
  weekday: "long", day: "numeric", month: "long", timeZone: data.timezone,
});
const weekday = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: data.timezone });

/** The text of a key with its values; one that depends on `n` has two entries, `.one` and `.other`. */
export function t(key, values = {}) {
  const text = data.texts[key] ?? data.texts[`${key}.${plural.select(values.n ?? 0)}`];
  if (text === undefined) throw new Error(`no text for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => written(values[name]));
}

/** Whether the catalogue has this key. */
export const has = (key) => key in data.texts;

const written = (value) => (typeof value === "number" ? number.format(value) : value);

/** A civil time in nanoseconds as the hour it is on the site. */
export function hour(ns) {
  const [h, mm] = hourAndMinute(ns);
  return t("live.hour", { h, mm });
}

/** The same for a time on a door sign: whole hours without their minutes. */
export function signHour(ns) {
  const [h, mm] = hourAndMinute(ns);
  return t(mm === "00" ? "live.hour_whole" : "live.hour", { h, mm });
}

function hourAndMinute(ns) {
  const parts = Object.fromEntries(clock.formatToParts(ns / 1e6).map((part) => [part.type, part.value]));
  return [String(Number(parts.hour)), parts.minute];
}

export const longDay = (ns) => day.format(ns / 1e6);
export const weekdayOf = (ns) => weekday.format(ns / 1e6);

/** A line for the public (French and English) in the page's language; empty for none. */
export const said = (text) => (text ? text[data.language] ?? text.fr : "");

/** Seconds as whole minutes; a started minute counts, nobody is promised zero. */
export const minutes = (seconds) => Math.max(1, Math.round(seconds / 60));

/** How long ago, in civil minutes. */
export function ago(sinceNs, civilNs) {
  const passed = Math.floor((civilNs - sinceNs) / 60e9);
  return passed < 1 ? t("live.just_now") : t("live.minutes_ago", { n: passed });
}

/** The Wilson score interval of a share (Wilson 1927), 95 %. */
export function wilson(hits, of) {
  const z = 1.96, share = hits / of, squared = (z * z) / of;
  const middle = (share + squared / 2) / (1 + squared);
  const half = (z / (1 + squared)) * Math.sqrt((share * (1 - share)) / of + squared / (4 * of));
  return [middle - half, middle + half];
}

const iconFile = new URL("icons.svg", import.meta.url).pathname;
const SVG = "http://www.w3.org/2000/svg";

/** One of the icons of icons.svg. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${name}`);
  svg.setAttribute("aria-hidden", "true");
  const use = svg.appendChild(document.createElementNS(SVG, "use"));
  use.setAttribute("href", `${iconFile}#${name}`);
  return svg;
}

const pictogramFile = new URL("pictograms.svg", import.meta.url).pathname;

/** An answer's pictogram: one of pictograms.svg, or a character as the site's author wrote it. */
export function pictogram(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  if ([...name].length > 1) svg.appendChild(document.createElementNS(SVG, "use")).setAttribute("href", `${pictogramFile}#${name}`);
  else return element("span", { "aria-hidden": "true" }, `${name}\uFE0E`);
  return svg;
}

/** An HTML element with attributes and children; null children are left out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

/** An SVG element with attributes. */
export function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export const all = (selector, within = document) => [...within.querySelectorAll(selector)];
export const one = (selector, within = document) => within.querySelector(selector);

/** Write a text where it changed: an untouched element is not announced again by a screen reader. */
export function write(where, text) {
  for (const found of typeof where === "string" ? all(where) : [where]) {
    if (found && found.textContent !== String(text)) found.textContent = text;
  }
}

/** Replace the children only where they would differ. */
export function fill(where, ...children) {
  const made = element("div", {}, ...children);
  if (where.innerHTML !== made.innerHTML) where.replaceChildren(...made.childNodes);
}

/** A pill: an icon and a word, so that nothing is told by colour alone. */
export function pill(where, level, word) {
  where.dataset.level = level;
  fill(where, icon(level), word);
}
