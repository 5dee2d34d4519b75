/** Carries out a decision about an arrival. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { insertIdentity, noteIdentitySignIn, type NewIdentity } from "../connection/identity/identity.repository.js";
import type { Organization } from "../people/organization/organization.js";
import { findRolesOf } from "../people/role/role.repository.js";
import type { FieldValues, GivenFields } from "../people/user/field.js";
import { changeAccount, createAccount } from "../people/user/user.changes.js";
import { noteSignIn } from "../people/user/user.repository.js";
import type { User } from "../people/user/user.js";
import { foldCase } from "../platform/text.js";
import type { Arrival } from "./arrival.js";
import type { Decision, Refusal } from "./decide.js";

/** Changes people and identities as decided, and answers the user who arrived. */
export async function apply(
  unit: UnitOfWork,
  arrival: Arrival,
  organization: Organization,
  decision: Exclude<Decision, Refusal>,
): Promise<User> {
  const user = await applyToPeople(unit, arrival, organization, decision);
  const { connectionId, profile } = arrival;
  const emailKey = profile.email === null ? null : foldCase(profile.email);
  if (decision.kind === "update") await noteIdentitySignIn(unit, decision.identityId, emailKey);
  else await link(unit, { connectionId, userId: user.id, issuer: profile.issuer, subject: profile.subject, emailKey });
  await noteSignIn(unit, user.id);
  return user;
}

/** The organization's lock keeps arrivals of one person apart; an identity that is taken all the same is a defect. */
async function link(unit: UnitOfWork, identity: NewIdentity): Promise<void> {
  if ((await insertIdentity(unit, identity)) === "TAKEN")
    throw new Error(`the identity of user ${identity.userId} was linked while the organization was locked`);
}

function giveFields({ connectionId }: Arrival, values: FieldValues): GivenFields {
  return { source: "SSO", sourceId: connectionId, values };
}

async function applyToPeople(
  unit: UnitOfWork,
  arrival: Arrival,
  organization: Organization,
  decision: Exclude<Decision, Refusal>,
): Promise<User> {
  switch (decision.kind) {
    case "create": {
      const roles = await findRolesOf(unit, organization.id);
      return await createAccount(unit, organization, {
        given: giveFields(arrival, decision.fields),
        authMethod: "SSO",
        status: "ACTIVE",
        roles: roles.filter((role) => role.key === organization.policies.defaultRole),
        roleSource: "DEFAULT",
      });
    }
    case "link":
    case "update":
      return (await changeAccount(unit, organization, decision.user, { given: giveFields(arrival, decision.fields) }))
        .user;
  }
}
