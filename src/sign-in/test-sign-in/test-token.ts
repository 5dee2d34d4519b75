/**
 * The token in the address of a test sign-in. The token names a connection and a reference. It is sealed, so that only
 * Usher can make it. It is good for one test, because only one attempt can have a reference.
 */
import type { Connection } from "../../connection/stored/connection.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";
import { UnsealError } from "../../platform/crypto/key-ring.js";
import { Failure } from "../../platform/errors/failure.js";
import type { RefusalDetails } from "../../provisioning/failures.js";
import { TEST_SIGN_IN_OVER } from "../failures.js";

/** How long after the token is made the test can be begun. */
export const TEST_SIGN_IN_LIFETIME_SECONDS = 60 * 60;

/** The contents of a token. */
export interface TestSignIn {
  readonly connectionId: string;
  /** The reference under which the attempt is recorded. */
  readonly reference: string;
  /** ISO 8601. */
  readonly expiresAt: string;
}

const CONTEXT = "test_sign_in";
const LONGEST_TOKEN = 1_000;

export function issueTestToken(keyRing: KeyRing, test: TestSignIn): string {
  return keyRing.seal(JSON.stringify(test), CONTEXT);
}

/**
 * Reads the test that a token names.
 *
 * @param token the value as received, of any type
 * @throws TEST_SIGN_IN_OVER for a token that Usher did not make, or that is expired or for a different connection
 */
export function readTestToken(keyRing: KeyRing, connection: Connection, token: unknown, now: Date): TestSignIn {
  const test = openAddressToken<TestSignIn>(keyRing, token, CONTEXT);
  if (test === null) throw over("The address holds a token that this installation did not make.");
  if (test.connectionId !== connection.id) throw over("The test was begun for a different connection.");
  if (new Date(test.expiresAt) <= now) throw over(`The test could be begun until ${test.expiresAt}.`);
  return test;
}

/** The contents of a token that Usher sealed for an address; `null` for every other value. */
export function openAddressToken<Contents>(keyRing: KeyRing, token: unknown, context: string): Contents | null {
  if (typeof token !== "string" || token.length > LONGEST_TOKEN) return null;
  try {
    return JSON.parse(keyRing.open(token, context)) as Contents;
  } catch (error) {
    if (error instanceof UnsealError) return null;
    throw error;
  }
}

export function over(detail: string): Failure<RefusalDetails> {
  return new Failure<RefusalDetails>(TEST_SIGN_IN_OVER, { detail });
}
