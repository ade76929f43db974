// What can be done with a quotation, on every view: verify it, and copy how to cite it.
export async function copy(text, button) {
  const said = button.cloneNode(true);
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select the text to copy it";
  }
  setTimeout(() => button.replaceChildren(...said.childNodes), 2000);
}

async function verify(form) {
  const output = form.querySelector("output");
  output.textContent = "Checking…";
  let found;
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch("/verify", { method: "POST", headers, body: form.dataset.citation });
    const body = await response.json();
    found = response.ok ? body : { valid: false, reason: body.detail };
  } catch {
    output.textContent = "The service cannot be reached.";
    return;
  }
  output.dataset.valid = found.valid ? "yes" : "no";
  output.textContent = `${found.valid ? "Verified" : "Not verified"}: ${found.reason}.`;
}

export function enliven(root) {
  for (const button of root.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.verify")) return;
  event.preventDefault();
  verify(event.target);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button.parentElement.querySelector("pre").textContent, button);
});
// a marker opens its source; some browsers do so themselves
addEventListener("hashchange", () => {
  const opened = document.getElementById(location.hash.slice(1));
  if (opened?.matches(".opened")) opened.closest("details").open = true;
});
enliven(document);
