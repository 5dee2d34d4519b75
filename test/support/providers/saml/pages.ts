/** The stand-in's pages: one button for each person, and the form with the response. A script or a button submits the form. */
import type { Person, PostedAnswer } from "./response.js";

export function writeLoginPage(brand: string, requestId: string, people: readonly Person[]): string {
  const buttons = people.map(
    (person) =>
      `<p><button type="submit" name="person" value="${escapeHtml(person.id)}">${escapeHtml(`${person.firstName} ${person.lastName} (${person.email})`)}</button></p>`,
  );
  return page(
    brand,
    `<p>Who are you?</p><form method="post" action="/sign-in"><input type="hidden" name="request" value="${escapeHtml(requestId)}">${buttons.join("")}</form>`,
  );
}

export function writePostPage({ acsUrl, fields }: PostedAnswer): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`,
  );
  return page(
    "Signed in",
    `<form method="post" action="${escapeHtml(acsUrl)}">${inputs.join("")}<button type="submit">Continue</button></form><script>document.forms[0].submit()</script>`,
  );
}

export function writeErrorPage(message: string): string {
  return page("Not possible", `<p>${escapeHtml(message)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title></head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
