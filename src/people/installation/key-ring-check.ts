/**
 * Checks the key ring at the start: it must open a text that it sealed at an earlier start. A wrong key ring then fails at the
 * start, and not at the first sign-in that needs a client secret.
 */
import { causeOf, SYSTEM } from "../../access/caller.js";
import type { Store } from "../../access/store.js";
import { UnsealError, type KeyRing } from "../../platform/crypto/key-ring.js";
import { isDuplicateKey } from "../../platform/database/driver-errors.js";
import { toJson } from "../../platform/database/values.js";
import { InstallationRow } from "./installation.row.js";

const ROW_ID = "key-ring";
const CONTEXT = "installation:key-ring";
const TEXT = "sealed by the key ring of this installation";

async function findSealed({ reader }: Pick<Store, "reader">): Promise<string | null> {
  const row = await reader.row<{ settings: string }>("SELECT settings FROM installation WHERE id = ?", [ROW_ID]);
  return row === undefined ? null : toJson<{ sealed: string }>(row.settings).sealed;
}

/**
 * Opens the text that an earlier start sealed, if there is one.
 *
 * @throws Error with a sentence for the operator, if a different key ring sealed the text
 */
export async function checkKeyRing(store: Pick<Store, "reader">, keyRing: KeyRing): Promise<void> {
  const sealed = await findSealed(store);
  if (sealed === null) return;
  try {
    keyRing.open(sealed, CONTEXT);
  } catch (error) {
    if (!(error instanceof UnsealError)) throw error;
    throw new Error(
      `The secrets in this database were sealed with a different key ring. ${error.message} Start with the key ring that was used before. If one of its keys is lost, see the section on the key ring in docs/operators.md.`,
      { cause: error },
    );
  }
}

/** Seals the text with the first key of the ring, unless it is sealed with that key. */
export async function keepKeyRingCheck({ reader, begin }: Store, keyRing: KeyRing): Promise<void> {
  const present = await findSealed({ reader });
  if (present !== null && !keyRing.needsReseal(present)) return;
  const settings = JSON.stringify({ sealed: keyRing.seal(TEXT, CONTEXT) });
  await begin(SYSTEM, causeOf(SYSTEM), async (unit) => {
    const changed = await unit.execute(
      "UPDATE installation SET settings = ?, version = version + 1, updated_at = ? WHERE id = ?",
      [settings, unit.now, ROW_ID],
    );
    if (changed === 0)
      await unit.manager.insert(InstallationRow, { id: ROW_ID, settings, version: 1, updatedAt: unit.now });
  }).catch((error: unknown) => {
    // Another replica with the same key ring was first.
    if (!isDuplicateKey(error)) throw error;
  });
}
