/**
 * Cursors of lists (RFC 9865). A cursor is the place of the last resource of a page, so the server keeps nothing between
 * pages. A cursor needs no signature: every query names the directory of the token, so a forged cursor only names a place
 * in the caller's own list.
 */
import type { ResourceOrder } from "../../provisioning/directory/resource/order.js";
import { parseCursor, parseKey, type Key } from "../../platform/graphql/keyset.js";
import { invalid } from "../failures.js";

/** How long a cursor is valid. */
export const CURSOR_TIMEOUT_SECONDS = 24 * 60 * 60;
/** Enough for the longest key of a value: 300 characters of up to four bytes. */
const LONGEST_CURSOR = 4_000;

/**
 * Writes the cursor for the place after `key`.
 *
 * @param list identifies the directory, the filter and the order
 */
export function writeCursor(list: string, key: Key, now: Date): string {
  return Buffer.from(JSON.stringify([list, now.getTime(), ...key])).toString("base64url");
}

/**
 * The place that a cursor names.
 *
 * @throws SCIM_REQUEST_INVALID: `invalidCursor` for a text that is not a cursor of this list, `expiredCursor`
 */
export function readCursor(cursor: string, list: string, order: ResourceOrder, now: Date): Key {
  const [of, madeAt, ...values] = cursor.length > LONGEST_CURSOR ? [] : parseCursor(cursor);
  const key = parseKey(order.columns, values);
  if (of !== list || typeof madeAt !== "number" || key === null)
    throw invalid(
      "invalidCursor",
      "This is not a cursor of this list. Send the nextCursor of a page with the same path, filter and order, or an empty cursor for the first page.",
    );
  if (now.getTime() - madeAt > CURSOR_TIMEOUT_SECONDS * 1_000)
    throw invalid(
      "expiredCursor",
      `The cursor is older than ${CURSOR_TIMEOUT_SECONDS} seconds. Begin again with an empty cursor.`,
    );
  return key;
}
