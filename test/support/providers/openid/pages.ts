/** The stand-in's pages: plain HTML without scripts, for people in the demonstration and for the test browser. */
import type { OpenIdPerson } from "./types.js";

/** The header by which the test browser recognizes the stand-in's pages. */
export const STAND_IN_HEADER = "x-stand-in-provider";

/** Makes text safe inside HTML and inside quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const STYLE =
  "body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:4rem auto;padding:0 1rem;color:#1d2733}" +
  "button,input{font:inherit;width:100%;box-sizing:border-box;padding:.6rem;margin:.25rem 0;border:1px solid #8795a6;border-radius:.4rem}" +
  "button{background:#eef3f9;text-align:left;cursor:pointer}small{color:#53606e;display:block}";

/** One page. `body` is HTML. */
export function renderPage(brand: string, title: string, body: string): string {
  const heading = escapeHtml(title);
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
    `<title>${heading} - ${escapeHtml(brand)}</title><style>${STYLE}</style></head>` +
    `<body><p>${escapeHtml(brand)}</p><h1>${heading}</h1>${body}</body></html>`
  );
}

/** The login page: one button for each person, and a field for a name. */
export function renderLoginPage(options: {
  readonly brand: string;
  readonly people: readonly OpenIdPerson[];
  readonly loginHint: string;
  readonly problem: string | null;
}): string {
  const buttons = options.people
    .map((person) => {
      const label = escapeHtml(String(person.name ?? person.email ?? person.sub));
      const detail = escapeHtml(String(person.email ?? person.preferred_username ?? person.sub));
      return `<button name="sub" value="${escapeHtml(person.sub)}">${label}<small>${detail}</small></button>`;
    })
    .join("");
  const problem = options.problem === null ? "" : `<p role="alert">${escapeHtml(options.problem)}</p>`;
  return renderPage(
    options.brand,
    "Sign in",
    `${problem}<form method="post" id="people">${buttons}</form>` +
      `<form method="post" id="typed"><label>E-mail address or user name` +
      `<input name="login" autocomplete="username" required value="${escapeHtml(options.loginHint)}"></label>` +
      `<button>Continue</button></form>`,
  );
}

/** The page that asks whether to sign out. `form` is the library's form with the id `op.logoutForm`. */
export function renderLogoutPage(brand: string, form: string): string {
  const buttons =
    `<button name="logout" value="yes">Sign out</button>` + `<button name="logout" value="">Stay signed in</button>`;
  return renderPage(brand, "Sign out", form.replace("</form>", `${buttons}</form>`));
}
