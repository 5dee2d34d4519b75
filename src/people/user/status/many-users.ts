/** Applies an operation to many accounts, each in its own unit of work. An error for one does not undo the others. */
import { Failure, INVALID_INPUT } from "../../../platform/errors/failure.js";

/** The maximum of accounts in one request, because the request waits for all units of work. */
export const MOST_ACCOUNTS_AT_ONCE = 500;

/** The outcome for one account of a request. */
export interface UserResult {
  readonly userId: string;
  readonly ok: boolean;
  /** The error code; `null` if `ok`. */
  readonly code: string | null;
  readonly message: string | null;
  /** The failure's data, the same as in the mutation for one user. */
  readonly details: unknown;
}

/**
 * Applies an operation to each account, one after another. Returns the outcomes in the order of the request.
 *
 * @throws INVALID_INPUT for too many ids; any unexpected error. The changes before it stay.
 */
export async function doForEach(
  ids: readonly string[],
  work: (id: string) => Promise<unknown>,
): Promise<readonly UserResult[]> {
  if (ids.length > MOST_ACCOUNTS_AT_ONCE) {
    const message = `must name at most ${MOST_ACCOUNTS_AT_ONCE} users; send the others in further requests`;
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
