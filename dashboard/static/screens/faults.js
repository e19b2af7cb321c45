// Every fault that can be seen from here, in words with its cause and what to do: nothing stays a red dot.
// What is wrong the server says (dashboard/diagnosis.py), as it says it to those who watch without a browser.

import { t, one, fill, element, site } from "../page.js";
import { link, onTold, onTick } from "../live.js";

const card = one(".faults");
const codes = new Map(JSON.parse(card.dataset.codes));
let told = [];

/** Show them all; cut off, nothing can be known. */
function show() {
  const found = ["live", "silent"].includes(link()) ? told : [];
  const words = JSON.stringify([link(), found]);
  if (card.dataset.shown === words) return;
  card.dataset.shown = words;
  fill(one("[data-faults]", card), ...found.map(row));
  one("[data-no-faults]", card).hidden = found.length > 0 || link() !== "live";
}

function row({ fault, node, device, detail }) {
  const where = [node && (site.nodes[node] ?? t("technique.console")), device].filter(Boolean).join(" · ");
  return element("li", { "data-fault": fault },
    element("b", { class: "code" }, codes.get(fault)),
    element("div", {},
      element("strong", {}, t(`fault.${fault}.says`)), where ? element("span", { class: "where" }, where) : null,
      element("p", {}, `${t(`fault.${fault}.cause`)} `, element("em", {}, t(`fault.${fault}.remedy`))),
      detail ? element("small", {}, detail) : null));
}

onTold("faults", ({ faults }) => (told = faults, show()));
onTick(show);
