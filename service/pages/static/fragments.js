// HTML that the server made, as nodes. It is the only HTML this page takes, and this the only place where it does:
// the Content-Security-Policy forbids every other way from text to HTML.
const policy = globalThis.trustedTypes?.createPolicy("fragments", { createHTML: (html) => html });

export async function fragment(url, body, signal) {
  const headers = { accept: "text/html", "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const html = await response.text();
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  return document.importNode(parsed.body.firstElementChild, true);
}
