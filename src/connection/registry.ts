/** The connection types of this installation, checked at start. */
import type { AnyConnectionType, ParseContext, RefusalText, Setting } from "./contract/index.js";
import { defineFailure, Failure, type FailureDefinition } from "../platform/errors/failure.js";
import { UNKNOWN_CONNECTION_TYPE } from "./failures.js";

export interface ConnectionTypeRegistry {
  readonly types: readonly AnyConnectionType[];
  /** By id; `null` if the type is not installed. */
  readonly find: (id: string) => AnyConnectionType | null;
  /** @throws UNKNOWN_CONNECTION_TYPE if the type is not installed */
  readonly get: (id: string) => AnyConnectionType;
  /** By the key of GraphQL inputs, such as `entraId`. */
  readonly findByKey: (key: string) => AnyConnectionType | null;
  /** The refusals of all types, for the catalogue of failures. */
  readonly refusals: readonly FailureDefinition[];
  /** Releases what types hold for the process, such as worker threads. Called once, at stop. */
  readonly close: () => Promise<void>;
}

/** The declaration of a connection type has mistakes. The message names all of them. */
class ConnectionTypeMistake extends Error {
  override readonly name = "ConnectionTypeMistake";
}

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const LONGEST_ID = 64;
const SETTING_NAME = /^[a-z][A-Za-z0-9]*$/;
const GRAPHQL_NAME = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;
const REFUSAL_CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

/** The key of a type in GraphQL inputs: `entraId` for `entra-id`. */
export function keyOf(type: { readonly id: string }): string {
  return type.id.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** @throws ConnectionTypeMistake for duplicates and mistakes in declarations */
export function createRegistry(types: readonly AnyConnectionType[]): ConnectionTypeRegistry {
  const mistakes = types.flatMap((type) => findMistakes(type).map((mistake) => `${type.id}: ${mistake}`));
  const byId = new Map<string, AnyConnectionType>();
  const byKey = new Map<string, AnyConnectionType>();
  for (const type of types) {
    if (byId.has(type.id)) mistakes.push(`${type.id}: another connection type has the same id`);
    else if (byKey.has(keyOf(type)))
      mistakes.push(`${type.id}: its GraphQL key ${keyOf(type)} is also that of ${byKey.get(keyOf(type))?.id}`);
    byId.set(type.id, type);
    byKey.set(keyOf(type), type);
  }
  const refusals = gatherRefusals(types, mistakes);
  if (mistakes.length > 0)
    throw new ConnectionTypeMistake(
      `Correct the declarations of connection types:\n${mistakes.map((each) => `  - ${each}`).join("\n")}`,
    );
  return {
    types: [...types],
    find: (id) => byId.get(id) ?? null,
    get: (id) => {
      const type = byId.get(id);
      if (type === undefined) throw new Failure(UNKNOWN_CONNECTION_TYPE, { type: id });
      return type;
    },
    findByKey: (key) => byKey.get(key) ?? null,
    refusals,
    close: async () => {
      await Promise.all(types.map(async (type) => await type.close?.()));
    },
  };
}

/** Types of one protocol share its refusals. Two types must not have different texts for one code. */
function gatherRefusals(types: readonly AnyConnectionType[], mistakes: string[]): readonly FailureDefinition[] {
  const byCode = new Map<string, RefusalText>();
  for (const type of types)
    for (const [code, text] of Object.entries(type.refusals)) {
      const known = byCode.get(code);
      if (known === undefined) byCode.set(code, text);
      else if (known.message !== text.message || known.remedy !== text.remedy)
        mistakes.push(`${type.id}: its text of the refusal ${code} differs from another connection type's`);
    }
  return [...byCode].map(([code, text]) => defineFailure<unknown>({ code, status: 403, ...text }));
}

function findMistakes(type: AnyConnectionType): string[] {
  const mistakes: string[] = [];
  if (!ID.test(type.id) || type.id.length > LONGEST_ID)
    mistakes.push(`the id must be lower-case words joined with hyphens, at most ${LONGEST_ID} characters`);
  // Its GraphQL types would be named like `ConnectionSettings`, the union over all types.
  if (type.id === "connection") mistakes.push("the id is reserved for Usher");
  for (const field of ["name", "description", "guide"] as const)
    if (type[field].trim() === "") mistakes.push(`${field} must not be empty`);
  if (!Number.isInteger(type.settingsVersion) || type.settingsVersion < 1)
    mistakes.push("settingsVersion must be a whole number, at least 1");
  if (type.binding !== "redirect" && type.binding !== "post") mistakes.push("binding must be redirect or post");
  const settings = Object.entries(type.settings as Record<string, Setting>);
  if (settings.length === 0) mistakes.push("it has no settings");
  for (const [name, setting] of settings)
    mistakes.push(...findSettingMistakes(name, setting).map((mistake) => `setting ${name}: ${mistake}`));
  for (const [code, text] of Object.entries(type.refusals as Record<string, RefusalText>)) {
    if (!REFUSAL_CODE.test(code)) mistakes.push(`the refusal code ${code} is not upper case with underscores`);
    if (text.message.trim() === "" || text.remedy.trim() === "")
      mistakes.push(`the refusal ${code} needs a message and a remedy`);
  }
  return mistakes;
}

const ANY_ADDRESS: ParseContext = { serverUrl: () => null, browserUrl: () => null };

function findSettingMistakes(name: string, setting: Setting): string[] {
  const mistakes: string[] = [];
  if (!SETTING_NAME.test(name)) mistakes.push("the name must be camel case");
  if (setting.label.trim() === "" || setting.help.trim() === "") mistakes.push("it needs a label and a help text");
  if (setting.kind === "CHOICE" || setting.kind === "CHOICES") {
    if ((setting.options ?? []).length === 0) mistakes.push("it has no options");
    for (const option of setting.options ?? [])
      if (!GRAPHQL_NAME.test(option) || ["true", "false", "null"].includes(option))
        mistakes.push(`the option ${option} cannot be a value of a GraphQL enum`);
  }
  if (setting.kind === "SECRET" && (setting.default !== null || setting.fixed))
    mistakes.push("a secret can neither have a default nor be fixed");
  if (setting.default !== null) {
    const parsed = setting.parse(setting.default, ANY_ADDRESS);
    if ("issue" in parsed) mistakes.push(`its own default ${parsed.issue}`);
  }
  return mistakes;
}
