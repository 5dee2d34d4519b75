/** Compares settings before and after a change: trust, fixed settings, misdirected secrets, audit entries. */
import { createHash } from "node:crypto";
import type { AnyConnectionType, Setting } from "../contract/index.js";
import { completeSettings, settingsOf, type PlainSettings, type StoredSecret } from "./stored-settings.js";
import type { MergedSettings } from "./merge-settings.js";

/**
 * The names of the settings that differ, defaults included. A secret in the input counts as different, unless the input
 * clears a secret that was not set.
 *
 * @param secretsBefore the names of the secrets that were set before. Their values may be missing in `before`
 */
export function findChanged(
  type: AnyConnectionType,
  before: PlainSettings,
  { plain, given }: MergedSettings,
  secretsBefore: readonly string[],
): readonly string[] {
  const was = completeSettings(type, before);
  const is = completeSettings(type, plain);
  return settingsOf(type).flatMap(([name, setting]) => {
    const differs =
      setting.kind === "SECRET"
        ? given.has(name) && (is[name] !== null || secretsBefore.includes(name))
        : comparable(setting, was[name]) !== comparable(setting, is[name]);
    return differs ? [name] : [];
  });
}

/** A value as a text, for comparison. The order of a list does not matter. */
function comparable(setting: Setting, value: unknown): string {
  const isSet = (setting.kind === "LIST" || setting.kind === "CHOICES") && Array.isArray(value);
  return JSON.stringify(isSet ? (value as string[]).toSorted() : value);
}

/** Whether the change raises the trust version, as the declarations of the changed settings say. */
export function trustChanged(
  type: AnyConnectionType,
  before: PlainSettings,
  after: PlainSettings,
  changed: readonly string[],
): boolean {
  const was = completeSettings(type, before);
  const is = completeSettings(type, after);
  return settingsOf(type).some(
    ([name, setting]) =>
      setting.trust &&
      changed.includes(name) &&
      (setting.raisesTrust === undefined || setting.raisesTrust(was[name] ?? null, is[name] ?? null)),
  );
}

/** The changed settings that must not change after the first activation. */
export function fixedViolations(type: AnyConnectionType, changed: readonly string[]): readonly string[] {
  return settingsOf(type).flatMap(([name, setting]) => (setting.fixed && changed.includes(name) ? [name] : []));
}

/**
 * The unchanged secrets that would be sent to a new address. If they were sent, an administrator could read a stored secret
 * by changing the address to their own server.
 *
 * @param stored names of the secrets that were set before
 */
export function findMisdirected(
  type: AnyConnectionType,
  changed: readonly string[],
  { plain, given }: MergedSettings,
  stored: readonly string[],
): readonly string[] {
  const isRedirected = settingsOf(type).some(([name, setting]) => setting.receivesSecrets && changed.includes(name));
  if (!isRedirected) return [];
  return stored.filter((name) => !given.has(name) && plain[name] !== undefined);
}

/** Whether secrets would go to a different address than before. Setting an address that was empty does not count. */
export function isRedirected(type: AnyConnectionType, before: PlainSettings, changed: readonly string[]): boolean {
  const was = completeSettings(type, before);
  return settingsOf(type).some(
    ([name, setting]) => setting.receivesSecrets && changed.includes(name) && was[name] !== null,
  );
}

/** A stored setting in an audit entry: a secret by the time it was set, a document by its length and hash. */
export function auditSetting(setting: Setting, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (setting.kind === "SECRET") return { setAt: (value as StoredSecret).setAt };
  if (setting.kind !== "DOCUMENT") return value;
  const document = value as string;
  return { characters: document.length, sha256: createHash("sha256").update(document).digest("hex") };
}
