/** Carries out a decision about an arrival. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { insertIdentity, noteIdentitySignIn } from "../connection/identity/identity.repository.js";
import type { Organization } from "../people/organization/organization.js";
import { findRolesOf } from "../people/role/role.repository.js";
import { changeAccount, createAccount } from "../people/user/user.changes.js";
import { noteSignIn } from "../people/user/user.repository.js";
import type { User } from "../people/user/user.js";
import type { Arrival } from "./arrival.js";
import type { Decision, Refusal } from "./decide.js";

/** Changes people and identities as decided, and answers the user who arrived. */
export async function apply(
  unit: UnitOfWork,
  arrival: Arrival,
  organization: Organization,
  decision: Exclude<Decision, Refusal>,
): Promise<User> {
  const user = await applyToPeople(unit, organization, decision);
  if (decision.kind === "update") await noteIdentitySignIn(unit, decision.identityId, arrival.profile.email);
  else await insertIdentity(unit, { ...arrival, ...identityOf(arrival), userId: user.id });
  await noteSignIn(unit, user.id);
  return user;
}

function identityOf({ profile }: Arrival) {
  return { issuer: profile.issuer, subject: profile.subject, email: profile.email };
}

async function applyToPeople(
  unit: UnitOfWork,
  organization: Organization,
  decision: Exclude<Decision, Refusal>,
): Promise<User> {
  switch (decision.kind) {
    case "create": {
      const roles = await findRolesOf(unit, organization.id);
      return await createAccount(unit, {
        organizationId: organization.id,
        fields: decision.fields,
        authMethod: "SSO",
        status: "ACTIVE",
        roles: roles.filter((role) => role.key === organization.policies.defaultRole),
        roleSource: "DEFAULT",
      });
    }
    case "link":
    case "update":
      return await changeAccount(unit, organization.id, decision.user, { fields: decision.fields });
  }
}
