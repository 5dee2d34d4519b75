/** Pauses and releases a directory in the caller's unit of work, with event, audit entry and mail. */
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { recordAudit } from "../../../audit/record-audit.js";
import { mailAdministrators } from "../../../connection/watch/mail-administrators.js";
import { appendEvent } from "../../../events/append-event.js";
import type { Organization } from "../../../people/organization/organization.js";
import { writeMail } from "../../../platform/mail/template.js";
import type { Directory, PauseReason } from "../stored/directory.js";
import { updateDirectoryRow } from "../stored/directory.repository.js";
import { DIRECTORY_PAUSED_EVENT, DIRECTORY_RELEASED_EVENT, directorySnapshot } from "./brake.events.js";
import { DIRECTORY_PAUSED_NOTICE } from "./templates.js";

/** How long any number of removals is allowed after a release that allows them. */
const LET_THROUGH_MILLISECONDS = 60 * 60 * 1000;

/** Why a directory is paused. */
interface Pause {
  readonly reason: PauseReason;
  /** How many users lost their access in the last hour. */
  readonly removed: number;
}

/** Pauses a directory. The administrators get a mail if the brake paused it. */
export async function pauseDirectory(
  unit: UnitOfWork,
  organization: Organization,
  before: Directory,
  { reason, removed }: Pause,
): Promise<Directory> {
  const after: Directory = {
    ...before,
    state: "PAUSED",
    pauseReason: reason,
    removalsAllowedUntil: null,
    version: before.version + 1,
    updatedAt: unit.now,
  };
  await updateDirectoryRow(unit, after);
  await appendEvent(unit, {
    organizationId: before.organizationId,
    type: DIRECTORY_PAUSED_EVENT,
    subject: { id: after.id, version: after.version },
    data: { directory: directorySnapshot(after), changed: null, paused: { reason, removedUsers: removed } },
  });
  await recordAudit(unit, {
    organizationId: before.organizationId,
    action: "directory.paused",
    subject: { type: "directory", id: before.id },
    before: { state: before.state },
    after: { state: after.state, pauseReason: reason },
  });
  if (reason === "MASS_REMOVAL")
    await mailAdministrators(
      unit,
      organization,
      writeMail(DIRECTORY_PAUSED_NOTICE, { organization, directory: after, removed }),
    );
  return after;
}

/** Releases a paused directory. */
export async function releaseDirectory(
  unit: UnitOfWork,
  before: Directory,
  { allowRemovals }: { readonly allowRemovals: boolean },
): Promise<Directory> {
  const after: Directory = {
    ...before,
    state: "ACTIVE",
    pauseReason: null,
    releasedAt: unit.now,
    removalsAllowedUntil: allowRemovals ? new Date(unit.now.getTime() + LET_THROUGH_MILLISECONDS) : null,
    version: before.version + 1,
    updatedAt: unit.now,
  };
  await updateDirectoryRow(unit, after);
  await appendEvent(unit, {
    organizationId: before.organizationId,
    type: DIRECTORY_RELEASED_EVENT,
    subject: { id: after.id, version: after.version },
    data: {
      directory: directorySnapshot(after),
      changed: null,
      released: { removalsAllowedUntil: after.removalsAllowedUntil?.toISOString() ?? null },
    },
  });
  await recordAudit(unit, {
    organizationId: before.organizationId,
    action: "directory.released",
    subject: { type: "directory", id: before.id },
    before: { state: before.state, pauseReason: before.pauseReason },
    after: { state: after.state, removalsAllowedUntil: after.removalsAllowedUntil },
  });
  return after;
}
