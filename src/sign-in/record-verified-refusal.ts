/**
 * Refuses a person whom a provider or Usher has verified, or who used a valid link. Records the event and the attempt.
 */
import type { UnitOfWork } from "../access/unit-of-work.js";
import { appendEvent } from "../events/append-event.js";
import type { Organization } from "../people/organization/organization.js";
import { describeAccount } from "../people/user/user.changes.js";
import { USER_SIGN_IN_FAILED } from "../people/user/user.events.js";
import type { Refusal } from "../provisioning/refusal.js";
import { recordAttempt, type Attempt } from "./attempt/attempt.js";

/** Appends `user.sign_in_failed` and the attempt, and returns the refusal. */
export async function recordVerifiedRefusal(
  unit: UnitOfWork,
  attempt: Attempt,
  organization: Organization,
  refusal: Refusal,
): Promise<Refusal> {
  const { code } = refusal.failure;
  const { user } = refusal;
  await appendEvent(unit, {
    organizationId: organization.id,
    type: USER_SIGN_IN_FAILED,
    subject: user === null ? { type: "attempt", id: attempt.id, version: 1 } : { id: user.id, version: user.version },
    data: {
      user: user === null ? null : (await describeAccount(unit, organization, user)).snapshot,
      changed: null,
      signIn: {
        connectionId: attempt.connectionId,
        reference: attempt.reference,
        code,
        email: attempt.profile?.email ?? null,
      },
    },
  });
  await recordAttempt(unit, attempt, { outcome: code, detail: refusal.detail, userId: user?.id ?? null });
  return refusal;
}
