/** Whose results a caller sees. Decided here once, for lists, averages and files alike; applied where results are read. */
import { holds, requirePermission, type Caller } from "../../access/caller.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";

/** Whose results may be read in an organization. */
export type ResultScope =
  | { readonly kind: "EVERYBODY" }
  /** Of members of the groups that a person manages, of those who report to the person, and the person's own. */
  | { readonly kind: "TEAM"; readonly userId: string }
  /** The person's own. */
  | { readonly kind: "SELF"; readonly userId: string };

/**
 * Whose results a caller sees in an organization. A person without any permission sees the own ones; a key has no team.
 *
 * @throws UNAUTHENTICATED, NOT_FOUND (another organization) or FORBIDDEN
 */
export function scopeOfResults(caller: Caller, organizationId: string): ResultScope {
  if (caller.kind !== "PERSON") {
    requirePermission(caller, organizationId, "TRAINING_READ");
    return { kind: "EVERYBODY" };
  }
  if (caller.organizationId !== organizationId) throw new Failure(NOT_FOUND, { type: "organization" });
  if (holds(caller, organizationId, "TRAINING_READ")) return { kind: "EVERYBODY" };
  const { userId } = caller;
  return holds(caller, organizationId, "TEAM_TRAINING_READ") ? { kind: "TEAM", userId } : { kind: "SELF", userId };
}
