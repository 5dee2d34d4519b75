/**
 * Binds a browser to the sign-ins that it began, with one token for each sign-in. One cookie holds the tokens, because
 * a person can have sign-ins under way in several tabs. A new sign-in never reuses a token of the cookie: an attacker
 * who planted such a token would share the new sign-in.
 *
 * A cookie does not show who set it. Usher therefore accepts a planted token of a sign-in that the attacker began. Over
 * https the cookie's name begins with `__Host-`, so no other host can set it.
 */
import { issueToken, sha256Hex } from "../../platform/crypto/tokens.js";
import { Failure } from "../../platform/errors/failure.js";
import type { SignInServices } from "../services.js";
import { SIGN_IN_OTHER_BROWSER } from "../failures.js";
import { findBrowserHashes } from "./flow.repository.js";

const SEPARATOR = ".";
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** The most sign-ins that one browser can have under way. A further one drops the oldest. */
const MOST_TOKENS = 8;

/** The token of a new sign-in, and the cookie's new value. */
export interface IssuedBrowserToken {
  readonly token: string;
  readonly cookie: string;
}

/** Makes the token of a new sign-in, and keeps the tokens of the browser's other sign-ins under way. */
export async function issueBrowserToken(
  { store, clock }: Pick<SignInServices, "store" | "clock">,
  cookie: string | null,
): Promise<IssuedBrowserToken> {
  const brought = (cookie?.split(SEPARATOR) ?? []).filter((token) => TOKEN.test(token));
  const known = await findBrowserHashes(store.reader, brought.map(sha256Hex), clock());
  const kept = brought.filter((token) => known.has(sha256Hex(token))).slice(0, MOST_TOKENS - 1);
  const { token } = issueToken("");
  return { token, cookie: [token, ...kept].join(SEPARATOR) };
}

/** @throws SIGN_IN_OTHER_BROWSER if the cookie lacks the token of this sign-in */
export function requireBrowser(cookie: string | null, browserHash: string): void {
  if (cookie === null) throw new Failure(SIGN_IN_OTHER_BROWSER, { detail: "The browser sent no flow cookie." });
  if (!cookie.split(SEPARATOR).some((token) => sha256Hex(token) === browserHash))
    throw new Failure(SIGN_IN_OTHER_BROWSER, { detail: "The browser's flow cookie lacks the token of this sign-in." });
}
