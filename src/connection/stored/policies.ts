/**
 * The policies of a connection. Each is declared once: the stored document, the parsing of inputs and the GraphQL types
 * follow from the declaration. What a stored document lacks has its default.
 */
import type { InputCheck } from "../../platform/errors/input.js";

/** One declared policy. */
export interface ConnectionPolicy<Value extends string = string> {
  /** What the policy decides. */
  readonly description: string;
  /** The name of its enum in GraphQL. */
  readonly enumName: string;
  /** Every value with what it means. */
  readonly values: Readonly<Record<Value, string>>;
  readonly default: Value;
}

function policy<const Value extends string>(
  declared: Omit<ConnectionPolicy<Value>, "default"> & { readonly default: NoInfer<Value> },
): ConnectionPolicy<Value> {
  return declared;
}

export const CONNECTION_POLICIES = {
  matchKey: policy({
    description:
      "How a first sign-in finds an account that was prepared in this organization: of the method SSO, and never signed in. Never a password account; two matches refuse; afterwards the identity alone decides.",
    enumName: "MatchKey",
    values: {
      EMAIL: "By e-mail address, unless the provider says that the address is not verified.",
      SUBJECT: "By nothing: the identity alone decides, so prepared accounts are never found.",
    },
    default: "EMAIL",
  }),
  jitProvisioning: policy({
    description: "Whether a sign-in of somebody without an account makes one (just-in-time provisioning).",
    enumName: "JitProvisioning",
    values: {
      ON: "The sign-in makes the account.",
      OFF: "The sign-in is refused; accounts are made beforehand.",
    },
    default: "ON",
  }),
  missingName: policy({
    description: "What happens when the provider sends no first or last name.",
    enumName: "MissingName",
    values: {
      REJECT: "The sign-in is refused, and says which field is missing.",
      USE_EMAIL: "Names are filled from the e-mail address, and so are full name and username.",
    },
    default: "REJECT",
  }),
  profileUpdate: policy({
    description: "When what the provider sends changes the profile of an account that exists.",
    enumName: "ProfileUpdate",
    values: {
      EVERY_SIGN_IN: "At every sign-in.",
      FIRST_VALUE: "Only where the profile has no value yet.",
    },
    default: "EVERY_SIGN_IN",
  }),
};

export type PolicyName = keyof typeof CONNECTION_POLICIES;

/** The policies of a connection, complete. */
export type ConnectionPolicies = {
  readonly [Name in PolicyName]: (typeof CONNECTION_POLICIES)[Name] extends ConnectionPolicy<infer Value>
    ? Value
    : never;
};

/** What an input says about policies: absence keeps, `null` brings the default back. */
export type ConnectionPoliciesChange = { readonly [Name in PolicyName]?: ConnectionPolicies[Name] | null };

const DECLARED = Object.entries(CONNECTION_POLICIES) as [PolicyName, ConnectionPolicy][];

/** Completes a stored document with the defaults; values that this version does not know count as absent. */
export function readConnectionPolicies(stored: unknown): ConnectionPolicies {
  const document = (stored ?? {}) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    DECLARED.map(([name, declared]) => {
      const value = document[name];
      return [name, isValueOf(declared, value) ? value : declared.default];
    }),
  ) as ConnectionPolicies;
}

export const DEFAULT_CONNECTION_POLICIES: ConnectionPolicies = readConnectionPolicies({});

/** Applies a change. What is wrong with it is added to `check` at `policies.NAME`. */
export function changePolicies(
  before: ConnectionPolicies,
  change: ConnectionPoliciesChange | null | undefined,
  check: InputCheck,
): ConnectionPolicies {
  const after: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries((change ?? {}) as Readonly<Record<string, unknown>>)) {
    if (value === undefined) continue;
    const declared = Object.hasOwn(CONNECTION_POLICIES, name)
      ? (CONNECTION_POLICIES[name as PolicyName] as ConnectionPolicy)
      : null;
    if (declared === null) check.add(`policies.${name}`, "UNKNOWN", "is not a policy of a connection");
    else if (value === null) after[name] = declared.default;
    else if (isValueOf(declared, value)) after[name] = value;
    else check.add(`policies.${name}`, "INVALID", `must be one of ${Object.keys(declared.values).join(", ")}`);
  }
  return after as ConnectionPolicies;
}

function isValueOf(declared: ConnectionPolicy, value: unknown): value is string {
  return typeof value === "string" && Object.hasOwn(declared.values, value);
}
