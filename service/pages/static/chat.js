// The conversation. The server stores nothing: the form holds the turns, and the address the last question with those before it.
import { copy, enliven } from "./cards.js";
import { events } from "./events.js";
import { settle } from "./feedback.js";
import { fragment } from "./fragments.js";
import { Refusal } from "./refusal.js";

const form = document.getElementById("ask");
const box = document.getElementById("q");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const turns = document.getElementById("turns");
const news = document.getElementById("news");
const template = document.getElementById("turn");
const READ = 6; // questions before the last that the server answers again
let running = null;
let shown = location.search;

function said(name) {
  return [...form.querySelectorAll(`input[name=${name}]`)].map((input) => input.value);
}

function remember(question, answer) {
  for (const [name, value] of [["asked", question], ["answered", answer]]) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.insertBefore(input, form.querySelector("label"));
  }
  form.querySelector("label").textContent = "Ask a follow-up";
}

function part(turn, selector) {
  return turn.querySelector(selector);
}

function begin(question) {
  part(turns, ".failed")?.remove();
  const turn = template.content.firstElementChild.cloneNode(true);
  const heading = part(turn, ".asked");
  turn.id = `t${turns.children.length + 1}`;
  heading.id = `${turn.id}-q`;
  turn.setAttribute("aria-labelledby", heading.id);
  part(turn, "[data-is=question]").textContent = question;
  turns.append(turn);
  heading.scrollIntoView({ block: "start" });
  return turn;
}

async function ask(question) {
  const turn = begin(question);
  news.textContent = "Searching the documents…";
  running = new AbortController();
  stop.hidden = false;
  send.hidden = true;
  try {
    await complete(turn, question, await answer(turn, question, running.signal));
  } catch (error) {
    fail(turn, question, error);
  } finally {
    running = null;
    stop.hidden = true;
    send.hidden = false;
    box.focus({ preventScroll: true });
  }
}

async function answer(turn, question, signal) {
  const answered = said("answered");
  const messages = said("asked").flatMap((content, n) => [
    { role: "user", content },
    { role: "assistant", content: answered[n] },
  ]);
  messages.push({ role: "user", content: question });
  const response = await fetch("/chat", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ messages, stream: true }),
    signal,
  });
  if (!response.ok) throw await Refusal.of(response);
  const given = { citations: [], answer: "" };
  for await (const { name, data } of events(response)) {
    if (name === "citation") given.citations.push(data);
    if (name === "text") {
      given.answer += data.text;
      part(turn, ".answer").append(data.text);
    }
    if (name === "done") Object.assign(given, data);
  }
  if (!given.status) throw new Refusal("The answer was cut off.");
  return given;
}

async function complete(turn, question, given) {
  const earlier = said("asked").slice(-READ);
  remember(question, given.answer);
  try {
    const whole = await fragment("/turn", { number: turns.children.length, question, earlier, given });
    turn.replaceWith(whole);
    enliven(whole);
    settle(part(whole, ".opinion"));
    part(whole, ".doings").hidden = false;
    shown = whole.dataset.link.slice(1);
    history.pushState(null, "", whole.dataset.link);
    turn = whole;
  } catch {
    turn.ariaBusy = null;
    part(turn, ".state").textContent = "The sources could not be loaded.";
  }
  const state = part(turn, ".state").textContent;
  const count = given.citations.length;
  news.textContent = `${state && `${state}. `}${given.answer} ${count} ${count === 1 ? "source" : "sources"}.`;
}

// the question goes back into the box, and another try replaces this one
function fail(turn, question, error) {
  const stopped = error.name === "AbortError";
  const refusal = error instanceof Refusal ? error : new Refusal("The service cannot be reached. Check your connection.");
  turn.classList.add("failed");
  turn.ariaBusy = null;
  part(turn, ".state").dataset.state = "failed";
  part(turn, ".state").textContent = stopped ? "Stopped" : "No answer";
  part(turn, ".answer").textContent = stopped ? "" : refusal.message;
  part(turn, ".remedies").hidden = false;
  const signIn = part(turn, ".remedies a");
  signIn.hidden = stopped || !refusal.signIn;
  const pairs = [...said("asked").slice(-READ).map((one) => ["asked", one]), ["q", question]];
  signIn.href = `/sign-in?${new URLSearchParams({ next: `/?${new URLSearchParams(pairs)}` })}`;
  box.value ||= question;
  news.textContent = stopped ? "Stopped." : `No answer: ${refusal.message}`;
}

function inWords(turn) {
  const sources = [...turn.querySelectorAll(".source .opened")].map(
    (source) => `[${source.id.split("-")[1]}] ${source.querySelector(".copy pre").textContent}`,
  );
  return [part(turn, "[data-is=question]").textContent, part(turn, ".answer").innerText, ...sources].join("\n\n");
}

const DEEDS = {
  copy: (turn, button) => copy(inWords(turn), button),
  link: (turn, button) => copy(new URL(turn.dataset.link, location.href).href, button),
  print: () => print(),
  again: (turn) => {
    box.value = part(turn, "[data-is=question]").textContent;
    form.requestSubmit();
  },
};

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const question = box.value.trim();
  if (!question || running) return;
  box.value = "";
  ask(question);
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    form.requestSubmit();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") running?.abort();
});
stop.addEventListener("click", () => running?.abort());
turns.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button) DEEDS[button.dataset.do](button.closest(".turn"), button);
});
// going back or forward to another question: its page is the server's
addEventListener("popstate", () => {
  if (location.search !== shown) location.reload();
});
for (const doings of turns.querySelectorAll(".doings")) doings.hidden = false;
