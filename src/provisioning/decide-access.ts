/** Decides which roles and groups a person has after the sign-in, or refuses the person because of them. Pure. */
import type { User } from "../people/user/user.js";
import * as failures from "./failures.js";
import { decideGroups } from "./mappings/decide-groups.js";
import { decideRoles } from "./mappings/decide-roles.js";
import type { Evaluated, EvaluatedMappings } from "./mappings/evaluate-rule.js";
import type { Said } from "./directory/rules/claims.js";
import { evaluateSaid, startSharedWork } from "./directory/rules/evaluate-said.js";
import { refuse, type Refusal } from "./refusal.js";
import type { CurrentAccess, Grant, Situation } from "./situation.js";

type Access = { readonly kind: "access" } & Pick<Grant, "roles" | "groups">;

/**
 * Decides roles and groups.
 *
 * @param user the account that the person signs in to; `null` for a new one
 */
export function decideAccess(situation: Situation, current: CurrentAccess, user: User | null): Access | Refusal {
  const { organization, connection } = situation;
  const { policies } = connection;
  const mappings = addSaid(connection.mappings, current.said);
  const { roleAssignment, manualRoleWins } = organization.policies;
  const roles = decideRoles({
    mappings: mappings.roles,
    ...situation.roles,
    held: current.roles,
    policies: { ...policies, roleAssignment, manualRoleWins },
  });
  if (roles.kind === "refuse-unmapped")
    return refuse(failures.NO_ROLE, "No role mapping of the connection matches what the provider sent.", user);
  if (roles.kind === "refuse-too-costly") return refuse(failures.MAPPINGS_TOO_COSTLY, null, user);
  if (roles.kind === "refuse-unknown-groups") return refuse(failures.GROUPS_UNKNOWN, roles.reason, user);
  const groups = decideGroups({
    mappings: mappings.groups,
    held: current.memberships,
    merged: current.merged,
    policies,
  });
  if (groups.kind === "refuse-too-costly") return refuse(failures.MAPPINGS_TOO_COSTLY, null, user);
  if (groups.kind === "refuse-unknown-groups") return refuse(failures.GROUPS_UNKNOWN, groups.reason, user);
  return { kind: "access", roles, groups };
}

/**
 * Makes each rule match that matches what a directory of the connection says of the person. So a sign-in without groups does
 * not take away what the directory gave.
 */
export function addSaid(mappings: EvaluatedMappings, said: Said | null): EvaluatedMappings {
  if (said === null) return mappings;
  const { roles, groups } = evaluateSaid(mappings, said, startSharedWork());
  const add = <Rule extends Evaluated>(rules: readonly Rule[], others: readonly Evaluated[]) =>
    rules.map((rule, place) => {
      const outcome = others[place]?.outcome;
      return rule.outcome.kind !== "matched" && outcome?.kind === "matched" ? { ...rule, outcome } : rule;
    });
  return { ...mappings, roles: add(mappings.roles, roles), groups: add(mappings.groups, groups) };
}
