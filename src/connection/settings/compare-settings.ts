/** Compares settings before and after a change: what is trusted, what is fixed, and what to write into the records. */
import { createHash } from "node:crypto";
import type { AnyConnectionType, Setting } from "../contract/index.js";
import { completeSettings, settingsOf, type PlainSettings, type StoredSecret } from "./stored-settings.js";
import type { MergedSettings } from "./merge-settings.js";

/**
 * The names of the settings that differ, defaults counted in. A secret that was given differs, whatever it was.
 *
 * @param secretsBefore names of the secrets that were set, which `before` may lack
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

/** Lists are sets: another order is no change. */
function comparable(setting: Setting, value: unknown): string {
  const isSet = (setting.kind === "LIST" || setting.kind === "CHOICES") && Array.isArray(value);
  return JSON.stringify(isSet ? (value as string[]).toSorted() : value);
}

/** Whether one of the changed settings is a matter of trust, as its declaration says for this change. */
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

/** The changed settings that may not change any more, once the connection has been active. */
export function fixedViolations(type: AnyConnectionType, changed: readonly string[]): readonly string[] {
  return settingsOf(type).flatMap(([name, setting]) => (setting.fixed && changed.includes(name) ? [name] : []));
}

/**
 * The secrets that would go to another address than the one that they were entered for: where one changes to which they
 * are sent, and they are kept. Whoever may change a connection must not learn its secrets by having them sent to themself.
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

/** How an audit entry shows a stored setting: a secret by when it was set, a document by its length and fingerprint. */
export function auditSetting(setting: Setting, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (setting.kind === "SECRET") return { setAt: (value as StoredSecret).setAt };
  if (setting.kind !== "DOCUMENT") return value;
  const document = value as string;
  return { characters: document.length, sha256: createHash("sha256").update(document).digest("hex") };
}
