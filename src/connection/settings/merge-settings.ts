/** Merges an input into the settings of a connection. A setting that the input leaves out stays; `null` clears it. */
import type { AnyConnectionType, ParseContext } from "../contract/index.js";
import type { FieldIssue } from "../../platform/errors/failure.js";
import {
  describeMissingApp,
  findOperatorAppIssues,
  lacksOperatorApp,
  usesOperatorApp,
} from "../operator-app/operator-app.js";
import { keyOf } from "../registry.js";
import { completeSettings, findIncomplete, settingsOf, type PlainSettings } from "./stored-settings.js";

/** An input of one type's settings, by name. */
export type SettingsInput = Readonly<Record<string, unknown>>;

/** Collects mistakes, such as an `InputCheck`. */
export interface IssueSink {
  readonly add: (path: string, code: FieldIssue["code"], message: string) => unknown;
}

export interface MergedSettings {
  readonly plain: PlainSettings;
  /** The names of the settings that the input set or cleared, or that the type derived from the input. */
  readonly given: ReadonlySet<string>;
}

/** The path of a setting in inputs: `settings.oidc.clientId`. */
export function settingPath(type: AnyConnectionType, name: string): string {
  return `settings.${keyOf(type)}.${name}`;
}

export function namesGiven(input: SettingsInput): ReadonlySet<string> {
  return new Set(Object.keys(input).filter((name) => input[name] !== undefined));
}

/**
 * Merges an input into the settings `before`. Adds mistakes to `check`. Rules across settings are checked only if each setting
 * is valid by itself.
 *
 * @param complete whether all settings that activation needs must be set; `true` for an active connection
 */
export function mergeSettings(
  type: AnyConnectionType,
  before: PlainSettings,
  input: SettingsInput,
  surroundings: { readonly context: ParseContext; readonly check: IssueSink; readonly complete: boolean },
): MergedSettings {
  const { context, check, complete } = surroundings;
  const given = namesGiven(input);
  const plain: Record<string, unknown> = {};
  let isParsed = true;
  const refuse = (name: string, code: "INVALID" | "UNKNOWN", message: string) => {
    isParsed = false;
    check.add(settingPath(type, name), code, message);
  };
  for (const name of given)
    if (!Object.hasOwn(type.settings, name)) refuse(name, "UNKNOWN", `is not a setting of ${type.name}`);
  for (const [name, setting] of settingsOf(type)) {
    if (!given.has(name)) {
      if (before[name] !== undefined) plain[name] = before[name];
      continue;
    }
    if (input[name] === null) continue;
    const parsed = setting.parse(input[name], context);
    if ("issue" in parsed) refuse(name, "INVALID", parsed.issue);
    else plain[name] = parsed.value;
  }
  if (!isParsed) return { plain, given };
  for (const { setting, message } of findOperatorAppIssues(type, before, plain)) refuse(setting, "INVALID", message);
  if (!isParsed) return { plain, given };
  const filled = fillIn(type, { plain, given });
  checkTogether(type, filled.plain, check, complete);
  return filled;
}

/** Lets the type derive settings from another setting that is a document. A setting that stays at its default stays unset. */
function fillIn(type: AnyConnectionType, { plain, given }: MergedSettings): MergedSettings {
  if (type.complete === undefined) return { plain, given };
  const settings = completeSettings(type, plain);
  const answer: Readonly<Record<string, unknown>> = type.complete(settings, given);
  const filled: Record<string, unknown> = { ...plain };
  const touched = new Set(given);
  for (const [name] of settingsOf(type)) {
    const value = answer[name] ?? null;
    if (JSON.stringify(value) === JSON.stringify(settings[name])) continue;
    touched.add(name);
    if (value === null) delete filled[name];
    else filled[name] = value;
  }
  return { plain: filled, given: touched };
}

function checkTogether(type: AnyConnectionType, plain: PlainSettings, check: IssueSink, complete: boolean): void {
  const settings = completeSettings(type, plain);
  if (!complete) {
    for (const { setting, message } of type.check(settings, false))
      check.add(settingPath(type, setting), "INVALID", message);
    return;
  }
  for (const issue of describeIncomplete(type, settings)) check.add(issue.path, issue.code, issue.message);
}

/** The mistakes that prevent activation, each with the path of its setting. */
export function describeIncomplete(
  type: AnyConnectionType,
  settings: ReturnType<typeof completeSettings>,
): readonly FieldIssue[] {
  if (lacksOperatorApp(type, settings)) {
    const { setting, message } = describeMissingApp(type);
    return [{ path: settingPath(type, setting), code: "INVALID", message }];
  }
  const { missing, issues } = findIncomplete(type, settings);
  const consented = usesOperatorApp(settings) ? (type.operatorApp?.fixes ?? []) : [];
  return [
    ...missing.map((name) => ({
      path: settingPath(type, name),
      code: "REQUIRED" as const,
      message: consented.includes(name)
        ? "is missing until the customer consents; startConsent begins that"
        : "is required",
    })),
    ...issues
      .filter(({ setting }) => !missing.includes(setting))
      .map(({ setting, message }) => ({ path: settingPath(type, setting), code: "INVALID" as const, message })),
  ];
}
