// The conversation. The server stores nothing: the form holds the turns, and the session storage for going back.
// The address is that of the last question by itself.
import { copy, enliven } from "./cards.js";
import { events } from "./events.js";
import { offer } from "./feedback.js";
import { fragment } from "./fragments.js";

const form = document.getElementById("ask");
const box = document.getElementById("q");
const send = document.getElementById("send");
const stop = document.getElementById("stop");
const afresh = document.getElementById("afresh");
const turns = document.getElementById("turns");
const news = document.getElementById("news");
const template = document.getElementById("turn");
const KEPT = "conversation";
const PLACE = "place";
const SAYS = JSON.parse(template.dataset.says);
let running = null;

function said() {
  const values = (name) => [...form.querySelectorAll(`input[name=${name}]`)].map((input) => input.value);
  const answered = values("answered");
  return values("asked").map((question, n) => ({ question, answer: answered[n] }));
}

function remember(question, answer) {
  for (const [name, value] of [["asked", question], ["answered", answer]]) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name, value });
    form.insertBefore(input, form.querySelector("label"));
  }
}

function part(turn, selector) {
  return turn.querySelector(selector);
}

function begin(question) {
  const number = Number(turns.lastElementChild?.id.slice(1) ?? 0) + 1;
  const turn = template.content.firstElementChild.cloneNode(true);
  turn.id = `t${number}`;
  turn.dataset.number = number;
  turn.setAttribute("aria-labelledby", `t${number}-q`);
  part(turn, ".asked").id = `t${number}-q`;
  part(turn, "[data-is=question]").textContent = question;
  document.getElementById("intro").hidden = true;
  document.getElementById("lead").className = "unseen";
  turns.append(turn);
  afresh.hidden = false;
  form.querySelector("label").textContent = "Ask a follow-up";
  return turn;
}

function state(turn, name, words) {
  part(turn, ".state").dataset.state = name;
  part(turn, ".state").textContent = words;
}

function element(name, ...children) {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

// as service/pages/markup.py: bold titles, and markers as links
function inline(turn, text, markers) {
  return text.split(/(\[\d+\]|\*\*.+?\*\*)/).map((piece) => {
    if (/^\*\*.+\*\*$/.test(piece)) return element("strong", ...inline(turn, piece.slice(2, -2), markers));
    const marker = piece.match(/^\[(\d+)\]$/)?.[1];
    if (!markers.has(Number(marker))) return piece;
    const link = element("a", piece);
    link.className = "marker";
    link.href = `#c${turn.dataset.number}-${marker}`;
    return link;
  });
}

function kind(line) {
  if (line.startsWith("- ")) return "ul";
  if (line.startsWith("| ") || line.startsWith("|---")) return "table";
  return line.trim() ? "p" : "";
}

function block(turn, name, lines, markers) {
  if (name === "ul") return element("ul", ...lines.map((line) => element("li", ...inline(turn, line.slice(2), markers))));
  if (name === "table") {
    const rows = lines.filter((line) => !line.startsWith("|---")).map((line) => line.replace(/^[| ]+|[| ]+$/g, "").split(" | "));
    return element("table", ...rows.map((row) => element("tr", ...row.map((cell) => element("td", ...inline(turn, cell, markers))))));
  }
  const broken = lines.flatMap((line, n) => [...(n ? [document.createElement("br")] : []), ...inline(turn, line, markers)]);
  return element("p", ...broken);
}

// lines of one kind that follow each other are one block
function linked(turn, text, markers) {
  const blocks = [];
  for (const line of text.split("\n")) {
    if (blocks.at(-1)?.name === kind(line)) blocks.at(-1).lines.push(line);
    else blocks.push({ name: kind(line), lines: [line] });
  }
  const nodes = blocks.filter(({ name }) => name).map(({ name, lines }) => block(turn, name, lines, markers));
  part(turn, ".answer").replaceChildren(...nodes);
}

async function cardsOf(turn, citations, related, signal) {
  if (!citations.length) return document.createDocumentFragment();
  const query = new URLSearchParams({ turn: turn.dataset.number, related });
  for (const { marker, quote, passage } of citations) {
    // offsets count characters, JavaScript's strings UTF-16 units
    const before = passage.text.slice(0, passage.text.indexOf(quote));
    const start = passage.start + [...before].length;
    query.append("cite", [marker, start, start + [...quote].length, passage.document.id].join(":"));
  }
  try {
    return await fragment(`/cards?${query}`, signal);
  } catch {
    const nodes = document.createDocumentFragment();
    nodes.append("The citations could not be loaded.");
    return nodes;
  }
}

// a restriction to documents as buttons, each of which asks again without it
function scopeOf(turn, scope) {
  if (!scope.length) return;
  const list = element("ul");
  list.className = "chips scope";
  list.setAttribute("aria-label", "Only searched in");
  for (const { id, title } of scope) {
    const cross = element("span", " ×");
    cross.ariaHidden = "true";
    const unseen = element("span", ", ask without this restriction");
    unseen.className = "unseen";
    const button = element("button", `Only: ${title.split(",")[0]}`, cross, unseen);
    button.className = "quiet";
    button.type = "button";
    button.dataset.do = "unscope";
    button.dataset.keep = scope.filter((other) => other.id !== id).map((other) => other.id).join(",");
    list.append(element("li", button));
  }
  part(turn, ".scoped").replaceChildren(list);
}

async function complete(turn, given, cards) {
  linked(turn, given.answer, new Set(given.citations.map((one) => one.marker)));
  if (given.question.trim() !== part(turn, "[data-is=question]").textContent.trim()) {
    part(turn, "[data-is=searched]").textContent = given.question;
    part(turn, ".searched").hidden = false;
  }
  const nodes = await cards;
  enliven(nodes);
  part(turn, ".sources").append(nodes);
  scopeOf(turn, given.scope ?? []);
  turn.dataset.alone = given.question;
  offer(turn, given);
  part(turn, ".doings").hidden = false;
}

// a greeting: a question has related passages at least
function outcome(given) {
  return given.status === "not_found" && given.citations.length === 0 ? "unasked" : given.status;
}

function keep(question, given) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  try {
    sessionStorage.setItem(KEPT, JSON.stringify([...kept, { question, given }]));
  } catch {
    // full or forbidden: going back then shows an empty chat
  }
}

// `again`: {before, keep}: the turn of this question, and the documents that it is asked of, "" for all
async function ask(question, again) {
  const before = again ? said().slice(0, again.before) : said();
  const messages = before.flatMap(({ question, answer }) => [
    { role: "user", content: question },
    { role: "assistant", content: answer },
  ]);
  messages.push({ role: "user", content: question });
  const body = { messages, stream: true };
  if (again) Object.assign(body, { everywhere: true, filter: again.keep ? { document: again.keep.split(",") } : null });
  const turn = begin(question);
  part(turn, ".asked").scrollIntoView({ block: "start" });
  news.textContent = "Searching the documents…";
  running = new AbortController();
  stop.hidden = false;
  send.hidden = true;
  try {
    await answer(turn, question, body, running.signal);
  } catch (error) {
    failed(turn, question, again, error);
  } finally {
    running = null;
    stop.hidden = true;
    send.hidden = false;
    box.focus({ preventScroll: true });
  }
}

// says what went wrong in plain words, keeps the question, and offers what helps
function failed(turn, question, again, error) {
  const stopped = error.name === "AbortError";
  const words = stopped ? "" : error instanceof TypeError ? "The service cannot be reached. Is it running?" : error.message;
  state(turn, "failed", stopped ? "Stopped" : "No answer");
  part(turn, ".answer").textContent = words;
  news.textContent = stopped ? "Stopped." : `No answer: ${words}`;
  if (!box.value) box.value = question;
  const retry = element("button", "Try again");
  retry.type = "button";
  retry.addEventListener("click", () => {
    box.value = "";
    turn.remove();
    ask(question, again);
  });
  const help = [retry];
  if (error.status === 401) {
    const link = element("a", "Sign in");
    link.href = `/sign-in?${new URLSearchParams({ next: `/?${new URLSearchParams({ q: question })}` })}`;
    help.push(link);
  }
  part(turn, ".mend").replaceChildren(...help);
  part(turn, ".mend").hidden = false;
}

// what a refusal says, with the time to wait where it gives one
async function refusal(response) {
  const told = await response.json().catch(() => ({}));
  const wait = response.headers.get("retry-after");
  const words = [told.detail ?? "The service did not answer.", ...(wait ? [`Try again in ${wait} seconds.`] : [])];
  return Object.assign(new Error(words.join(" ")), { status: response.status });
}

async function answer(turn, question, body, signal) {
  const response = await fetch("/chat", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
  if (!response.ok) throw await refusal(response);
  const given = { citations: [], answer: "" };
  let cards = null;
  for await (const { name, data } of events(response)) {
    if (name === "status") given.status = data.status;
    if (name === "citation") given.citations.push(data);
    if (name === "text") {
      if (!given.answer) state(turn, outcome(given), SAYS[outcome(given)]);
      cards ??= cardsOf(turn, given.citations, given.status === "not_found", signal);
      given.answer += data.text;
      part(turn, ".answer").append(data.text);
    }
    if (name === "done") Object.assign(given, data);
  }
  if (!given.question) throw new Error("the answer was cut off");
  await complete(turn, given, cards);
  remember(question, given.answer);
  keep(question, given);
  history.replaceState(null, "", addressOf(turn));
  const count = given.citations.length;
  const says = SAYS[outcome(given)] && `${SAYS[outcome(given)]}. `;
  news.textContent = `${says}${given.answer} ${count} ${count === 1 ? "citation" : "citations"}.`;
}

// where the last answer is found by itself
function addressOf(turn) {
  return `/?${new URLSearchParams({ q: turn.dataset.alone })}`;
}

// the conversation that was left here, in place of its last turn alone
async function restore(kept) {
  turns.replaceChildren();
  for (const input of form.querySelectorAll("input[name=asked], input[name=answered]")) input.remove();
  for (const { question, given } of kept) {
    const turn = begin(question);
    state(turn, outcome(given), SAYS[outcome(given)]);
    part(turn, ".answer").textContent = given.answer;
    remember(question, given.answer);
    await complete(turn, given, cardsOf(turn, given.citations, given.status === "not_found"));
  }
  scrollTo(0, Number(sessionStorage.getItem(PLACE) ?? 0));
}

function inWords(turn) {
  const sources = [...turn.querySelectorAll(".card")].map(
    (card) => `[${card.querySelector(".number").textContent}] ${card.querySelector(".copy pre")?.textContent ?? ""}`,
  );
  return [part(turn, "[data-is=question]").textContent, part(turn, ".answer").textContent, ...sources].join("\n\n");
}

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
afresh.addEventListener("click", () => sessionStorage.removeItem(KEPT));
turns.addEventListener("click", (event) => {
  const turn = event.target.closest(".turn");
  const deed = event.target.closest("[data-do]")?.dataset.do;
  if (deed === "copy") copy(inWords(turn), event.target);
  if (deed === "link") copy(new URL(addressOf(turn), location).href, event.target);
  if (deed === "unscope" && !running) {
    event.preventDefault();
    const { keep } = event.target.closest("[data-do]").dataset;
    const before = [...turns.querySelectorAll("[data-alone]")].indexOf(turn);
    ask(part(turn, "[data-is=question]").textContent, { before, keep });
  }
  const marker = event.target.closest("a.marker");
  if (marker) document.querySelector(marker.hash)?.closest("details")?.setAttribute("open", "");
  if (deed === "print") print();
});
addEventListener("pagehide", () => sessionStorage.setItem(PLACE, turns.children.length ? scrollY : 0));
for (const doings of turns.querySelectorAll(".doings")) doings.hidden = false;
const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
const here = new URLSearchParams(location.search).get("q");
if (kept.length && (here ? kept.at(-1).given.question === here : !turns.children.length)) restore(kept);
else sessionStorage.removeItem(KEPT);
