/** Refuses a sign-in whose session would have ended before it began. */
import type { NormalizedProfile } from "../connection/contract/index.js";
import { Failure } from "../platform/errors/failure.js";
import { PROVIDER_SESSION_ENDED } from "./failures.js";

/**
 * Requires that the end of the session that the provider set is in the future. There is no tolerance for clocks: a session that
 * ends at once would lead to the next sign-in, without end.
 *
 * @throws PROVIDER_SESSION_ENDED
 */
export function requireSessionAhead({ authentication }: NormalizedProfile, now: Date): void {
  const end = authentication?.sessionEndsAt ?? null;
  if (end !== null && Date.parse(end) <= now.getTime())
    throw new Failure(PROVIDER_SESSION_ENDED, { detail: `The session ended at ${end}.` });
}
