/**
 * The mass-removal brake. A wrong filter at a provider can deprovision a whole company. So a directory that would end the
 * access of too many of its users within an hour is paused, and an administrator decides. Each removal is a row. The rows
 * are counted under the organization's lock, so every replica gets the same number.
 */
import { SYSTEM } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { lockOrganization } from "../../../people/organization/organization.repository.js";
import type { User } from "../../../people/user/user.js";
import { Failure } from "../../../platform/errors/failure.js";
import { MASS_REMOVAL_STOPPED } from "../failures.js";
import type { ActingDirectory } from "../log/request.js";
import { findDirectory } from "../stored/directory.repository.js";
import type { Directory } from "../stored/directory.js";
import { pauseDirectory } from "./pause.changes.js";
import { countActiveUsers, countRemovals, insertRemoval } from "./removal.repository.js";

const HOUR_MILLISECONDS = 60 * 60 * 1000;
/** Fewer removals than this never pause a directory, so that a small company can remove its people. @internal */
export const FEWEST_REMOVALS = 10;
/** A fifth of the users, 20 %, may be removed within an hour. */
const ONE_IN = 5;
/** A provider may ask again after this time. */
const RETRY_AFTER_SECONDS = 300;

/**
 * Ends the access of an account by `remove`, unless the brake stops it. Each removal by a directory calls this function. An
 * account that has no access already does not count.
 *
 * @throws MASS_REMOVAL_STOPPED; the caller's unit of work must fail with it
 */
export async function removeWithBrake(
  unit: UnitOfWork,
  { directory, trace }: ActingDirectory,
  user: User,
  remove: () => Promise<void>,
): Promise<void> {
  if (user.status !== "ACTIVE") {
    await remove();
    return;
  }
  await requireFewRemovals(unit, directory);
  await remove();
  const removal = { directoryId: directory.id, userId: user.id, arrivedAt: trace?.arrivedAt ?? null };
  const id = await insertRemoval(unit, removal);
  trace?.removalIds.push(id);
}

/** @throws MASS_REMOVAL_STOPPED if one more removal is too many */
async function requireFewRemovals(unit: UnitOfWork, directory: Directory): Promise<void> {
  const { id, removalsAllowedUntil } = directory;
  if (removalsAllowedUntil !== null && unit.now < removalsAllowedUntil) return;
  const before = await countRemovals(unit, id, countedSince(directory, unit.now));
  const removed = before + 1;
  if (removed < FEWEST_REMOVALS) return;
  // `active` is the number of users who were active when the count began: those who are still active, this user included,
  // and those who were removed. The result does not depend on users beyond `most`, so they are not counted.
  const most = ONE_IN * removed - before;
  const active = (await countActiveUsers(unit, id, most)) + before;
  if (removed * ONE_IN > active) throw new Failure(MASS_REMOVAL_STOPPED, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}

/**
 * The time from which removals count: an hour ago, the last release, or the end of the time in which any number was allowed.
 */
function countedSince({ releasedAt, removalsAllowedUntil }: Directory, now: Date): Date {
  const times = [now.getTime() - HOUR_MILLISECONDS, releasedAt?.getTime() ?? 0, removalsAllowedUntil?.getTime() ?? 0];
  return new Date(Math.max(...times));
}

/**
 * Pauses a directory after the brake has stopped one of its requests, whose unit of work was rolled back. Does nothing if the
 * directory is paused already, or was released since the request read it.
 */
export async function pauseAfterBrake(store: Store, acting: ActingDirectory): Promise<void> {
  const { id, organizationId, releasedAt } = acting.directory;
  await store.begin(SYSTEM, { kind: "SCIM", actor: id }, async (unit) => {
    const organization = await lockOrganization(unit, organizationId);
    const directory = await findDirectory(unit, organizationId, id);
    if (organization === null || directory?.state !== "ACTIVE") return;
    if (directory.releasedAt?.getTime() !== releasedAt?.getTime()) return;
    const removed = await countRemovals(unit, id, countedSince(directory, unit.now));
    await pauseDirectory(unit, organization, directory, { reason: "MASS_REMOVAL", removed });
  });
}
