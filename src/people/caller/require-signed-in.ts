/** Restricts an operation to people with a session. */
import type { Caller } from "../../access/caller.js";
import { Failure, FORBIDDEN, UNAUTHENTICATED } from "../../platform/errors/failure.js";

/**
 * The caller as a person with a session.
 *
 * @throws UNAUTHENTICATED for an anonymous caller, FORBIDDEN for an API key
 */
export function requireSignedIn(caller: Caller): Extract<Caller, { kind: "PERSON" }> {
  if (caller.kind === "ANONYMOUS") throw new Failure(UNAUTHENTICATED, {});
  if (caller.kind !== "PERSON") throw new Failure(FORBIDDEN, { permission: null });
  return caller;
}
