/** Decides about a person who gets a new account. Pure. */
import { decideSeat } from "../people/seat/seat.js";
import { completeNew } from "./complete-fields.js";
import type { EndedMerge } from "./decide-account.js";
import { decideAccess } from "./decide-access.js";
import * as failures from "./failures.js";
import { supplyFields } from "./mappings/supply-fields.js";
import { refuse, type Refusal } from "./refusal.js";
import { describeSeats, NO_ACCESS, type Decision, type Situation } from "./situation.js";

/**
 * Decides about a new account.
 *
 * @param ended the merge that ends with this sign-in
 */
export function decideNew(situation: Situation, ended: EndedMerge | null): Decision {
  const { person, organization, connection, seats } = situation;
  const { policies, mappings } = connection;
  if (!policies.jitProvisioning)
    return refuse(
      failures.NO_MATCHING_ACCOUNT,
      `Subject ${person.profile.subject}, address ${person.profile.email ?? "not sent"}.`,
    );
  const supplied = supplyFields(person.profile, mappings.attributes);
  const fields = completeNew(supplied, policies.missingName, person.profile);
  if ("kind" in fields) return fields as Refusal;
  const access = decideAccess(situation, NO_ACCESS, null);
  if (access.kind === "refuse") return access;
  const status = policies.jitActivation;
  const seat = decideSeat({ ...organization.policies, ...seats });
  if (seat === "REFUSE") return refuse(failures.SEATS_FULL, describeSeats(seats));
  return {
    kind: "create",
    status,
    ended,
    fields,
    roles: access.roles,
    groups: access.groups,
    acceptsInvitation: false,
    takesSeat: status === "ACTIVE" && seat === "TAKE",
  };
}
