/**
 * Writes two things in the background: requests of directories that changed nothing, and when each directory was last
 * active. A request that changes something writes its own row in its unit of work, so that the log has every change. A
 * crash can lose the other requests of the last second.
 */
import { SYSTEM } from "../../../access/caller.js";
import type { Store } from "../../../access/store.js";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import { noteEnd } from "../brake/removal.repository.js";
import { placeholders } from "../../../platform/database/statements.js";
import { SUCCEEDED, type RequestOutcome, type RequestTrace } from "./request.js";
import {
  insertRequests,
  MOST_REQUESTS,
  trimRequests,
  updateRequest,
  writeActivity,
  type NewRequest,
} from "./request.repository.js";

export interface RequestLog {
  /** Notes how a request of a directory ended. Returns at once. */
  readonly note: (directoryId: string, trace: RequestTrace, ended: RequestOutcome) => void;
  /** Writes the requests that were noted, and stops. */
  readonly stop: () => Promise<void>;
}

interface RequestLogParts {
  readonly store: Pick<Store, "begin">;
  readonly logError: (error: unknown) => void;
  /** How many requests of a directory to keep; `MOST_REQUESTS` when left out. */
  readonly most?: number;
}

const INTERVAL_MILLISECONDS = 1_000;
/**
 * The largest number of requests of one directory that wait to be written. Further requests are not logged, so that a
 * directory with many refusals does not fill the memory or the disk, and takes no place from another directory.
 *
 * @internal
 */
export const MOST_WAITING = 300;
/** After how many requests the log of a directory is trimmed. */
const TRIMMED_AFTER = 500;

/** Starts to write the log. The caller stops it after the last request has ended. */
export function startRequestLog({ store, logError, most = MOST_REQUESTS }: RequestLogParts): RequestLog {
  /** The requests that wait, by directory. */
  let waiting = new Map<string, NewRequest[]>();
  /** How many requests were written since the log of a directory was trimmed. */
  const untrimmed = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let writing = Promise.resolve();

  const write = () => {
    timer = null;
    const batch = waiting;
    waiting = new Map();
    writing = writing.then(async () => {
      if (batch.size === 0) return;
      try {
        await store.begin(SYSTEM, { kind: "SYSTEM", actor: null }, (unit) => writeBatch(unit, batch, untrimmed, most), {
          mayBeLost: true,
        });
      } catch (error) {
        logError(error);
      }
    });
  };
  return {
    note: (directoryId, trace, ended) => {
      const requests = waiting.get(directoryId) ?? [];
      if (requests.length >= MOST_WAITING) return;
      waiting.set(directoryId, requests);
      const elapsed = trace.elapsed();
      requests.push({ directoryId, trace: { ...trace, elapsed: () => elapsed }, ended });
      timer ??= setTimeout(write, INTERVAL_MILLISECONDS).unref();
    },
    stop: async () => {
      if (timer !== null) clearTimeout(timer);
      write();
      await writing;
    },
  };
}

async function writeBatch(
  unit: UnitOfWork,
  batch: ReadonlyMap<string, readonly NewRequest[]>,
  untrimmed: Map<string, number>,
  most: number,
): Promise<void> {
  for (const id of await findPresent(unit, [...batch.keys()])) {
    const requests = batch.get(id) ?? [];
    await insertRequests(
      unit,
      requests.filter(({ trace }) => trace.committed === 0),
    );
    for (const request of requests) {
      if (isIncomplete(request)) await updateRequest(unit, request);
      for (const { removalId, milliseconds } of request.trace.ended) await noteEnd(unit, removalId, milliseconds);
    }
    const latest = (some: readonly NewRequest[]) => {
      const times = some.map(({ trace }) => trace.arrivedAt.getTime());
      return times.length === 0 ? null : new Date(Math.max(...times));
    };
    const lastWriteAt = latest(requests.filter(({ trace }) => trace.committed > 0));
    await writeActivity(unit, id, { lastRequestAt: latest(requests) ?? unit.now, lastWriteAt });
    const count = (untrimmed.get(id) ?? 0) + requests.length;
    const isDue = count >= Math.min(TRIMMED_AFTER, most);
    if (isDue) await trimRequests(unit, id, most);
    untrimmed.set(id, isDue ? 0 : count);
  }
}

/**
 * Whether the row that the first change stored lacks something: the request made further changes, or ended differently
 * than expected.
 */
function isIncomplete({ trace, ended }: NewRequest): boolean {
  const isAsExpected = ended.status === trace.expectedStatus && ended.outcome === SUCCEEDED;
  return trace.committed > 1 || (trace.committed === 1 && !isAsExpected);
}

/**
 * The directories that have not been deleted. A row of a deleted one would break the foreign key and lose the whole batch.
 */
async function findPresent(unit: UnitOfWork, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await unit.rows<{ id: string }>(
    `SELECT id FROM provisioning_directory WHERE id IN (${placeholders(ids)})`,
    ids,
  );
  return rows.map(({ id }) => id);
}
