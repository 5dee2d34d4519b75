/**
 * Settings of a connection type, declared once. The TypeScript type, parsing, the GraphQL input and output, the form
 * description, the redaction of secrets and the guide's table all follow from the declaration.
 */

/** How a setting is entered and shown. Each kind has one GraphQL type. */
export type SettingKind =
  "TEXT" | "URL" | "SECRET" | "TOGGLE" | "INTEGER" | "TIME" | "CHOICE" | "CHOICES" | "LIST" | "DOCUMENT";

/** Says why an address is not allowed; `null` if it is. */
export type UrlRule = (url: URL) => string | null;

export interface ParseContext {
  /**
   * The rule for addresses that the server requests: they must be https and public, except on hosts that the operator
   * allows.
   */
  readonly serverUrl: UrlRule;
  /**
   * The rule for addresses that only browsers request: they must be https, except on hosts that the operator allows.
   * They may be private.
   */
  readonly browserUrl: UrlRule;
}

/** A parsed value, or a sentence about the mistake in the input. */
export type Parsed<Value> = { readonly value: Value } | { readonly issue: string };

/** Whether another setting of the type has a value. */
export interface SettingCondition {
  readonly setting: string;
  readonly value: string | boolean;
}

/**
 * One declared setting. `Value` is the type of its value in an activated connection. It includes `null` unless the
 * setting is required or has a default.
 */
export interface Setting<Value = unknown> {
  readonly kind: SettingKind;
  readonly label: string;
  readonly help: string;
  /** Whether the setting must have a value before activation. A draft may have none. */
  readonly required: boolean;
  /** The condition under which activation does not need a required setting; `null` if it always needs the setting. */
  readonly requiredUnless: SettingCondition | null;
  /** Whether the setting cannot change any more after the first activation. */
  readonly fixed: boolean;
  /** A change raises the trust version, which ends flows and sessions of the connection. */
  readonly trust: boolean;
  /**
   * Whether the change from `before` to `after` raises the trust version. Left out, every change does. Called only if
   * `trust` is true.
   */
  raisesTrust?(this: void, before: NonNullable<Value> | null, after: NonNullable<Value> | null): boolean;
  /** The type sends secrets to this address. Whoever changes the address must enter the secrets again. */
  readonly receivesSecrets: boolean;
  /** The value if the setting is left out. */
  readonly default: Value | null;
  /** The values of a `CHOICE` or `CHOICES`, as GraphQL enum values. */
  readonly options: readonly string[] | null;
  readonly parse: (input: unknown, context: ParseContext) => Parsed<NonNullable<Value>>;
}

/** All settings of a type by name, in the order of the form. */
export type SettingsDeclaration = Readonly<Record<string, Setting<any>>>; // any: variance of parse; the factories below type each value

/** The settings of a connection that can be activated. */
export type SettingsOf<Declaration extends SettingsDeclaration> = {
  readonly [Name in keyof Declaration]: Declaration[Name] extends Setting<infer Value> ? Value : never;
};

/** The settings of a draft, any of which may be `null`. */
export type DraftSettingsOf<Declaration extends SettingsDeclaration> = {
  readonly [Name in keyof Declaration]: SettingsOf<Declaration>[Name] | null;
};

/** A mistake in one setting, or in several together. */
export interface SettingIssue {
  /** The setting at which a form shows the message. */
  readonly setting: string;
  readonly message: string;
}

interface Common<Value> {
  readonly label: string;
  readonly help: string;
  readonly required?: boolean;
  /** Allowed only if `required` is true. */
  readonly requiredUnless?: SettingCondition;
  readonly fixed?: boolean;
  readonly trust?: boolean;
  raisesTrust?(this: void, before: Value | null, after: Value | null): boolean;
  readonly receivesSecrets?: boolean;
  readonly default?: Value;
}

/** A value can be `null` unless the setting is always required or has a default. */
type Held<Value, Options> = Options extends { requiredUnless: SettingCondition }
  ? Value | null
  : Options extends { required: true } | { default: Value }
    ? Value
    : Value | null;

function declare<Value, Options extends Common<Value>>(
  kind: SettingKind,
  options: Options,
  parse: (input: unknown, context: ParseContext) => Parsed<Value>,
  choices: readonly string[] | null = null,
): Setting<Held<Value, Options>> {
  return {
    kind,
    label: options.label,
    help: options.help,
    required: options.required ?? false,
    requiredUnless: options.requiredUnless ?? null,
    fixed: options.fixed ?? false,
    trust: options.trust ?? false,
    ...(options.raisesTrust && {
      raisesTrust: options.raisesTrust as NonNullable<Setting<Held<Value, Options>>["raisesTrust"]>,
    }),
    receivesSecrets: options.receivesSecrets ?? false,
    default: (options.default ?? null) as Held<Value, Options> | null,
    options: choices,
    parse: parse as Setting<Held<Value, Options>>["parse"],
  };
}

const TEXT_LENGTH = 2_000;
const DOCUMENT_LENGTH = 1_000_000;
const LIST_LENGTH = 100;

function parseText(input: unknown, longest = TEXT_LENGTH): Parsed<string> {
  if (typeof input !== "string") return { issue: "must be a string" };
  const value = input.trim();
  if (value === "") return { issue: "must not be empty; leave it out or send null to clear it" };
  if (value.length > longest) return { issue: `must be at most ${longest} characters long` };
  // oxlint-disable-next-line no-control-regex -- the pattern must match control characters
  if (longest === TEXT_LENGTH && /[\u0000-\u001f\u007f]/.test(value))
    return { issue: "must not contain line breaks or control characters" };
  // Half a surrogate pair has no bytes in UTF-8, so the stored text would differ.
  if (/\p{Cs}/u.test(value)) return { issue: "must not contain half a character" };
  const issue = longest === DOCUMENT_LENGTH ? null : findTypography(value);
  return issue === null ? { value } : { issue };
}

/**
 * Finds a character that word processors and web pages add to copied ids and secrets, and returns the mistake.
 * Providers do not use such characters.
 */
function findTypography(value: string): string | null {
  const [found = ""] = /[\u2018-\u201f]|\p{Cf}/u.exec(value) ?? [];
  if (found === "") return null;
  const code = `U+${found.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  const place = `character ${Array.from(value).indexOf(found) + 1}`;
  return /\p{Cf}/u.test(found)
    ? `must not contain an invisible character (${code}, ${place}); copy it again from the provider's page, or type it`
    : `must not contain the typographic quotation mark ${found} (${code}, ${place}); copy it again from the provider's page, or type it`;
}

/** One line of text, trimmed. The whole value must match `pattern`. */
export function text<const Options extends Common<string> & { pattern?: { matches: RegExp; sentence: string } }>(
  options: Options,
) {
  return declare<string, Options>("TEXT", options, (input) => {
    const parsed = parseText(input);
    if ("value" in parsed && options.pattern && !options.pattern.matches.test(parsed.value))
      return { issue: options.pattern.sentence };
    return parsed;
  });
}

/** An absolute URL. `reach` says who requests it: the server, or only browsers. */
export function url<const Options extends Common<string> & { reach: "server" | "browser" }>(options: Options) {
  return declare<string, Options>("URL", options, (input, context) => {
    const parsed = parseText(input);
    if ("issue" in parsed) return parsed;
    if (!URL.canParse(parsed.value)) return { issue: "must be an absolute address such as https://id.example.com" };
    const address = new URL(parsed.value);
    const refused = options.reach === "server" ? context.serverUrl(address) : context.browserUrl(address);
    return refused === null ? parsed : { issue: refused };
  });
}

/** A secret. Usher stores it encrypted. The API never returns it, only the time when it was set. */
export function secret<const Options extends Common<string> & { longest?: number }>(options: Options) {
  return declare<string, Options>("SECRET", options, (input) => parseText(input, options.longest ?? TEXT_LENGTH));
}

/** A setting that is on or off. */
export function toggle<const Options extends Common<boolean> & { default: boolean }>(options: Options) {
  return declare<boolean, Options>("TOGGLE", options, (input) =>
    typeof input === "boolean" ? { value: input } : { issue: "must be true or false" },
  ) as Setting<boolean>;
}

/** A whole number from `minimum` to `maximum`. The setting's name ends with the unit. */
export function integer<const Options extends Common<number> & { minimum: number; maximum: number }>(options: Options) {
  return declare<number, Options>("INTEGER", options, (input) =>
    typeof input === "number" && Number.isInteger(input) && input >= options.minimum && input <= options.maximum
      ? { value: input }
      : { issue: `must be a whole number from ${options.minimum} to ${options.maximum}` },
  ) as Setting<Options extends { required: true } | { default: number } ? number : number | null>;
}

/** A moment, kept as ISO 8601 in UTC. A date without a time means the beginning of that day in UTC. */
export function time<const Options extends Common<string>>(options: Options) {
  return declare<string, Options>("TIME", options, (input) => {
    const parsed = parseText(input);
    if ("issue" in parsed) return parsed;
    const [, date] = MOMENT.exec(parsed.value) ?? [];
    const moment = new Date(parsed.value);
    // JavaScript reads 31 February as a day in March.
    const isReal = date !== undefined && readDate(date) === date && !Number.isNaN(moment.getTime());
    return isReal
      ? { value: moment.toISOString() }
      : { issue: "must be a date such as 2027-05-31, or a time with its offset such as 2027-05-31T12:00:00+02:00" };
  });
}

const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

function readDate(date: string): string | null {
  const moment = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(moment.getTime()) ? null : moment.toISOString().slice(0, 10);
}

/** One of a few values. Names are GraphQL enum values. */
export function choice<
  const Value extends string,
  const Options extends Omit<Common<Value>, "default"> & { default?: NoInfer<Value> },
>(values: readonly Value[], options: Options) {
  return declare<Value, Common<Value>>(
    "CHOICE",
    options as Common<Value>,
    (input) =>
      values.includes(input as Value) ? { value: input as Value } : { issue: `must be one of ${values.join(", ")}` },
    values,
  ) as Setting<Options extends { required: true } | { default: string } ? Value : Value | null>;
}

/** At least one of a few values. */
export function choices<
  const Value extends string,
  const Options extends Omit<Common<readonly Value[]>, "default"> & { default?: readonly NoInfer<Value>[] },
>(values: readonly Value[], options: Options) {
  return declare<readonly Value[], Common<readonly Value[]>>(
    "CHOICES",
    options as Common<readonly Value[]>,
    (input) =>
      Array.isArray(input) && input.length > 0 && input.every((each) => values.includes(each))
        ? { value: [...new Set(input as Value[])] }
        : { issue: `must be a list with at least one of ${values.join(", ")}` },
    values,
  ) as Setting<
    Options extends { required: true } | { default: readonly string[] } ? readonly Value[] : readonly Value[] | null
  >;
}

/** A list of texts without duplicates. `item` parses each one. */
export function list<
  const Options extends Common<readonly string[]> & {
    item?: (value: string) => Parsed<string>;
    /** The longest item, in characters. */
    longestItem?: number;
  },
>(options: Options) {
  return declare<readonly string[], Options>("LIST", options, (input) => {
    if (!Array.isArray(input)) return { issue: "must be a list of strings" };
    if (input.length > LIST_LENGTH) return { issue: `must have at most ${LIST_LENGTH} entries` };
    const values: string[] = [];
    for (const [index, each] of input.entries()) {
      const plain = parseText(each, options.longestItem ?? TEXT_LENGTH);
      const parsed = "value" in plain && options.item ? options.item(plain.value) : plain;
      if ("issue" in parsed) return { issue: `entry ${index + 1} ${parsed.issue}` };
      if (!values.includes(parsed.value)) values.push(parsed.value);
    }
    return values.length === 0 ? { issue: "must have at least one entry; send null to clear it" } : { value: values };
  });
}

/** A document of several lines, such as XML or JSON, at most a million characters. */
export function document<const Options extends Common<string>>(options: Options) {
  return declare<string, Options>("DOCUMENT", options, (input) => parseText(input, DOCUMENT_LENGTH));
}
