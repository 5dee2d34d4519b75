/** Creates, revokes and lists the API keys of an organization for a caller. */
import { v7 as uuidv7 } from "uuid";
import {
  causeOf,
  limitedMakerOf,
  requireHolding,
  requirePermission,
  scopeFor,
  type Caller,
} from "../../access/caller.js";
import { ALL_PERMISSIONS, type Permission } from "../../access/permission.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { toDate } from "../../platform/database/values.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { API_KEY_PREFIX, type ApiKey } from "./api-key.js";
import {
  API_KEY_COLUMNS,
  apiKeyFromRaw,
  findOrganizationKey,
  insertApiKey,
  markRevoked,
  type RawApiKey,
} from "./api-key.repository.js";

/** A key to create. */
export interface NewApiKeyInput {
  readonly organizationId: string;
  readonly name: string;
  readonly scopes: readonly Permission[];
  /** Absent: the key does not expire. */
  readonly expiresAt?: Date | null;
}

/** A new key, with its secret text, which is not stored. */
export interface IssuedApiKey {
  readonly apiKey: ApiKey;
  readonly key: string;
}

/**
 * Creates a key. Callers can give it only scopes that they hold. So a key does not give its creator further permissions.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function createApiKey({ begin }: Store, caller: Caller, input: NewApiKeyInput): Promise<IssuedApiKey> {
  const { organizationId } = input;
  requirePermission(caller, organizationId, "ORGANIZATION_WRITE");
  requireHolding(caller, organizationId, input.scopes);
  const check = new InputCheck();
  const name = check.text("name", input.name);
  const scopes = ALL_PERMISSIONS.filter((scope) => input.scopes.includes(scope));
  if (scopes.length === 0) check.add("scopes", "REQUIRED", "must name at least one scope");
  check.finish();
  const { token, hash } = issueToken(API_KEY_PREFIX);
  const expiresAt = input.expiresAt ?? null;

  return await begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    if (expiresAt !== null && expiresAt <= unit.now)
      throw new Failure(INVALID_INPUT, {
        fields: [{ path: "expiresAt", code: "INVALID", message: "must be in the future" }],
      });
    const apiKey: ApiKey = {
      id: uuidv7(),
      organizationId,
      name,
      scopes,
      createdAt: unit.now,
      expiresAt,
      revokedAt: null,
    };
    await insertApiKey(unit, apiKey, { tokenHash: hash, limitedMaker: limitedMakerOf(caller) });
    await recordAudit(unit, {
      organizationId,
      action: "api_key.created",
      subject: { type: "apiKey", id: apiKey.id },
      after: auditView(apiKey),
    });
    return { apiKey, key: token };
  });
}

/**
 * Revokes a key of an organization at once. A revoked key stays unchanged.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function revokeApiKey({ reader, begin }: Store, caller: Caller, id: string): Promise<ApiKey> {
  const scope = scopeFor(caller, "ORGANIZATION_WRITE");
  const found = await findOrganizationKey(reader, scope, id);
  if (found === null) throw new Failure(NOT_FOUND, { type: "API key" });
  return await begin(caller, causeOf(caller), async (unit) => {
    await lockOrganization(unit, found.organizationId);
    const before = await findOrganizationKey(unit, found.organizationId, id);
    if (before === null) throw new Failure(NOT_FOUND, { type: "API key" });
    if (before.revokedAt !== null) return before;
    const after: ApiKey = { ...before, revokedAt: unit.now };
    await markRevoked(unit, id);
    await recordAudit(unit, {
      organizationId: before.organizationId,
      action: "api_key.revoked",
      subject: { type: "apiKey", id },
      before: auditView(before),
      after: auditView(after),
    });
    return after;
  });
}

function auditView({ id: _id, organizationId: _organizationId, ...rest }: ApiKey) {
  return rest;
}

/**
 * One page of an organization's keys, including revoked and expired ones, the newest first.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, and INVALID_INPUT for a broken cursor
 */
export async function listApiKeys(
  { reader }: Store,
  caller: Caller,
  organizationId: string,
  args: PageArgs,
): Promise<Page<ApiKey>> {
  requirePermission(caller, organizationId, "ORGANIZATION_WRITE");
  const page = await pageByKeyset<RawApiKey>({
    reader,
    select: API_KEY_COLUMNS,
    from: "api_key k",
    where: { sql: "k.organization_id = ?", parameters: [organizationId] },
    order: [
      { column: "k.created_at", direction: "DESC", kind: "time", read: (raw) => toDate(raw.created_at) },
      { column: "k.id", direction: "DESC", kind: "text", read: (raw) => raw.id },
    ],
    args,
  });
  return toPage(page, apiKeyFromRaw);
}
