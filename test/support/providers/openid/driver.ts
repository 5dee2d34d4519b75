/** Goes through the pages of the OpenID stand-in, as a person would. */
import type { Browser, Page } from "../../../../testing/browser.js";
import { STAND_IN_HEADER } from "./pages.js";

const MAXIMUM_PAGES = 5;

/** True while a page comes from the stand-in. */
export function isAtOpenIdProvider(page: Page): boolean {
  return page.headers[STAND_IN_HEADER] === "openid";
}

/**
 * Opens `startUrl`, chooses the person with this `sub` where the stand-in asks, and answers the first page that is not
 * the stand-in's. A browser that signed in there before is recognized and not asked again, as with real providers: use
 * a new browser, or `clearCookies`, to be somebody else. Throws when the stand-in refuses the request.
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

/** Opens the address of a sign-out, confirms it where the stand-in asks, and answers the page that follows. */
export async function signOutAtOpenIdProvider(browser: Browser, logoutUrl: string): Promise<Page> {
  let page = await browser.get(logoutUrl);
  // Without a session of its own, the library posts the confirmation by a script; the form is the same.
  while (isAtOpenIdProvider(page) && page.forms.some(({ fields }) => "xsrf" in fields)) {
    page = await browser.submitForm("xsrf", { logout: "yes" });
  }
  return page;
}
