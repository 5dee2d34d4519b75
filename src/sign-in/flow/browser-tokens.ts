/**
 * Binds a browser to the sign-ins that it began: one token for each, all of them in one cookie. A sign-in never takes a
 * token that the browser brought along. Somebody may have planted that one, and would then share the sign-in that it binds.
 * A person whose browser keeps several tabs has several sign-ins under way, so the cookie keeps the tokens of those.
 *
 * No cookie tells who has set it: a planted token whose own sign-in a stranger began is believed. Over https the cookie's
 * name begins with `__Host-`, and no other host can set it.
 */
import { issueToken, sha256Hex } from "../../platform/crypto/tokens.js";
import { Failure } from "../../platform/errors/failure.js";
import type { SignInServices } from "../services.js";
import { SIGN_IN_OTHER_BROWSER } from "../failures.js";
import { findBrowserHashes } from "./flow.repository.js";

const SEPARATOR = ".";
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
/** Sign-ins that one browser has under way at once; the one that was begun first goes first. */
const MOST_TOKENS = 8;

/** The token of a sign-in that begins, and the cookie's new value. */
export interface IssuedBrowserToken {
  readonly token: string;
  readonly cookie: string;
}

/** Makes the token of a sign-in that begins, and keeps those of the browser's other sign-ins that are under way. */
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

/** @throws SIGN_IN_OTHER_BROWSER unless the cookie has the token of this sign-in */
export function requireBrowser(cookie: string | null, browserHash: string): void {
  if (cookie === null) throw new Failure(SIGN_IN_OTHER_BROWSER, { detail: "The browser sent no flow cookie." });
  if (!cookie.split(SEPARATOR).some((token) => sha256Hex(token) === browserHash))
    throw new Failure(SIGN_IN_OTHER_BROWSER, { detail: "The browser sent another flow cookie." });
}
