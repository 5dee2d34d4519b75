/** What can be done with connections, whatever door it comes through. Activation and tests are in `activation.ts`. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Permission } from "../../access/permission.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { VERSION_CONFLICT } from "../../people/failures.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { endSignInLinksOf } from "../../people/credential/one-time-token.repository.js";
import { endSessionsOfConnection } from "../../people/session/session.repository.js";
import { CONNECTION_TYPE_FIXED } from "../failures.js";
import { addressesOf } from "../runtime.js";
import type { ConnectionServices } from "../services.js";
import { chooseType, type SettingsByType } from "../settings/choose-type.js";
import { findChanged, findMisdirected, fixedViolations, trustChanged } from "../settings/compare-settings.js";
import { mergeSettings, namesGiven, settingPath, type SettingsInput } from "../settings/merge-settings.js";
import { sealOwnKeys } from "../settings/own-keys.js";
import { openStored, sealSettings } from "../settings/stored-settings.js";
import { readForChange, recordChange, storeChange } from "./connection.changes.js";
import {
  CONNECTION_CREATED,
  CONNECTION_DELETED,
  CONNECTION_DISABLED,
  CONNECTION_UPDATED,
} from "./connection.events.js";
import { deleteConnectionRow, findConnection, insertConnection } from "./connection.repository.js";
import type { Connection } from "./connection.js";
import { confirmIssuerChange, issuerOf } from "./issuer-change.js";
import { changePolicies, DEFAULT_CONNECTION_POLICIES, type ConnectionPoliciesChange } from "./policies.js";
import { switchAccountLinking } from "./policies-linking.js";

const DISPLAY_NAME_RULE = { longest: 100 };

export interface NewConnection {
  readonly organizationId: string;
  readonly displayName: string;
  /** Under the key of the connection's type, exactly one. */
  readonly settings: SettingsByType;
  readonly policies?: ConnectionPoliciesChange | null;
}

export interface ConnectionInput {
  readonly id: string;
  /** The version that the caller knows; refused when somebody else changed the connection since. */
  readonly expectedVersion?: number | null;
  readonly displayName?: string | null;
  readonly policies?: ConnectionPoliciesChange | null;
  /** How many users a switch of `accountLinking`, or another issuer, affects, as the caller has seen it. */
  readonly confirmAffectedUsers?: number | null;
  readonly settings?: SettingsByType | null;
}

/**
 * The connection that a caller names, read in the scope in which the caller holds a permission.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND
 */
export async function readConnectionFor(
  { reader }: ConnectionServices,
  caller: Caller,
  id: string,
  permission: Permission,
): Promise<Connection> {
  const connection = await findConnection(reader, scopeFor(caller, permission), id);
  if (connection === null) throw new Failure(NOT_FOUND, { type: "connection" });
  return connection;
}

/**
 * One connection, for whoever may see it.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND
 */
export async function readConnection(services: ConnectionServices, caller: Caller, id: string): Promise<Connection> {
  return await readConnectionFor(services, caller, id, "CONNECTIONS_READ");
}

/** Makes a draft. Needs no network; required settings may still be missing. */
export async function createConnection(
  services: ConnectionServices,
  caller: Caller,
  input: NewConnection,
): Promise<Connection> {
  const { registry, runtime, begin } = services;
  const { keyRing } = runtime;
  requirePermission(caller, input.organizationId, "CONNECTIONS_WRITE");
  const { type, input: given } = chooseType(registry, input.settings);
  const check = new InputCheck();
  const displayName = check.text("displayName", input.displayName, DISPLAY_NAME_RULE);
  const merged = mergeSettings(type, {}, given, { context: runtime.urls, check, complete: false });
  const policies = changePolicies(DEFAULT_CONNECTION_POLICIES, input.policies, check);
  check.finish();

  const id = uuidv7();
  const madeAt = runtime.clock();
  const keys = await type.createKeys?.(addressesOf(runtime.publicUrl, id), madeAt);
  const ownKeys = keys === undefined ? null : sealOwnKeys(keyRing, id, keys, madeAt);
  return await begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, input.organizationId);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const connection: Connection = {
      id,
      organizationId: organization.id,
      displayName,
      type: type.id,
      state: "DRAFT",
      ...sealSettings(type, keyRing, id, { ...merged, before: null, now: unit.now }),
      ownKeys,
      policies,
      version: 1,
      trustVersion: 1,
      firstActivatedAt: null,
      issuerChangedAt: null,
      createdAt: unit.now,
      updatedAt: unit.now,
    };
    await insertConnection(unit, connection);
    const changed = findChanged(type, {}, merged, []);
    await recordChange(
      unit,
      { after: connection, endedSessions: 0 },
      { event: CONNECTION_CREATED, settings: { type, changed } },
    );
    return connection;
  });
}

/**
 * Changes what the input names and leaves the rest. Changing nothing stores nothing and tells nothing.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, VERSION_CONFLICT, CONNECTION_TYPE_FIXED,
 *   CONFIRMATION_REQUIRED
 */
export async function updateConnection(
  services: ConnectionServices,
  caller: Caller,
  input: ConnectionInput,
): Promise<Connection> {
  const found = await readConnectionFor(services, caller, input.id, "CONNECTIONS_WRITE");
  const given = readSettingsInput(services, found, input.settings);
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const before = await readForChange(unit, found);
    requireVersion(before, input.expectedVersion ?? null);
    return await applyUpdate(services, unit, before, input, given);
  });
}

/** The settings that an input has for a connection; `{}` when it has none. */
function readSettingsInput(
  { registry }: ConnectionServices,
  connection: Connection,
  settings: SettingsByType | null | undefined,
): SettingsInput {
  if (settings === null || settings === undefined) return {};
  const { type, input } = chooseType(registry, settings);
  if (type.id !== connection.type)
    throw new Failure(CONNECTION_TYPE_FIXED, { type: connection.type, requested: type.id });
  return input;
}

function requireVersion({ version }: Connection, expected: number | null): void {
  if (expected !== null && expected !== version) throw new Failure(VERSION_CONFLICT, { expected, actual: version });
}

async function applyUpdate(
  { registry, runtime }: ConnectionServices,
  unit: UnitOfWork,
  before: Connection,
  input: ConnectionInput,
  given: SettingsInput,
): Promise<Connection> {
  const type = registry.get(before.type);
  const { keyRing } = runtime;
  const check = new InputCheck();
  const displayName =
    input.displayName === null || input.displayName === undefined
      ? before.displayName
      : check.text("displayName", input.displayName, DISPLAY_NAME_RULE);
  const policies = changePolicies(before.policies, input.policies, check);
  const plainBefore = openStored(type, keyRing, before, namesGiven(given));
  const merged = mergeSettings(type, plainBefore, given, {
    context: runtime.urls,
    check,
    complete: before.state === "ACTIVE",
  });
  check.finish();
  const changed = findChanged(type, plainBefore, merged, Object.keys(before.secrets));
  refuseMisdirected(
    findMisdirected(type, changed, merged, Object.keys(before.secrets)).map((name) => settingPath(type, name)),
  );
  if (before.firstActivatedAt !== null)
    refuseFixed(fixedViolations(type, changed).map((name) => settingPath(type, name)));
  const isSame =
    changed.length === 0 &&
    displayName === before.displayName &&
    JSON.stringify(policies) === JSON.stringify(before.policies);
  if (isSame) return before;
  const { accountLinking } = policies;
  const confirmed = input.confirmAffectedUsers ?? null;
  const issuer = { before: issuerOf(type, plainBefore), after: issuerOf(type, merged.plain) };
  const switches = accountLinking !== before.policies.accountLinking;
  const leftBehind = await confirmIssuerChange(unit, before, issuer, { confirmed, switches });
  const endedSessions = await switchAccountLinking(unit, { connection: before, accountLinking }, confirmed);
  const sealed =
    changed.length === 0 ? {} : sealSettings(type, keyRing, before.id, { ...merged, before, now: unit.now });
  return await storeChange(
    unit,
    before,
    {
      ...before,
      displayName,
      policies,
      ...sealed,
      ...(leftBehind > 0 && { issuerChangedAt: unit.now }),
    },
    {
      event: CONNECTION_UPDATED,
      settings: { type, changed },
      endedSessions,
      raisesTrust: trustChanged(type, plainBefore, merged.plain, changed),
    },
  );
}

function refuseMisdirected(paths: readonly string[]): void {
  if (paths.length === 0) return;
  const message = "must be entered again, because it would be sent to another address than before";
  throw new Failure(INVALID_INPUT, { fields: paths.map((path) => ({ path, code: "REQUIRED" as const, message })) });
}

function refuseFixed(paths: readonly string[]): void {
  if (paths.length === 0) return;
  const message = "cannot change once the connection has been active; create another connection instead";
  throw new Failure(INVALID_INPUT, { fields: paths.map((path) => ({ path, code: "FIXED" as const, message })) });
}

/** Turns a connection off, and ends its sessions in the same unit. A draft, and one that is off already, stay as they are. */
export async function disableConnection(services: ConnectionServices, caller: Caller, id: string): Promise<Connection> {
  const found = await readConnectionFor(services, caller, id, "CONNECTIONS_WRITE");
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const before = await readForChange(unit, found);
    if (before.state !== "ACTIVE") return before;
    return await storeChange(
      unit,
      before,
      { ...before, state: "DISABLED" },
      { event: CONNECTION_DISABLED, raisesTrust: true },
    );
  });
}

/**
 * Deletes a connection with its identities, flows under way and sessions. The users stay.
 *
 * @returns the connection as it was
 */
export async function deleteConnection(services: ConnectionServices, caller: Caller, id: string): Promise<Connection> {
  const found = await readConnectionFor(services, caller, id, "CONNECTIONS_WRITE");
  return await services.begin(caller, causeOf(caller), async (unit) => {
    const before = await readForChange(unit, found);
    const endedSessions = await endSessionsOfConnection(unit, id);
    await endSignInLinksOf(unit, before.organizationId);
    await deleteConnectionRow(unit, id);
    await recordChange(unit, { before, endedSessions }, { event: CONNECTION_DELETED });
    return before;
  });
}
