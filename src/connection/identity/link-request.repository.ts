/** Reading and writing requests to join a person at a provider to an account that is there. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import { identityKey } from "./identity.js";
import { LinkRequestRow } from "./link-request.row.js";

/** A request to store. */
export interface NewLinkRequest {
  readonly organizationId: string;
  readonly connectionId: string;
  readonly userId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
}

/** What became of the latest request of an identity. An approved one has made a link, and is not of interest here. */
export async function findLinkRequestState(
  reader: Reader,
  connectionId: string,
  issuer: string,
  subject: string,
): Promise<"NONE" | "PENDING" | "REJECTED"> {
  const row = await reader.row<{ state: string }>(
    "SELECT state FROM link_request WHERE key_hash = ? ORDER BY id DESC LIMIT 1",
    [identityKey(connectionId, issuer, subject)],
  );
  return row?.state === "PENDING" || row?.state === "REJECTED" ? row.state : "NONE";
}

/** Stores a request that waits for an administrator. */
export async function insertLinkRequest(unit: UnitOfWork, request: NewLinkRequest): Promise<void> {
  await unit.manager.insert(LinkRequestRow, {
    ...request,
    id: uuidv7(),
    keyHash: identityKey(request.connectionId, request.issuer, request.subject),
    state: "PENDING",
    decidedBy: null,
    createdAt: unit.now,
    decidedAt: null,
  });
}
