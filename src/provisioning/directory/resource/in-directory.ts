/** Opens the unit of work of a directory's request. Locks the organization, and checks that the directory may act. */
import { SYSTEM } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { Organization } from "../../../people/organization/organization.js";
import { findOrganization, lockOrganization } from "../../../people/organization/organization.repository.js";
import type { Reader } from "../../../platform/database/database.js";
import { Failure, UNAUTHENTICATED } from "../../../platform/errors/failure.js";
import { pauseAfterBrake } from "../brake/removal-brake.js";
import { DIRECTORY_PAUSED, MASS_REMOVAL_STOPPED, SCIM_NOT_IN_PLAN } from "../failures.js";
import { SUCCEEDED, type ActingDirectory, type RequestingDirectory, type RequestTrace } from "../log/request.js";
import { insertRequests } from "../log/request.repository.js";
import { findDirectory } from "../stored/directory.repository.js";
import type { Directory } from "../stored/directory.js";

/** A provider may ask again after this time. */
const RETRY_AFTER_SECONDS = 300;

/**
 * Refuses a directory that is paused, or whose organization's plan does not include SCIM.
 *
 * @throws SCIM_NOT_IN_PLAN, DIRECTORY_PAUSED
 */
export async function requireActing(reader: Reader, directory: Directory): Promise<ActingDirectory> {
  const organization = await findOrganization(reader, null, directory.organizationId);
  return checkActing(directory, organization);
}

function checkActing(directory: Directory | null, organization: Organization | null): ActingDirectory {
  // If the directory was deleted, its token was deleted too.
  if (directory === null || organization === null) throw new Failure(UNAUTHENTICATED, {});
  if (!organization.scimEntitled) throw new Failure(SCIM_NOT_IN_PLAN, {});
  if (directory.state === "PAUSED") throw new Failure(DIRECTORY_PAUSED, { retryAfterSeconds: RETRY_AFTER_SECONDS });
  return { directory, organization };
}

/**
 * Runs a change of a directory in one unit of work, with the directory as its cause. A change that the mass-removal brake
 * stops pauses the directory, in a unit of work of its own.
 *
 * @throws what `requireActing` throws, because the directory or the plan may have changed since the request began
 */
export async function changeInDirectory<Result>(
  store: Store,
  { id, organizationId, trace }: RequestingDirectory,
  work: (unit: UnitOfWork, acting: ActingDirectory) => Promise<Result>,
): Promise<Result> {
  const named = [...(trace?.resourceIds ?? [])];
  let acting: ActingDirectory | null = null;
  try {
    const result = await store.begin(SYSTEM, { kind: "SCIM", actor: id }, async (unit) => {
      const organization = await lockOrganization(unit, organizationId);
      const checked = checkActing(await findDirectory(unit, organizationId, id), organization);
      acting = trace === undefined ? checked : { ...checked, trace };
      if (trace === undefined) return await work(unit, acting);
      // After a deadlock the work runs again. The first try may have left ids of rows that were rolled back.
      trace.resourceIds = new Set(named);
      trace.removalIds = [];
      const done = await work(unit, acting);
      await storeTrace(unit, id, trace);
      return done;
    });
    if (trace !== undefined) noteCommit(trace);
    return result;
  } catch (error) {
    if (acting !== null && error instanceof Failure && error.code === MASS_REMOVAL_STOPPED.code)
      await pauseAfterBrake(store, acting);
    throw error;
  }
}

function noteCommit(trace: RequestTrace): void {
  trace.committed += 1;
  const milliseconds = trace.elapsed();
  trace.ended.push(...trace.removalIds.map((removalId) => ({ removalId, milliseconds })));
  trace.removalIds = [];
}

/**
 * Writes the request's row in the request log, in the unit of work of the request's first change. The log's background
 * work completes the row.
 */
async function storeTrace(unit: UnitOfWork, directoryId: string, trace: RequestTrace): Promise<void> {
  if (trace.committed > 0) return;
  const ended = { status: trace.expectedStatus, outcome: SUCCEEDED, scimType: null };
  await insertRequests(unit, [{ directoryId, trace, ended }]);
}
