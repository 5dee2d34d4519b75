/** Creates, rotates, revokes and lists the API keys of an organization for a caller. */
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
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Store } from "../../access/store.js";
import { recordAudit } from "../../audit/record-audit.js";
import { issueToken } from "../../platform/crypto/tokens.js";
import { toDate } from "../../platform/database/values.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { pageByKeyset } from "../../platform/graphql/keyset.js";
import { toPage, type Page, type PageArgs } from "../../platform/graphql/paging.js";
import { lockOrganization } from "../organization/organization.repository.js";
import { API_KEY_PREFIX, KEY_LIFETIME_DAYS, type ApiKey } from "./api-key.js";
import {
  API_KEY_COLUMNS,
  API_KEY_TABLES,
  apiKeyFromRaw,
  findKeyOfCaller,
  findOrganizationKey,
  insertApiKey,
  markRevoked,
  replaceSecret,
  type RawApiKey,
} from "./api-key.repository.js";

const DAY_SECONDS = 86_400;
const LONGEST_OVERLAP_SECONDS = 7 * DAY_SECONDS;

/** A key to create. */
export interface NewApiKeyInput {
  readonly organizationId: string;
  readonly name: string;
  readonly scopes: readonly Permission[];
  /** Absent: `KEY_LIFETIME_DAYS` from now. `null`: the key does not expire. */
  readonly expiresAt?: Date | null;
}

/** A key to give a new secret. */
export interface ApiKeyRotation {
  readonly id: string;
  /** How many seconds the present secret still works; a day when absent. */
  readonly overlapSeconds?: number | null;
  /** Absent: `KEY_LIFETIME_DAYS` from now, or never if the key does not expire. `null`: never. */
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
  return await begin(caller, causeOf(caller), async (unit) => {
    if ((await lockOrganization(unit, organizationId)) === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const expiresAt = readExpiry(input.expiresAt, inLifetime(unit.now), unit.now);
    const apiKey: ApiKey = {
      id: uuidv7(),
      organizationId,
      name,
      scopes,
      createdAt: unit.now,
      expiresAt,
      revokedAt: null,
      previousKeyEndsAt: null,
      makerId: await findMaker(unit, caller),
      makerActive: true,
      lastUsedAt: null,
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
 * Gives a key a new secret. The present secret still works during the overlap, so that the program can change over. An
 * even older secret stops at once. The caller becomes the key's maker, and so must hold the key's scopes.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT also for a revoked key
 */
export async function rotateApiKey(store: Store, caller: Caller, input: ApiKeyRotation): Promise<IssuedApiKey> {
  const overlapSeconds = input.overlapSeconds ?? DAY_SECONDS;
  const check = new InputCheck();
  if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > LONGEST_OVERLAP_SECONDS)
    check.add("overlapSeconds", "INVALID", `must be a whole number from 0 to ${LONGEST_OVERLAP_SECONDS}`);
  check.finish();
  const { token, hash: tokenHash } = issueToken(API_KEY_PREFIX);
  const apiKey = await changeKey(store, caller, input.id, async (unit, before) => {
    requireHolding(caller, before.organizationId, before.scopes);
    if (before.revokedAt !== null) throw invalid("id", "must not name a revoked key; create a new one");
    const usual = before.expiresAt === null ? null : inLifetime(unit.now);
    const after: ApiKey = {
      ...before,
      expiresAt: readExpiry(input.expiresAt, usual, unit.now),
      previousKeyEndsAt: overlapSeconds === 0 ? null : new Date(unit.now.getTime() + overlapSeconds * 1000),
      makerId: await findMaker(unit, caller),
      makerActive: true,
    };
    await replaceSecret(unit, after, { tokenHash, limitedMaker: limitedMakerOf(caller) });
    return { action: "api_key.rotated", after };
  });
  return { apiKey, key: token };
}

/**
 * Revokes a key of an organization at once. A key that is already revoked stays unchanged.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export async function revokeApiKey(store: Store, caller: Caller, id: string): Promise<ApiKey> {
  return await changeKey(store, caller, id, async (unit, before) => {
    if (before.revokedAt !== null) return null;
    await markRevoked(unit, id);
    return { action: "api_key.revoked", after: { ...before, revokedAt: unit.now } };
  });
}

/** Locks the organization of a key, changes the key, and records the change. `work` returns `null` if nothing changed. */
async function changeKey(
  { reader, begin }: Store,
  caller: Caller,
  id: string,
  work: (
    unit: UnitOfWork,
    before: ApiKey & { readonly organizationId: string },
  ) => Promise<{ readonly action: string; readonly after: ApiKey } | null>,
): Promise<ApiKey> {
  const scope = scopeFor(caller, "ORGANIZATION_WRITE");
  const found = await findOrganizationKey(reader, scope, id);
  if (found === null) throw new Failure(NOT_FOUND, { type: "API key" });
  return await begin(caller, causeOf(caller), async (unit) => {
    await lockOrganization(unit, found.organizationId);
    const before = await findOrganizationKey(unit, found.organizationId, id);
    if (before === null) throw new Failure(NOT_FOUND, { type: "API key" });
    const changed = await work(unit, before);
    if (changed === null) return before;
    await recordAudit(unit, {
      organizationId: before.organizationId,
      action: changed.action,
      subject: { type: "apiKey", id },
      before: auditView(before),
      after: auditView(changed.after),
    });
    return changed.after;
  });
}

function inLifetime(now: Date): Date {
  return new Date(now.getTime() + KEY_LIFETIME_DAYS * DAY_SECONDS * 1000);
}

/**
 * The expiry that the caller named, or the usual one if the caller named none.
 *
 * @throws INVALID_INPUT for a time that has passed
 */
function readExpiry(named: Date | null | undefined, usual: Date | null, now: Date): Date | null {
  if (named === undefined) return usual;
  if (named !== null && named <= now) throw invalid("expiresAt", "must be in the future");
  return named;
}

function invalid(path: string, message: string) {
  return new Failure(INVALID_INPUT, { fields: [{ path, code: "INVALID", message }] });
}

/**
 * The maker of a key that the caller makes: the person, or the maker of the caller's own key; `null` for the operator.
 * The new key stops working when its maker leaves.
 */
async function findMaker(unit: UnitOfWork, caller: Caller): Promise<string | null> {
  if (caller.kind === "PERSON") return caller.userId;
  return caller.kind === "API_KEY" ? ((await findKeyOfCaller(unit, caller.apiKeyId))?.makerId ?? null) : null;
}

function auditView({ name, scopes, createdAt, expiresAt, revokedAt, previousKeyEndsAt, makerId }: ApiKey) {
  return { name, scopes, createdAt, expiresAt, revokedAt, previousKeyEndsAt, makerId };
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
    from: API_KEY_TABLES,
    where: { sql: "k.organization_id = ?", parameters: [organizationId] },
    order: [
      { column: "k.created_at", direction: "DESC", kind: "time", read: (raw) => toDate(raw.created_at) },
      { column: "k.id", direction: "DESC", kind: "text", read: (raw) => raw.id },
    ],
    args,
  });
  return toPage(page, apiKeyFromRaw);
}
