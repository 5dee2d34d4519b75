/** Finds mistakes in connection types at start, before a person signs in. */
import {
  CONTRACT_VERSION,
  type AnyConnectionType,
  type ParseContext,
  type RefusalText,
  type Setting,
} from "./contract/index.js";

const ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const LONGEST_ID = 64;
const SETTING_NAME = /^[a-z][A-Za-z0-9]*$/;
const GRAPHQL_NAME = /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/;
const REFUSAL_CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/;

/**
 * The members that every type must have, with what `typeof` gives for each. In a package written in JavaScript, no
 * compiler checks them.
 */
const MEMBERS = {
  id: "string",
  name: "string",
  description: "string",
  guide: "string",
  settingsVersion: "number",
  upgrade: "function",
  settings: "object",
  refusals: "object",
  check: "function",
  serviceProvider: "function",
  issuer: "function",
  open: "function",
  strategy: "function",
  normalize: "function",
  diagnose: "function",
} as const satisfies Partial<Record<keyof AnyConnectionType, string>>;

/**
 * Returns the mistakes of a type, one sentence each. If the type has a different contract version, returns only that
 * mistake.
 */
export function findTypeMistakes(type: AnyConnectionType): readonly string[] {
  const { contractVersion } = type as { readonly contractVersion: unknown };
  if (contractVersion !== CONTRACT_VERSION) return [explainVersion(contractVersion)];
  const mistakes = Object.entries(MEMBERS).flatMap(([member, kind]) =>
    typeof type[member as keyof AnyConnectionType] === kind && type[member as keyof AnyConnectionType] !== null
      ? []
      : [`${member} must be ${kind === "object" ? "an" : "a"} ${kind}`],
  );
  if (mistakes.length > 0) return mistakes;
  if (!ID.test(type.id) || type.id.length > LONGEST_ID)
    mistakes.push(`the id must be lower-case words joined with hyphens, at most ${LONGEST_ID} characters`);
  // The GraphQL type of its settings would be `ConnectionSettings`, but that is the name of the union over all types.
  if (type.id === "connection") mistakes.push("the id is reserved for Usher");
  for (const field of ["name", "description", "guide"] as const)
    if (type[field].trim() === "") mistakes.push(`${field} must not be empty`);
  if (!Number.isInteger(type.settingsVersion) || type.settingsVersion < 1)
    mistakes.push("settingsVersion must be a whole number, at least 1");
  if (type.binding !== "redirect" && type.binding !== "post") mistakes.push("binding must be redirect or post");
  const settings = Object.entries(type.settings as Record<string, Setting>);
  if (settings.length === 0) mistakes.push("it has no settings");
  for (const [name, { requiredUnless: unless, required }] of settings)
    if (unless && (!required || type.settings[unless.setting]?.parse(unless.value, ANY_ADDRESS).value !== unless.value))
      mistakes.push(`setting ${name}: requiredUnless needs required, and a value that another setting can have`);
  for (const [name, setting] of settings)
    mistakes.push(...findSettingMistakes(name, setting).map((mistake) => `setting ${name}: ${mistake}`));
  for (const [code, text] of Object.entries(type.refusals as Record<string, RefusalText>)) {
    if (!REFUSAL_CODE.test(code)) mistakes.push(`the refusal code ${code} is not upper case with underscores`);
    if (!isText(text?.message) || !isText(text?.remedy))
      mistakes.push(`the refusal ${code} needs a message and a remedy`);
  }
  return mistakes;
}

function explainVersion(stated: unknown): string {
  if (!Number.isInteger(stated)) return `contractVersion must be the number ${CONTRACT_VERSION}`;
  return (
    `it is written for version ${String(stated)} of the contract, and this Usher has version ${CONTRACT_VERSION}; ` +
    `install a release of the type for version ${CONTRACT_VERSION}, or an Usher with version ${String(stated)}`
  );
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

const ANY_ADDRESS: ParseContext = { serverUrl: () => null, browserUrl: () => null };

function findSettingMistakes(name: string, setting: Setting): string[] {
  if (typeof setting?.parse !== "function")
    return ["make it with `setting.text`, `setting.url` or another factory of `setting`"];
  const mistakes: string[] = [];
  if (!SETTING_NAME.test(name)) mistakes.push("the name must be camel case");
  if (!isText(setting.label) || !isText(setting.help)) mistakes.push("it needs a label and a help text");
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
