/**
 * Locks an account after wrong passwords, and unlocks it. A lock stops sign-ins by password only: a provider, a one-time link
 * of the operator and a link that sets a new password still work. A lock ends by itself, so that a stranger who keeps
 * guessing cannot keep the person out for good.
 */
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { recordAudit } from "../../audit/record-audit.js";
import { appendEvent } from "../../events/append-event.js";
import { describeAccount, type Home } from "../user/user.changes.js";
import { USER_LOCKED, USER_UNLOCKED } from "../user/user.events.js";
import type { User } from "../user/user.js";
import { writeFailures, type Credential } from "./credential.repository.js";

/** Wrong passwords in a row that lock an account (NIST SP 800-63B-4, section 3.2.2, allows at most 100). */
export const WRONG_PASSWORDS_TO_LOCK = 10;
/** How long a lock lasts. */
export const LOCK_SECONDS = 15 * 60;

/**
 * Counts a wrong password. The caller has locked the organization and knows that the account is not locked.
 *
 * @returns when the lock ends that this password began; `null` if it began none
 */
export async function noteWrongPassword(
  unit: UnitOfWork,
  home: Home,
  user: User,
  credential: Credential,
): Promise<Date | null> {
  const failedAttempts = credential.failedAttempts + 1;
  if (failedAttempts < WRONG_PASSWORDS_TO_LOCK) {
    await writeFailures(unit, user.id, { failedAttempts, lockedUntil: null });
    return null;
  }
  const lockedUntil = new Date(unit.now.getTime() + LOCK_SECONDS * 1000);
  await writeFailures(unit, user.id, { failedAttempts: 0, lockedUntil });
  await tell(unit, home, user, USER_LOCKED, lockedUntil);
  return lockedUntil;
}

/** Ends the lock of an account, and forgets its wrong passwords. Returns whether it was locked. */
export async function endLock(unit: UnitOfWork, home: Home, user: User, credential: Credential): Promise<boolean> {
  const { lockedUntil } = credential;
  await writeFailures(unit, user.id, { failedAttempts: 0, lockedUntil: null });
  if (lockedUntil === null || lockedUntil <= unit.now) return false;
  await tell(unit, home, user, USER_UNLOCKED, lockedUntil);
  return true;
}

/** Whether an account is locked at a time. */
export function isLocked({ lockedUntil }: Credential, now: Date): boolean {
  return lockedUntil !== null && lockedUntil > now;
}

async function tell(
  unit: UnitOfWork,
  home: Home,
  user: User,
  type: typeof USER_LOCKED | typeof USER_UNLOCKED,
  lockedUntil: Date,
): Promise<void> {
  await appendEvent(unit, {
    organizationId: home.id,
    type,
    subject: { id: user.id, version: user.version },
    data: {
      user: (await describeAccount(unit, home, user)).snapshot,
      changed: null,
      lockedUntil: lockedUntil.toISOString(),
    },
  });
  await recordAudit(unit, {
    organizationId: home.id,
    action: type.type,
    subject: { type: "user", id: user.id },
    after: { lockedUntil },
  });
}
