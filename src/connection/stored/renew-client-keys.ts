/**
 * Decides which client keys a connection has after a change of its settings. New keys are made before the unit of work opens,
 * because it takes a tenth of a second to make them.
 */
import { requireVersion } from "../../people/failures.js";
import type { AnyConnectionType, ClientKey } from "../contract/index.js";
import type { ConnectionServices } from "../services.js";
import { findChanged, isRedirected } from "../settings/compare-settings.js";
import { mergeSettings, namesGiven, type MergedSettings, type SettingsInput } from "../settings/merge-settings.js";
import { openStored, type PlainSettings } from "../settings/stored-settings.js";
import { sealClientKeys, usesClientKeys, type StoredClientKey } from "./client-keys.js";
import type { Connection } from "./connection.js";

/** A change of settings. */
interface SettingsChange {
  readonly type: AnyConnectionType;
  readonly before: PlainSettings;
  readonly merged: MergedSettings;
  readonly changed: readonly string[];
}

/**
 * The keys that stay after a change of settings. If the change sends them to a different address, no key stays.
 * Otherwise, an administrator could enter the address of their own server, and use the assertions that this server gets
 * at the earlier provider.
 */
function keysThatStay(
  { clientKeys }: Connection,
  { type, before, changed }: SettingsChange,
): readonly StoredClientKey[] {
  return isRedirected(type, before, changed) ? [] : clientKeys;
}

function needsKeys(connection: Connection, change: SettingsChange): boolean {
  return usesClientKeys(change.type, change.merged.plain) && keysThatStay(connection, change).length === 0;
}

/** Makes new keys if the settings need them after the input. Otherwise returns none. */
export async function prepareClientKeys(
  { registry, runtime }: ConnectionServices,
  connection: Connection,
  given: SettingsInput,
): Promise<readonly ClientKey[]> {
  const type = registry.find(connection.type);
  const names = namesGiven(given);
  if (type?.clientKeys === undefined || names.size === 0) return [];
  const before = openStored(type, runtime.keyRing, connection, names);
  // Ignores mistakes in the input, because the unit of work reports them.
  const check = { add: () => undefined };
  const merged = mergeSettings(type, before, given, { context: runtime.urls, check, complete: false });
  const changed = findChanged(type, before, merged, Object.keys(connection.secrets));
  return needsKeys(connection, { type, before, merged, changed }) ? await type.clientKeys.createKeys() : [];
}

/**
 * The keys of the connection after the change.
 *
 * @throws VERSION_CONFLICT if another change came first, and keys are needed that were not prepared
 */
export function chooseClientKeys(
  { runtime }: ConnectionServices,
  connection: Connection,
  change: SettingsChange,
  prepared: { readonly keys: readonly ClientKey[]; readonly version: number; readonly now: Date },
): readonly StoredClientKey[] {
  if (!needsKeys(connection, change)) return keysThatStay(connection, change);
  if (prepared.keys.length === 0) requireVersion(prepared.version, connection.version);
  return sealClientKeys(runtime.keyRing, connection.id, prepared.keys, { state: "CURRENT", now: prepared.now });
}
