/** Decides whose results a caller sees, for lists, figures and exports. */
import { holds, requirePermission, type Caller } from "../../access/caller.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";

/** The people whose results may be read in an organization. */
export type ResultScope =
  | { readonly kind: "EVERYBODY" }
  /** Members of groups that the person manages, the person's direct reports, and the person. */
  | { readonly kind: "TEAM"; readonly userId: string }
  | { readonly kind: "SELF"; readonly userId: string };

/**
 * Whose results a caller sees in an organization. A person without permissions sees only their own results. An API key has
 * no team and needs TRAINING_READ.
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
