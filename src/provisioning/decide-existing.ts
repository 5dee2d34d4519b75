/** Decides about a person whose account exists: their own, one prepared for them, or one to merge with. Pure. */
import { decideSeat } from "../people/seat/seat.js";
import type { FieldValues } from "../people/user/profile/field.js";
import type { User } from "../people/user/user.js";
import { foldCase } from "../platform/text.js";
import { completePrepared, withFullName } from "./complete-fields.js";
import type { AccountDecision, KnownIdentity } from "./decide-account.js";
import { decideAccess } from "./decide-access.js";
import { SEATS_FULL } from "./failures.js";
import { supplyFields } from "./mappings/supply-fields.js";
import { refuse } from "./refusal.js";
import { refuseByStatus } from "./refuse-by-status.js";
import {
  describeSeats,
  NO_ACCESS,
  type CurrentAccess,
  type Decision,
  type Grant,
  type Situation,
} from "./situation.js";
import type { VerifiedPerson } from "./verified-person.js";

type ExistingAccount = Extract<AccountDecision, { kind: "known" | "match" | "merge" }>;

/** Decides about an account that exists. */
export function decideExisting(situation: Situation, account: ExistingAccount): Decision {
  const user = userOf(account);
  const refused = refuseByStatus(user);
  if (refused !== null) return refused;
  const current = situation.currentAccess.get(user.id) ?? NO_ACCESS;
  const merged = current.merged || account.kind === "merge";
  const access = decideAccess(situation, { ...current, merged }, user);
  if (access.kind === "refuse") return access;
  const acceptsInvitation = user.status === "INVITED";
  const { organization, seats } = situation;
  const seat = current.hasSeat ? "HELD" : decideSeat({ ...organization.policies, ...seats });
  // Under TRAINING_START a full plan refuses new accounts only, and this account exists.
  if (acceptsInvitation && seat === "REFUSE" && organization.policies.seatModel === "ACTIVE_USER")
    return refuse(SEATS_FULL, describeSeats(seats), user);
  return change(situation, account, {
    fields: decideFields(situation, account, current),
    roles: access.roles,
    groups: access.groups,
    acceptsInvitation,
    takesSeat: seat === "TAKE",
  });
}

function userOf(account: ExistingAccount): User {
  switch (account.kind) {
    case "known":
      return account.identity.user;
    case "match":
      return account.user;
    case "merge":
      return account.candidate.user;
  }
}

function change({ person }: Situation, account: ExistingAccount, grant: Grant): Decision {
  switch (account.kind) {
    case "known": {
      const { identity, ended } = account;
      const { identityId, user } = identity;
      return { kind: "update", identityId, ...addressAfter(identity, person), user, ended, ...grant };
    }
    case "match":
      return { kind: "link", user: account.user, awaited: account.awaited, ...grant };
    case "merge":
      return { kind: "merge", candidate: account.candidate, ended: account.ended, ...grant };
  }
}

/** If the provider sends no address this time, the link keeps the previous one. */
function addressAfter(
  { emailKey, emailVerified }: KnownIdentity,
  { profile }: VerifiedPerson,
): Pick<KnownIdentity, "emailKey" | "emailVerified"> {
  return profile.email === null
    ? { emailKey, emailVerified }
    : { emailKey: foldCase(profile.email), emailVerified: profile.emailVerified };
}

function decideFields(
  { person, connection }: Situation,
  account: ExistingAccount,
  { filled }: CurrentAccess,
): FieldValues {
  const { profileUpdate, missingName } = connection.policies;
  const user = userOf(account);
  const supplied = supplyFields(person.profile, connection.mappings.attributes);
  const updates = profileUpdate === "FIRST_VALUE" ? withoutPresent(supplied, filled) : withFullName(supplied, user);
  // The first sign-in completes an account that was prepared for the person.
  return account.kind === "match" && missingName === "USE_EMAIL"
    ? completePrepared(updates, supplied, { email: user.email, filled })
    : updates;
}

/** Under `FIRST_VALUE` a provider fills only empty fields. */
function withoutPresent(supplied: FieldValues, filled: CurrentAccess["filled"]): FieldValues {
  return Object.fromEntries(Object.entries(supplied).filter(([field]) => !filled.has(field)));
}
