/** Fills in the pages of the OpenID stand-in in place of a person. */
import type { Browser, Page } from "../../../../testing/browser.js";
import { STAND_IN_HEADER } from "./pages.js";

const MAXIMUM_PAGES = 5;

/** Whether a page comes from the stand-in. */
export function isAtOpenIdProvider(page: Page): boolean {
  return page.headers[STAND_IN_HEADER] === "openid";
}

/**
 * Opens `startUrl`, chooses the person with this `sub` if the stand-in asks, and returns the first page of a different site.
 * Like a real provider, the stand-in does not ask a browser that is signed in there. To sign in a different person, use a new
 * browser or `clearCookies`. Throws if the stand-in refuses the request.
 */
export async function signInAtOpenIdProvider(browser: Browser, startUrl: string, sub: string): Promise<Page> {
  let page = await browser.get(startUrl);
  for (let count = 0; isAtOpenIdProvider(page); count += 1) {
    const form = page.forms.findIndex(({ buttons }) =>
      buttons.some(({ name, value }) => name === "sub" && value === sub),
    );
    if (form < 0 || count >= MAXIMUM_PAGES) {
      throw new Error(`The stand-in cannot sign in ${sub}, ${page.url} (${page.status}): ${page.visibleText}`);
    }
    page = await browser.submitForm(form, { sub });
  }
  return page;
}

/** Opens the address of a sign-out, confirms it if the stand-in asks, and returns the next page. */
export async function signOutAtOpenIdProvider(browser: Browser, logoutUrl: string): Promise<Page> {
  let page = await browser.get(logoutUrl);
  // Without a session, the library's script would submit the same confirmation form.
  while (isAtOpenIdProvider(page) && page.forms.some(({ fields }) => "xsrf" in fields)) {
    page = await browser.submitForm("xsrf", { logout: "yes" });
  }
  return page;
}
