/**
 * Rewrites stored search keys of earlier versions into the form of this version, while the installation is in use. Each batch
 * stores its progress in its unit of work. A restart continues there, and several replicas share the work.
 */
import { causeOf, SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Clock } from "../../platform/clock.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { toDate, toJson } from "../../platform/database/values.js";
import { InstallationRow } from "./installation.row.js";

/** The form of search keys in this version. Raise it to make every installation rewrite its keys. */
const FORM = 1;
const ROW_ID = "search-keys";
/**
 * How often all keys are rewritten. Replicas of the previous version write the old form until they are replaced. The
 * second round rewrites those keys.
 */
const ROUNDS = 2;
const BETWEEN_ROUNDS_MILLISECONDS = 3_600_000;
/** The most rows in one unit of work, so that its lock lasts only milliseconds. */
const MOST = 100;

/**
 * Rewrites the keys of the next rows after `after`, which is an empty text at first. Returns `after` for the next call, or
 * `null` at the end.
 */
export type RewriteKeys = (unit: UnitOfWork, after: string, most: number) => Promise<string | null>;

/**
 * The step that rewrites a key column of a table, row by row, in the order of ids.
 *
 * @param text the column from which the key is made
 * @param keyOf the key of a text, in the form of this version
 */
export function rewriteKeysOf(
  { table, text, key }: { readonly table: string; readonly text: string; readonly key: string },
  keyOf: (text: string) => string,
): RewriteKeys {
  return async (unit, after, most) => {
    const rows = await unit.rows<{ id: string; text: string; stored_key: string }>(
      `SELECT id, ${text} AS text, ${key} AS stored_key FROM ${table} WHERE id > ? ORDER BY id LIMIT ${most}`,
      [after],
    );
    for (const row of rows)
      if (row.stored_key !== keyOf(row.text))
        // If a caller has changed the text since, the same change has written the key.
        await unit.execute(`UPDATE ${table} SET ${key} = ? WHERE id = ? AND ${text} = ?`, [
          keyOf(row.text),
          row.id,
          row.text,
        ]);
    return rows.at(-1)?.id ?? null;
  };
}

/** The stored progress: `round` counts from 1, `place` is the number of the step, `after` is its last result. */
interface Progress {
  readonly form: number;
  readonly round: number;
  readonly place: number;
  readonly after: string;
}

const BEGINNING: Progress = { form: FORM, round: 1, place: 0, after: "" };

/**
 * Runs until every step is done, or `signal` is aborted. A call an hour after the first round starts the second round.
 *
 * @param steps their order must never change
 */
export async function rewriteSearchKeys(
  { begin, reader }: Store,
  clock: Clock,
  steps: readonly RewriteKeys[],
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const row = await reader.row<{ settings: string; version: number; updated_at: unknown }>(
      "SELECT settings, version, updated_at FROM installation WHERE id = ?",
      [ROW_ID],
    );
    const noted = row === undefined ? null : toJson<Progress>(row.settings);
    // A newer version has run here. Do not rewrite its keys.
    if (noted !== null && noted.form > FORM) return;
    let { round, place, after } = noted?.form === FORM ? noted : BEGINNING;
    if (place === steps.length && round < ROUNDS) {
      if (clock().getTime() < toDate(row?.updated_at).getTime() + BETWEEN_ROUNDS_MILLISECONDS) return;
      ({ place, after } = BEGINNING);
      round += 1;
    }
    const step = steps[place];
    if (step === undefined) return;
    await begin(SYSTEM, causeOf(SYSTEM), async (unit) => {
      if (!(await hold(unit, row?.version ?? null))) return;
      const reached = await step(unit, after, MOST);
      const next: Progress = { form: FORM, round, place: reached === null ? place + 1 : place, after: reached ?? "" };
      await unit.execute("UPDATE installation SET settings = ? WHERE id = ?", [JSON.stringify(next), ROW_ID]);
    }).catch((error: unknown) => {
      // Another replica inserted the progress first.
      if (row !== undefined || !isDuplicateKey(error)) throw error;
    });
  }
}

/** Raises the version of the progress, or inserts the progress. Only one replica succeeds, so only one does each batch. */
async function hold(unit: UnitOfWork, version: number | null): Promise<boolean> {
  if (version !== null)
    return (
      (await unit.execute(
        "UPDATE installation SET version = version + 1, updated_at = ? WHERE id = ? AND version = ?",
        [unit.now, ROW_ID, version],
      )) === 1
    );
  const settings = JSON.stringify(BEGINNING);
  await unit.manager.insert(InstallationRow, { id: ROW_ID, settings, version: 1, updatedAt: unit.now });
  return true;
}
