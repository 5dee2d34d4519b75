/** Reading, creating, disabling and deleting connections. Changes are in `update-connection.ts`, activation and tests in `activation.ts`. */
import { v7 as uuidv7 } from "uuid";
import { causeOf, requirePermission, scopeFor, type Caller } from "../../access/caller.js";
import type { Permission } from "../../access/permission.js";
import { Failure, NOT_FOUND } from "../../platform/errors/failure.js";
import { InputCheck } from "../../platform/errors/input.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { endSignInLinksOf } from "../../people/credential/one-time-token.repository.js";
import { endSessionsOfConnection } from "../../people/session/session.repository.js";
import { addressesOf } from "../runtime.js";
import type { ConnectionServices } from "../services.js";
import { chooseType, type SettingsByType } from "../settings/choose-type.js";
import { findChanged } from "../settings/compare-settings.js";
import { mergeSettings } from "../settings/merge-settings.js";
import { sealOwnKeys } from "../settings/own-keys.js";
import { sealSettings } from "../settings/stored-settings.js";
import { sealClientKeys, usesClientKeys } from "./client-keys.js";
import { readForChange, recordChange, storeChange } from "./connection.changes.js";
import { CONNECTION_CREATED, CONNECTION_DELETED, CONNECTION_DISABLED } from "./connection.events.js";
import { deleteConnectionRow, findConnection, insertConnection } from "./connection.repository.js";
import type { Connection } from "./connection.js";
import { changePolicies, DEFAULT_CONNECTION_POLICIES, type ConnectionPoliciesChange } from "./policies.js";

/** The rule for the texts of display names and button labels. */
export const LABEL_RULE = { longest: 100 };

export interface NewConnection {
  readonly organizationId: string;
  readonly displayName: string;
  /** The text of the button; left out, it is "Sign in to NAME". */
  readonly buttonLabel?: string | null;
  /** The settings under exactly one key, the key of the connection's type. */
  readonly settings: SettingsByType;
  readonly policies?: ConnectionPoliciesChange | null;
}

/**
 * Reads a connection of an organization in which the caller holds a permission.
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

/** @throws UNAUTHENTICATED, FORBIDDEN or NOT_FOUND */
export async function readConnection(services: ConnectionServices, caller: Caller, id: string): Promise<Connection> {
  return await readConnectionFor(services, caller, id, "CONNECTIONS_READ");
}

/** Creates a draft without asking the provider. Required settings may be missing. */
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
  const displayName = check.text("displayName", input.displayName, LABEL_RULE);
  const buttonLabel = check.optionalText("buttonLabel", input.buttonLabel, LABEL_RULE);
  const merged = mergeSettings(type, {}, given, { context: runtime.urls, check, complete: false });
  const policies = changePolicies(DEFAULT_CONNECTION_POLICIES, input.policies, check);
  check.finish();

  const id = uuidv7();
  const madeAt = runtime.clock();
  const keys = await type.createKeys?.(addressesOf(runtime.publicUrl, id), madeAt);
  const clientKeys = usesClientKeys(type, merged.plain) ? await type.clientKeys?.createKeys() : [];
  const ownKeys = keys === undefined ? null : sealOwnKeys(keyRing, id, keys, madeAt);
  return await begin(caller, causeOf(caller), async (unit) => {
    const organization = await lockOrganization(unit, input.organizationId);
    if (organization === null) throw new Failure(NOT_FOUND, { type: "organization" });
    const connection: Connection = {
      id,
      organizationId: organization.id,
      displayName,
      buttonLabel,
      type: type.id,
      state: "DRAFT",
      ...sealSettings(type, keyRing, id, { ...merged, before: null, now: unit.now }),
      ownKeys,
      clientKeys: sealClientKeys(keyRing, id, clientKeys ?? [], { state: "CURRENT", now: madeAt }),
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
 * Disables an active connection, which ends its sessions and its sign-ins under way. A draft or a disabled connection
 * does not change.
 */
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
 * Deletes a connection with its identities, flows and sessions. The users stay.
 *
 * @returns the deleted connection
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
