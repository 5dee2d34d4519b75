/** Settings on their way into a connection's row and out of it: sealing, opening, upgrading, completing with defaults. */
import type { AnyConnectionType, Setting, SettingIssue } from "../contract/index.js";
import type { KeyRing } from "../../platform/crypto/key-ring.js";

/** A secret as it is stored. */
export interface StoredSecret {
  readonly sealed: string;
  /** ISO 8601, UTC. */
  readonly setAt: string;
}

/** What a connection's row says about its settings. */
export interface StoredSettings {
  readonly id: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, StoredSecret>>;
  readonly settingsVersion: number;
}

/** Settings by name, as they were set: parsed, secrets in the clear, nothing where nothing was set. Never stored so. */
export type PlainSettings = Readonly<Record<string, unknown>>;

/** Settings of a draft by name, completed with defaults; `null` where nothing holds. */
export type DraftSettings = Readonly<Record<string, unknown>>;

/** The declared settings of a type, in the order of its form. */
export function settingsOf(type: AnyConnectionType): [string, Setting][] {
  return Object.entries(type.settings as Readonly<Record<string, Setting>>);
}

/** Binds a sealed secret to its place, so that it opens in no other connection and under no other name. */
function sealingContext(connectionId: string, name: string): string {
  return `connection:${connectionId}:${name}`;
}

/**
 * Opens what is stored and brings it to the type's present declaration.
 *
 * @param leaveOut names of secrets not to open, because they are about to be replaced: the way out when a key is lost
 * @throws UnsealError when a secret cannot be opened
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

/** Puts defaults where nothing was set. */
export function completeSettings(type: AnyConnectionType, plain: PlainSettings): DraftSettings {
  return Object.fromEntries(settingsOf(type).map(([name, setting]) => [name, plain[name] ?? setting.default ?? null]));
}

/**
 * The settings of a connection as its type wants them, completed with defaults. Required ones may be missing while it is
 * a draft: `findMissing` tells.
 *
 * @throws UnsealError when a secret cannot be opened
 */
export function openSettings(type: AnyConnectionType, keyRing: KeyRing, stored: StoredSettings): DraftSettings {
  return completeSettings(type, openStored(type, keyRing, stored));
}

/** What activation would ask for: required settings that are missing, and the type's own rules across settings. */
export function findIncomplete(
  type: AnyConnectionType,
  settings: DraftSettings,
): { readonly missing: readonly string[]; readonly issues: readonly SettingIssue[] } {
  return {
    missing: settingsOf(type).flatMap(([name, setting]) => (setting.required && settings[name] === null ? [name] : [])),
    issues: type.check(settings, true),
  };
}

/**
 * The settings as a row keeps them, in the present declaration. A secret that was given is sealed anew; the others stay as
 * they are, or are sealed anew with their old time where an upgrade carried them over.
 */
export function sealSettings(
  type: AnyConnectionType,
  keyRing: KeyRing,
  id: string,
  change: {
    readonly plain: PlainSettings;
    /** Names of the settings that the input set or cleared. */
    readonly given: ReadonlySet<string>;
    /** What the row holds; `null` for a new connection. */
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

/** A setting that may be shown: its value, and for a secret when it was set. */
export type ShownSetting = { readonly value: unknown } | { readonly setAt: Date };

/**
 * The settings as anybody who may see the connection sees them: completed with defaults, secrets as the time when they
 * were set. Settings that hold nothing are absent. Opens secrets only where an upgrade needs them.
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
