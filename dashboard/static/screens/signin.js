// Signing in: the sixth digit is the last, so it sends the form by itself.

import { one, all } from "../page.js";
import { follow } from "../live.js";

const form = one("[data-pin-form]");
const pin = form && one("[name=pin]", form);
pin?.addEventListener("input", () => {
  if (pin.value.length === pin.maxLength && form.checkValidity()) form.requestSubmit();
});
for (const person of all("[name=account]", form ?? document.body)) person.addEventListener("change", () => pin?.focus());
follow();
