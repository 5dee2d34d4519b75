/**
 * The policies of a connection. Each is declared once: the stored document, the parsing of inputs and the GraphQL types
 * follow from the declaration. A policy that is missing in a stored document has its default.
 */
import type { InputCheck } from "../../platform/errors/input.js";

/** A policy with a few values, an enum in GraphQL. */
export interface ChoicePolicy<Value extends string = string> {
  readonly kind: "choice";
  /** What the policy decides. */
  readonly description: string;
  readonly enumName: string;
  /** Every value with its meaning. */
  readonly values: Readonly<Record<Value, string>>;
  readonly default: Value;
}

/** A policy that is on or off. */
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
      "How the first sign-in of a person finds an account that was prepared for them: an account of this organization with the method SSO, which nobody has signed in to. Password accounts are never found. Two matches refuse the sign-in. Later sign-ins follow the link and ignore this policy.",
    enumName: "MatchKey",
    values: {
      EMAIL: "By e-mail address, unless the provider says that the address is not verified.",
      SUBJECT: "Not at all. Only a link that exists leads to an account.",
      USERNAME: "By username. Upper and lower case count as the same.",
      EMPLOYEE_ID: "By employee ID, compared exactly.",
    },
    default: "EMAIL",
  }),
  accountLinking: choice({
    description:
      "Whether a sign-in joins the person to an account of this organization that has the same e-mail address. Switching MERGE_BY_EMAIL off hides the links that merging made, and those people get accounts of their own. Switching it on again brings the links back.",
    enumName: "AccountLinking",
    values: {
      NONE: "Never. The person gets an account of their own, even if another account has the same address.",
      MERGE_BY_EMAIL:
        "At the sign-in, if the address is verified as requireVerifiedEmail demands, both for the person and for the account. If several accounts have the address, all connections that merge lead to the same one, the meeting account: active accounts come first, then accounts with a password, then the oldest.",
      ADMIN_LINK: "After an administrator approves it. Until then the sign-in is refused.",
    },
    default: "NONE",
  }),
  requireVerifiedEmail: onOff(
    "Whether merging needs a verified address. The address is verified if the provider says so, or if the provider says nothing and the organization has proved the domain. An address that the provider calls not verified never merges, whatever this policy says.",
    true,
  ),
  jitProvisioning: onOff(
    "Whether a sign-in creates an account for a person who has none (just-in-time provisioning). If false, the sign-in is refused, and accounts must be created beforehand.",
    true,
  ),
  jitActivation: choice({
    description: "The status of an account that a sign-in creates.",
    enumName: "JitActivation",
    values: {
      ACTIVE: "Active at once.",
      PENDING_APPROVAL: "Waiting for approval. Sign-ins are refused until an administrator approves the account.",
    },
    default: "ACTIVE",
  }),
  unmappedUser: choice({
    description:
      "What happens when no role mapping matches. Applies to people who have no role yet, and to everybody if roleSync is AUTHORITATIVE.",
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
      REJECT: "The sign-in is refused. The error says which field is missing.",
      USE_EMAIL:
        "Usher fills the gap from the names that the provider sent: the parts of the full name, the whole full name, or the only name. If it sent no name, the e-mail address becomes the first, last and full name. If it sent no username, the e-mail address becomes the username. The first sign-in to a prepared account fills its missing full name and username in the same way.",
    },
    default: "REJECT",
  }),
  profileUpdate: choice({
    description: "When a sign-in changes the profile of an account that exists.",
    enumName: "ProfileUpdate",
    values: {
      EVERY_SIGN_IN: "At every sign-in.",
      FIRST_VALUE: "Only fields that have no value yet.",
    },
    default: "EVERY_SIGN_IN",
  }),
  missingGroups: choice({
    description:
      "What a sign-in without a groups claim means, for groups and for roles. Groups that are unknown, as in Entra ID's overage, never count as none.",
    enumName: "MissingGroups",
    values: {
      KEEP: "The groups are unknown: roles and memberships that rules on groups gave stay.",
      EMPTY: "The person is in no group.",
    },
    default: "KEEP",
  }),
  roleSync: choice({
    description: "What happens to roles when no role mapping matches.",
    enumName: "RoleSync",
    values: {
      STICKY: "The roles stay as they are.",
      AUTHORITATIVE:
        "The person gets the organization's default role, or the sign-in is refused, as unmappedUser says.",
    },
    default: "STICKY",
  }),
  groupRemoval: choice({
    description: "When a sign-in removes memberships that this connection's mappings gave and no longer give.",
    enumName: "GroupRemoval",
    values: {
      UNMERGED_ONLY: "For everybody, except in accounts that merging joined the person to.",
      ALWAYS: "For everybody.",
      NEVER: "Never.",
    },
    default: "UNMERGED_ONLY",
  }),
};

export type PolicyName = keyof typeof CONNECTION_POLICIES;

/** The policies of a connection, with defaults. */
export type ConnectionPolicies = {
  readonly [Name in PolicyName]: (typeof CONNECTION_POLICIES)[Name] extends ChoicePolicy<infer Value> ? Value : boolean;
};

/** Policies of an input. An absent policy does not change; `null` restores the default. */
export type ConnectionPoliciesChange = { readonly [Name in PolicyName]?: ConnectionPolicies[Name] | null };

const DECLARED = Object.entries(CONNECTION_POLICIES) as [PolicyName, ConnectionPolicy][];

/** Completes a stored document with the defaults. Values that this version does not know count as absent. */
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

/** Applies a change. Adds mistakes to `check` at `policies.NAME`. */
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
