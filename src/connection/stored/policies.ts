/**
 * The policies of a connection. Each is declared once: the stored document, the parsing of inputs and the GraphQL types
 * follow from the declaration. What a stored document lacks has its default.
 */
import type { InputCheck } from "../../platform/errors/input.js";

/** One declared policy with a few values, an enum in GraphQL. */
export interface ChoicePolicy<Value extends string = string> {
  readonly kind: "choice";
  /** What the policy decides. */
  readonly description: string;
  /** The name of its enum in GraphQL. */
  readonly enumName: string;
  /** Every value with what it means. */
  readonly values: Readonly<Record<Value, string>>;
  readonly default: Value;
}

/** One declared policy that is on or off. */
export interface SwitchPolicy {
  readonly kind: "switch";
  readonly description: string;
  readonly default: boolean;
}

export type ConnectionPolicy = ChoicePolicy | SwitchPolicy;

function choice<const Value extends string>(
  declared: Omit<ChoicePolicy<Value>, "default" | "kind"> & { readonly default: NoInfer<Value> },
): ChoicePolicy<Value> {
  return { kind: "choice", ...declared };
}

function onOff(description: string, fallback: boolean): SwitchPolicy {
  return { kind: "switch", description, default: fallback };
}

export const CONNECTION_POLICIES = {
  matchKey: choice({
    description:
      "How a first sign-in finds an account that was prepared in this organization: of the method SSO, and never signed in. Never a password account; two matches refuse; afterwards the identity alone decides.",
    enumName: "MatchKey",
    values: {
      EMAIL: "By e-mail address, unless the provider says that the address is not verified.",
      SUBJECT: "By nothing: the identity alone decides, so prepared accounts are never found.",
      USERNAME: "By username, without regard to case.",
      EMPLOYEE_ID: "By employee ID, letter by letter.",
    },
    default: "EMAIL",
  }),
  accountLinking: choice({
    description:
      "Whether a sign-in joins an account of this organization that has the same e-mail address. Turning it off hides the links that it made, so that those people get accounts of their own; turning it on again brings them back.",
    enumName: "AccountLinking",
    values: {
      NONE: "Never: a single sign-on account is its own, even when another has the same address.",
      MERGE_BY_EMAIL:
        "At the sign-in, when the address is verified as requireVerifiedEmail asks, of the person who comes and of the account that is there. Of several accounts, all connections that merge lead to one: an active one before others, then the one with a password, then the oldest.",
      ADMIN_LINK: "After an administrator approved it; until then the sign-in is refused.",
    },
    default: "NONE",
  }),
  requireVerifiedEmail: onOff(
    "Whether merging needs the provider's word that the address is verified, or a domain that the organization proved where the provider says nothing. An explicit 'not verified' never merges, whatever this says.",
    true,
  ),
  jitProvisioning: onOff(
    "Whether a sign-in of somebody without an account makes one (just-in-time provisioning); else it is refused, and accounts are made beforehand.",
    true,
  ),
  jitActivation: choice({
    description: "What an account is that a sign-in makes.",
    enumName: "JitActivation",
    values: {
      ACTIVE: "Active at once.",
      PENDING_APPROVAL: "Waiting for an administrator's approval; the sign-in is refused until then.",
    },
    default: "ACTIVE",
  }),
  unmappedUser: choice({
    description:
      "What happens when no role mapping matches, and the person has no role yet or roleSync is AUTHORITATIVE.",
    enumName: "UnmappedUser",
    values: {
      ALLOW: "The person gets the organization's default role.",
      REFUSE: "The sign-in is refused.",
    },
    default: "ALLOW",
  }),
  missingName: choice({
    description: "What happens when the provider sends no first or last name.",
    enumName: "MissingName",
    values: {
      REJECT: "The sign-in is refused, and says which field is missing.",
      USE_EMAIL:
        "What the provider did send stands in: the parts of the full name, the full name as a whole, or the only name. Where it sent no name, the e-mail address is first, last and full name, and it is the username where none was sent. So is a full name or a username that a prepared account lacks at its first sign-in.",
    },
    default: "REJECT",
  }),
  profileUpdate: choice({
    description: "When what the provider sends changes the profile of an account that exists.",
    enumName: "ProfileUpdate",
    values: {
      EVERY_SIGN_IN: "At every sign-in.",
      FIRST_VALUE: "Only where the profile has no value yet.",
    },
    default: "EVERY_SIGN_IN",
  }),
  missingGroups: choice({
    description:
      "What it means that the provider sent no groups claim, for groups and roles alike. Groups that are unknown, as in Entra ID's overage, are never taken for none.",
    enumName: "MissingGroups",
    values: {
      KEEP: "Nothing is known, so roles and memberships that rules on groups gave stay.",
      EMPTY: "The person is in no group.",
    },
    default: "KEEP",
  }),
  roleSync: choice({
    description: "What happens to roles when no role mapping matches.",
    enumName: "RoleSync",
    values: {
      STICKY: "The roles stay as they are.",
      AUTHORITATIVE: "The person gets the organization's default role, or is refused under unmappedUser.",
    },
    default: "STICKY",
  }),
  groupRemoval: choice({
    description: "When a sign-in removes memberships that this connection's mappings gave and that no longer match.",
    enumName: "GroupRemoval",
    values: {
      UNMERGED_ONLY: "For everybody whom merging has not joined to an account that was there.",
      ALWAYS: "For everybody.",
      NEVER: "For nobody.",
    },
    default: "UNMERGED_ONLY",
  }),
};

export type PolicyName = keyof typeof CONNECTION_POLICIES;

/** The policies of a connection, complete. */
export type ConnectionPolicies = {
  readonly [Name in PolicyName]: (typeof CONNECTION_POLICIES)[Name] extends ChoicePolicy<infer Value> ? Value : boolean;
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
  ) as unknown as ConnectionPolicies;
}

export const DEFAULT_CONNECTION_POLICIES: ConnectionPolicies = readConnectionPolicies({});

/** Applies a change. What is wrong with it is added to `check` at `policies.NAME`. */
export function changePolicies(
  before: ConnectionPolicies,
  change: ConnectionPoliciesChange | null | undefined,
  check: InputCheck,
): ConnectionPolicies {
  const after: Record<string, string | boolean> = { ...before };
  for (const [name, value] of Object.entries((change ?? {}) as Readonly<Record<string, unknown>>)) {
    if (value === undefined) continue;
    const declared = Object.hasOwn(CONNECTION_POLICIES, name)
      ? (CONNECTION_POLICIES[name as PolicyName] as ConnectionPolicy)
      : null;
    if (declared === null) check.add(`policies.${name}`, "UNKNOWN", "is not a policy of a connection");
    else if (value === null) after[name] = declared.default;
    else if (isValueOf(declared, value)) after[name] = value;
    else check.add(`policies.${name}`, "INVALID", describeValues(declared));
  }
  return after as unknown as ConnectionPolicies;
}

function isValueOf(declared: ConnectionPolicy, value: unknown): value is string | boolean {
  if (declared.kind === "switch") return typeof value === "boolean";
  return typeof value === "string" && Object.hasOwn(declared.values, value);
}

function describeValues(declared: ConnectionPolicy): string {
  return declared.kind === "switch"
    ? "must be true or false"
    : `must be one of ${Object.keys(declared.values).join(", ")}`;
}
