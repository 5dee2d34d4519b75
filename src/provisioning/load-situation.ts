/** Loads what a decision depends on, in the unit of work that will carry it out. */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { findIdentitiesByEmail, findIdentity } from "../connection/identity/identity.repository.js";
import type { Connection } from "../connection/stored/connection.js";
import type { Organization } from "../people/organization/organization.js";
import { findPreparedUsersByEmail, findUser } from "../people/user/user.repository.js";
import { foldCase } from "../platform/text.js";
import type { Arrival } from "./arrival.js";
import type { Situation } from "./decide.js";

/** The organization must be locked already, so that two arrivals of one person follow each other. */
export async function loadSituation(
  unit: UnitOfWork,
  arrival: Arrival,
  organization: Organization,
  connection: Connection,
): Promise<Situation> {
  const { connectionId, profile } = arrival;
  const common = {
    arrival,
    organization,
    connection: { active: connection.state === "ACTIVE", policies: connection.policies },
  };
  const identity = await findIdentity(unit, connectionId, profile.issuer, profile.subject);
  const user = identity && (await findUser(unit, null, identity.userId));
  if (identity && user)
    return { ...common, known: { identityId: identity.id, user }, prepared: [], addressOfAnotherSubject: false };
  if (profile.email === null) return { ...common, known: null, prepared: [], addressOfAnotherSubject: false };
  return {
    ...common,
    known: null,
    prepared: await findPreparedUsersByEmail(unit, arrival.organizationId, profile.email),
    addressOfAnotherSubject: (await findIdentitiesByEmail(unit, connectionId, foldCase(profile.email))).length > 0,
  };
}
