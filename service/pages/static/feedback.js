// Feedback on an answer. Nothing is sent before "Send" is pressed, and only once for each answer.
const SENT = "opinions";
const sending = new WeakSet();

function key(given) {
  return `${given.question}\n${given.answer}`;
}

function sent() {
  return JSON.parse(sessionStorage.getItem(SENT) ?? "[]");
}

function close(form, words) {
  const output = form.querySelector("output");
  for (const node of [...form.children]) if (node !== output) node.remove();
  output.textContent = words;
}

export function settle(form) {
  if (sent().includes(key(JSON.parse(form.elements.given.value)))) close(form, "You have given feedback on this answer.");
}

async function send(form) {
  const given = JSON.parse(form.elements.given.value);
  const comment = form.elements.comment.value.trim() || null;
  const body = JSON.stringify({ ...given, thumb: form.elements.thumb.value, comment });
  const response = await fetch("/feedback", { method: "POST", headers: { "content-type": "application/json" }, body });
  const told = await response.json();
  if (!response.ok) throw new Error(told.detail);
  try {
    sessionStorage.setItem(SENT, JSON.stringify([...sent(), key(given)]));
  } catch {
    // full or forbidden: only this page remembers
  }
  close(form, `Thank you. Your feedback is stored as number ${told.id}.`);
  const output = form.querySelector("output");
  output.tabIndex = -1; // what had the focus is gone
  output.focus();
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches(".opinion")) return;
  event.preventDefault();
  if (sending.has(form)) return;
  sending.add(form);
  form.querySelector("output").textContent = "Sending…";
  try {
    await send(form);
  } catch (error) {
    form.querySelector("output").textContent = `Not sent: ${error.message}`;
  } finally {
    sending.delete(form);
  }
});
for (const form of document.querySelectorAll(".turn .opinion")) settle(form);
