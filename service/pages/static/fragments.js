// HTML that the server made, as nodes. It is the only HTML this page takes, and this the only place where it does:
// the Content-Security-Policy forbids every other way from text to HTML.
const policy = globalThis.trustedTypes?.createPolicy("fragments", { createHTML: (html) => html });

export async function fragment(url, signal) {
  const response = await fetch(url, { signal, headers: { accept: "text/html" } });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  const html = await response.text();
  const parsed = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  const nodes = document.createDocumentFragment();
  nodes.append(...[...parsed.body.children].map((node) => document.importNode(node, true)));
  return nodes;
}
