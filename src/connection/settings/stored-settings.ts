/** Converts settings between a connection's row and its type: seals and opens secrets, upgrades, adds defaults. */
import type { AnyConnectionType, Setting, SettingIssue } from "../contract/index.js";
import { supplyOperatorApp } from "../operator-app/operator-app.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";

export interface StoredSecret {
  readonly sealed: string;
  /** ISO 8601, UTC. */
  readonly setAt: string;
}

/** The settings of a connection's row. */
export interface StoredSettings {
  readonly id: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, StoredSecret>>;
  readonly settingsVersion: number;
}

/** Settings by name: parsed, without defaults, secrets in the clear. Never stored in this form. */
export type PlainSettings = Readonly<Record<string, unknown>>;

/** Settings of a draft by name, with defaults; `null` for a setting without a value. */
export type DraftSettings = Readonly<Record<string, unknown>>;

/** The declared settings of a type, in the order of its form. */
export function settingsOf(type: AnyConnectionType): [string, Setting][] {
  return Object.entries(type.settings as Readonly<Record<string, Setting>>);
}

/** Binds a sealed secret to its connection and name. A copy under a different connection or name does not open. */
function sealingContext(connectionId: string, name: string): string {
  return `connection:${connectionId}:${name}`;
}

/**
 * Decrypts the secrets among stored settings, and upgrades all settings to the type's current version.
 *
 * @param leaveOut names of secrets not to open, so that an administrator can replace secrets whose key is lost
 * @throws UnsealError if a secret cannot be decrypted
 */
export function openStored(
  type: AnyConnectionType,
  keyRing: KeyRing,
  stored: StoredSettings,
  leaveOut: ReadonlySet<string> = new Set(),
): PlainSettings {
  const plain: Record<string, unknown> = { ...stored.settings };
  for (const [name, { sealed }] of Object.entries(stored.secrets))
    if (!leaveOut.has(name)) plain[name] = keyRing.open(sealed, sealingContext(stored.id, name));
  return upgrade(type, plain, stored.settingsVersion);
}

function upgrade(type: AnyConnectionType, plain: PlainSettings, fromVersion: number): PlainSettings {
  if (fromVersion > type.settingsVersion)
    throw new Error(
      `Settings of the type ${type.id} were stored in version ${fromVersion}; this installation knows version ${type.settingsVersion}.`,
    );
  const present = fromVersion === type.settingsVersion ? plain : type.upgrade({ ...plain }, fromVersion);
  const declared = settingsOf(type).filter(([name]) => present[name] !== undefined && present[name] !== null);
  return Object.fromEntries(declared.map(([name]) => [name, present[name]]));
}

export function completeSettings(type: AnyConnectionType, plain: PlainSettings): DraftSettings {
  return Object.fromEntries(settingsOf(type).map(([name, setting]) => [name, plain[name] ?? setting.default ?? null]));
}

/**
 * The settings of a connection with defaults. Required settings of a draft may be `null`, see `findIncomplete`.
 *
 * @throws UnsealError if a secret cannot be decrypted
 */
export function openSettings(type: AnyConnectionType, keyRing: KeyRing, stored: StoredSettings): DraftSettings {
  return completeSettings(type, openStored(type, keyRing, stored));
}

/** Everything that prevents activation: missing required settings, and broken rules of the type. */
export function findIncomplete(
  type: AnyConnectionType,
  settings: DraftSettings,
): { readonly missing: readonly string[]; readonly issues: readonly SettingIssue[] } {
  const supplied = supplyOperatorApp(type, settings);
  const isExcused = ({ requiredUnless: unless }: Setting) =>
    unless !== null && settings[unless.setting] === unless.value;
  return {
    missing: settingsOf(type).flatMap(([name, setting]) =>
      setting.required && supplied[name] === null && !isExcused(setting) ? [name] : [],
    ),
    issues: type.check(settings, true),
  };
}

/**
 * The settings for a row, in the type's current version. Secrets in the input are sealed. Other secrets keep their
 * sealed form. After an upgrade, these are sealed again, and the time when they were set stays.
 */
export function sealSettings(
  type: AnyConnectionType,
  keyRing: KeyRing,
  id: string,
  change: {
    readonly plain: PlainSettings;
    /** Names of the settings that the input set or cleared. */
    readonly given: ReadonlySet<string>;
    /** The stored settings before the change; `null` for a new connection. */
    readonly before: StoredSettings | null;
    readonly now: Date;
  },
): Omit<StoredSettings, "id"> {
  const { plain, given, before, now } = change;
  const settings: Record<string, unknown> = {};
  const secrets: Record<string, StoredSecret> = {};
  for (const [name, setting] of settingsOf(type)) {
    const value = plain[name];
    if (value === undefined) continue;
    if (setting.kind !== "SECRET") {
      settings[name] = value;
      continue;
    }
    const kept = given.has(name) ? undefined : before?.secrets[name];
    secrets[name] =
      kept !== undefined && before?.settingsVersion === type.settingsVersion
        ? kept
        : {
            sealed: keyRing.seal(value as string, sealingContext(id, name)),
            setAt: kept?.setAt ?? now.toISOString(),
          };
  }
  return { settings, secrets, settingsVersion: type.settingsVersion };
}

/** A setting as the API shows it: its value or, for a secret, only the time when it was set. */
export type ShownSetting = { readonly value: unknown } | { readonly setAt: Date };

/**
 * The settings as the API shows them, with defaults. Settings without a value are absent. Opens secrets only if an
 * upgrade needs them.
 */
export function showSettings(
  type: AnyConnectionType,
  keyRing: KeyRing,
  stored: StoredSettings,
): ReadonlyMap<string, ShownSetting> {
  const outdated = stored.settingsVersion !== type.settingsVersion;
  const complete = outdated
    ? openSettings(type, keyRing, stored)
    : completeSettings(type, upgrade(type, stored.settings, stored.settingsVersion));
  const shown = new Map<string, ShownSetting>();
  for (const [name, setting] of settingsOf(type)) {
    const secret = stored.secrets[name];
    if (setting.kind !== "SECRET") {
      if (complete[name] !== null) shown.set(name, { value: complete[name] });
    } else if (secret !== undefined) shown.set(name, { setAt: new Date(secret.setAt) });
  }
  return shown;
}
