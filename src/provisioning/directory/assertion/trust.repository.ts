/** Reads and writes the issuers and keys of the assertions that directories accept. */
import type { JWK } from "jose";
import type { UnitOfWork } from "../../../access/unit-of-work.js";
import type { Reader } from "../../../platform/database/database.js";
import { placeholders } from "../../../platform/database/statements.js";
import { toJson } from "../../../platform/database/values.js";
import { DirectoryAssertionRow } from "../stored/directory.row.js";
import type { AssertionTrust } from "./assertion-trust.js";

/** The trust of several directories, by directory. Leaves out directories that accept no assertion. */
export async function findTrustOf(
  reader: Reader,
  directoryIds: readonly string[],
): Promise<ReadonlyMap<string, AssertionTrust>> {
  if (directoryIds.length === 0) return new Map();
  const raws = await reader.rows<{
    id: string;
    directory_id: string;
    issuer: string | null;
    jwks_url: string | null;
    jwks: string | null;
  }>(
    `SELECT id, directory_id, issuer, jwks_url, jwks FROM directory_assertion
      WHERE directory_id IN (${placeholders(directoryIds)})`,
    directoryIds,
  );
  return new Map(
    raws.map(({ id, directory_id, issuer, jwks_url, jwks }) => [
      directory_id,
      {
        id,
        directoryId: directory_id,
        issuer,
        keys: jwks_url === null ? { jwks: toJson<readonly JWK[]>(jwks ?? "[]") } : { jwksUrl: jwks_url },
      },
    ]),
  );
}

/** Replaces the trust of a directory; `null` removes it. */
export async function replaceTrust(unit: UnitOfWork, directoryId: string, trust: AssertionTrust | null): Promise<void> {
  await unit.execute("DELETE FROM directory_assertion WHERE directory_id = ?", [directoryId]);
  if (trust === null) return;
  const { id, issuer, keys } = trust;
  await unit.manager.insert(DirectoryAssertionRow, {
    id,
    directoryId,
    issuer,
    jwksUrl: "jwksUrl" in keys ? keys.jwksUrl : null,
    jwks: "jwks" in keys ? JSON.stringify(keys.jwks) : null,
    createdAt: unit.now,
  });
}
