/** The operator's app in the settings of a connection: what it replaces, and what only a consent sets. */
import { OPERATOR_APP_SETTING, type AnyConnectionType, type ConfiguredApp } from "../contract/index.js";

/** Settings by name, with or without defaults. */
type Settings = Readonly<Record<string, unknown>>;

/** A wrong setting of a connection that uses the operator's app. */
export interface OperatorAppIssue {
  readonly setting: string;
  readonly message: string;
}

/** An app of any connection type. */
export type AnyConfiguredApp = ConfiguredApp<any, any>; // any: a registry of differently typed plugins

/** Whether a connection, or its settings, use the operator's app. */
export function usesOperatorApp(settings: Settings): boolean {
  return settings[OPERATOR_APP_SETTING] === true;
}

/** The operator's app of a type; `null` if the type has none, or the operator has configured none. */
export function findConfiguredApp(type: AnyConnectionType | null): AnyConfiguredApp | null {
  return type?.operatorApp?.configured ?? null;
}

/**
 * Whether the settings use the operator's app, but the operator has configured no app of this type, or no longer has
 * it.
 */
export function lacksOperatorApp(type: AnyConnectionType | null, settings: Settings): boolean {
  return usesOperatorApp(settings) && findConfiguredApp(type) === null;
}

/**
 * The settings with which a connection is opened. If it uses the operator's app, the settings of the app replace its
 * own.
 */
export function supplyOperatorApp(type: AnyConnectionType, settings: Settings): Settings {
  return usesOperatorApp(settings) ? { ...settings, ...findConfiguredApp(type)?.settings } : settings;
}

/** The mistake to report if settings use the operator's app, but the operator has configured none. */
export function describeMissingApp(type: AnyConnectionType): OperatorAppIssue {
  const provider = type.operatorApp?.providerName ?? type.name;
  return {
    setting: OPERATOR_APP_SETTING,
    message: `cannot be used, because the operator of this installation has no app at ${provider}; ask the operator, or connect with an app of your own`,
  };
}

/** Finds settings that an input must not set beside the operator's app. */
export function findOperatorAppIssues(
  type: AnyConnectionType,
  before: Settings,
  after: Settings,
): readonly OperatorAppIssue[] {
  const { operatorApp } = type;
  if (operatorApp === undefined || !usesOperatorApp(after)) return [];
  const consented = usesOperatorApp(before) ? before : {};
  return [
    ...(lacksOperatorApp(type, after) && !usesOperatorApp(before) ? [describeMissingApp(type)] : []),
    ...operatorApp.supplies
      .filter((setting) => after[setting] !== undefined)
      .map((setting) => ({ setting, message: "must be left out or null, because the operator's app replaces it" })),
    ...operatorApp.fixes
      .filter((setting) => JSON.stringify(after[setting]) !== JSON.stringify(consented[setting]))
      .map((setting) => ({ setting, message: "cannot be entered, because only the consent of startConsent sets it" })),
  ];
}
