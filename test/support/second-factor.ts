/** What a person does on the pages of second factors, in a browser without script. */
import { generateSync } from "otplib";
import type { Browser, Page } from "../../testing/browser.js";
import type { PasskeyDevice } from "./passkey-device.js";

/** The index of the form of a page that contains a text. */
export function formWith(page: Page, text: string): number {
  const forms = page.text.match(/<form[\s\S]*?<\/form>/g) ?? [];
  const index = forms.findIndex((form) => form.includes(text));
  if (index === -1) throw new Error(`No form has ${text}: ${page.text}`);
  return index;
}

/** The secret of the authenticator app that the page of factors offers. */
export function readAppSecret(page: Page): string {
  return /Secret: <code[^>]*>([^<]+)</.exec(page.text)![1]!.replaceAll(" ", "");
}

/** The code that the app shows at a time. */
export function codeAt(secret: string, now: Date): string {
  return generateSync({ secret, epoch: now.getTime() / 1000 });
}

/** Adds an authenticator app on the page of factors. Returns the page that follows. */
export async function addApp(browser: Browser, page: Page, now: Date): Promise<Page> {
  return await browser.submitForm(formWith(page, 'value="app"'), { code: codeAt(readAppSecret(page), now) });
}

/** Adds the app that a sign-in waits for, and goes on to the session. */
export async function addAppAndGoOn(browser: Browser, page: Page, now: Date): Promise<Page> {
  const added = await addApp(browser, page, now);
  return await browser.submitForm(formWith(added, 'value="finish"'), {}, { follow: false });
}

/** What the page tells the browser about passkeys, as JSON. */
export function passkeyOptionsOf(page: Page): string {
  return /data-options="([^"]*)"/.exec(page.text)![1]!.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
}

/** Adds the passkey that a sign-in waits for, and goes on to the session. Returns the page that follows. */
export async function addPasskeyAndGoOn(browser: Browser, page: Page, device: PasskeyDevice): Promise<Page> {
  const passkey = device.make(passkeyOptionsOf(page), new URL(page.url).origin);
  const added = await browser.submitForm(formWith(page, 'value="passkey"'), { passkey });
  return await browser.submitForm(formWith(added, 'value="finish"'), {});
}

/** Shows the passkey that a sign-in waits for. Returns the page that follows. */
export async function showPasskey(browser: Browser, page: Page, device: PasskeyDevice): Promise<Page> {
  const passkey = device.use(passkeyOptionsOf(page), new URL(page.url).origin);
  return await browser.submitForm(formWith(page, 'name="passkey"'), { passkey });
}
