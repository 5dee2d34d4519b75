/** Finds the connection type of an input of settings by its only key. */
import type { AnyConnectionType } from "../contract/index.js";
import { Failure, INVALID_INPUT, type FieldIssue } from "../../platform/errors/failure.js";
import { keyOf, type ConnectionTypeRegistry } from "../registry.js";
import type { SettingsInput } from "./merge-settings.js";

/** Settings under the key of their type: `{ oidc: { … } }`. */
export type SettingsByType = Readonly<Record<string, SettingsInput | null | undefined>>;

/** @throws INVALID_INPUT unless exactly one known key has settings */
export function chooseType(
  registry: ConnectionTypeRegistry,
  settings: SettingsByType,
): { readonly type: AnyConnectionType; readonly input: SettingsInput } {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined && value !== null);
  const [entry] = given;
  const keys = registry.types.map(keyOf).join(", ");
  if (entry === undefined) throw refusal("settings", "REQUIRED", `must have one of the keys ${keys}`);
  if (given.length > 1)
    throw refusal("settings", "INVALID", `must have only one key, not ${given.map(([key]) => key).join(" and ")}`);
  const [key, input] = entry;
  const type = registry.findByKey(key);
  if (type === null) throw refusal(`settings.${key}`, "UNKNOWN", `is not a connection type; the keys are ${keys}`);
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw refusal(`settings.${key}`, "INVALID", "must be an object of settings");
  return { type, input };
}

function refusal(path: string, code: FieldIssue["code"], message: string) {
  return new Failure(INVALID_INPUT, { fields: [{ path, code, message }] });
}
