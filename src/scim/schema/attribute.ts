/** How a SCIM schema describes an attribute (RFC 7643, section 7). */

export interface Attribute {
  readonly name: string;
  readonly type: "string" | "boolean" | "complex" | "reference";
  readonly description: string;
  readonly multiValued: boolean;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: "readOnly" | "readWrite" | "writeOnly";
  readonly returned: "always" | "default" | "never";
  readonly uniqueness: "none" | "server";
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

type Choices = Partial<Omit<Attribute, "name" | "type" | "description">>;

const DEFAULTS = {
  multiValued: false,
  required: false,
  caseExact: false,
  mutability: "readWrite",
  returned: "default",
  uniqueness: "none",
} as const;

export const text = (name: string, description: string, choices: Choices = {}): Attribute => ({
  name,
  type: "string",
  description,
  ...DEFAULTS,
  ...choices,
});

export const flag = (name: string, description: string, choices: Choices = {}): Attribute => ({
  name,
  type: "boolean",
  description,
  ...DEFAULTS,
  ...choices,
});

export const reference = (name: string, description: string, choices: Choices = {}): Attribute => ({
  name,
  type: "reference",
  description,
  ...DEFAULTS,
  caseExact: true,
  ...choices,
});

export const complex = (
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  choices: Choices = {},
): Attribute => ({ name, type: "complex", description, ...DEFAULTS, ...choices, subAttributes });

/** A list of values with a type and a mark for the primary one (RFC 7643, section 2.4). */
export const list = (name: string, description: string, types: readonly string[] = []): Attribute =>
  complex(
    name,
    description,
    [
      text("value", "The value."),
      text("display", "A name for people."),
      text("type", "What the value is for.", types.length === 0 ? {} : { canonicalValues: types }),
      flag("primary", "Whether it is the preferred value. At most one is."),
    ],
    { multiValued: true },
  );
