/** Doing one thing to many accounts, each by itself: one that is refused undoes none of the others. */
import { Failure, INVALID_INPUT } from "../../../platform/errors/failure.js";

/** Accounts in one request at most: each is a unit of work of its own, and the request waits for all of them. */
export const MOST_ACCOUNTS_AT_ONCE = 500;

/** What became of one account of a request. */
export interface UserResult {
  readonly userId: string;
  readonly ok: boolean;
  /** Why not; `null` when it was done. */
  readonly code: string | null;
  readonly message: string | null;
  /** The failure's data, as an error of the single mutation has it. */
  readonly details: unknown;
}

/**
 * Does something to each account, one after another, and answers what became of each in the order of the request.
 *
 * @throws INVALID_INPUT for too many; and whatever is no expected failure, after which the ones before stay done
 */
export async function doForEach(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<readonly UserResult[]> {
  if (ids.length > MOST_ACCOUNTS_AT_ONCE) {
    const message = `must name at most ${MOST_ACCOUNTS_AT_ONCE} users; send the others with further requests`;
    throw new Failure(INVALID_INPUT, { fields: [{ path: "ids", code: "INVALID", message }] });
  }
  const results = new Map<string, UserResult>();
  for (const id of ids) if (!results.has(id)) results.set(id, await attempt(id, work));
  return ids.flatMap((id) => results.get(id) ?? []);
}

async function attempt(userId: string, work: (id: string) => Promise<unknown>): Promise<UserResult> {
  try {
    await work(userId);
    return { userId, ok: true, code: null, message: null, details: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { userId, ok: false, code: error.code, message: error.message, details: error.details };
  }
}
