/** Reading and writing link requests. */
import { v7 as uuidv7 } from "uuid";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Reader } from "../../platform/database/database.js";
import type { OrganizationScope } from "../../access/caller.js";
import { toDate, toDateOrNull } from "../../platform/database/values.js";
import { identityKey, type PersonAtProvider } from "./identity.js";
import type { LinkRequest, LinkRequestState } from "./link-request.js";
import { LinkRequestRow } from "./link-request.row.js";

/** A row of `link_request` as the driver returns it. */
export interface RawLinkRequest {
  id: string;
  organization_id: string;
  connection_id: string;
  user_id: string;
  issuer: string;
  subject: string;
  email: string | null;
  state: string;
  decided_by: string | null;
  created_at: unknown;
  decided_at: unknown;
}

/** The columns of `RawLinkRequest`, of the table alias `l`. */
export const LINK_REQUEST_COLUMNS =
  "l.id, l.organization_id, l.connection_id, l.user_id, l.issuer, l.subject, l.email, l.state, l.decided_by, l.created_at, l.decided_at";

export function linkRequestFromRaw(raw: RawLinkRequest): LinkRequest {
  return {
    id: raw.id,
    organizationId: raw.organization_id,
    connectionId: raw.connection_id,
    userId: raw.user_id,
    issuer: raw.issuer,
    subject: raw.subject,
    email: raw.email,
    state: raw.state as LinkRequestState,
    decidedBy: raw.decided_by,
    createdAt: toDate(raw.created_at),
    decidedAt: toDateOrNull(raw.decided_at),
  };
}

/** One request by id; `null` if it does not exist or is outside the scope. */
export async function findLinkRequest(
  reader: Reader,
  scope: OrganizationScope,
  id: string,
): Promise<LinkRequest | null> {
  const raw = await reader.row<RawLinkRequest>(
    `SELECT ${LINK_REQUEST_COLUMNS} FROM link_request l WHERE l.id = ?${scope === null ? "" : " AND l.organization_id = ?"}`,
    scope === null ? [id] : [id, scope],
  );
  return raw ? linkRequestFromRaw(raw) : null;
}

export async function decideLinkRequest(
  unit: UnitOfWork,
  request: LinkRequest,
  state: Exclude<LinkRequestState, "PENDING">,
): Promise<LinkRequest> {
  const decided: LinkRequest = { ...request, state, decidedBy: unit.cause.actor, decidedAt: unit.now };
  await unit.execute("UPDATE link_request SET state = ?, decided_by = ?, decided_at = ? WHERE id = ?", [
    state,
    decided.decidedBy,
    decided.decidedAt,
    request.id,
  ]);
  return decided;
}

type NewLinkRequest = Omit<LinkRequest, "id" | "state" | "decidedBy" | "createdAt" | "decidedAt">;

/** The state of a person's latest request. An approved request counts as `NONE`, because it has made a link. */
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

/** Moves the requests of a person to a different issuer of their connection. */
export async function renameLinkRequests(unit: UnitOfWork, person: PersonAtProvider, issuer: string): Promise<void> {
  const { connectionId, subject } = person;
  await unit.execute("UPDATE link_request SET issuer = ?, key_hash = ? WHERE key_hash = ?", [
    issuer,
    identityKey(connectionId, issuer, subject),
    identityKey(connectionId, person.issuer, subject),
  ]);
}

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
