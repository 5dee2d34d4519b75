/**
 * The policies of an organization. Each is declared once. The stored document, the parsing of inputs and the GraphQL types
 * follow from the declaration. A policy that is missing in a stored document has its default.
 */
import type { InputCheck } from "../../platform/errors/input.js";
import type { SeatModel, SeatsFullPolicy } from "../seat/seat.js";
import type { SecondFactorPolicy } from "../factor/factor.js";
import { FIELD_SOURCES, type FieldSource } from "../user/profile/field.js";

/** @internal */
export const SSO_ENFORCEMENTS = ["OPTIONAL", "REQUIRED", "OFF"] as const;
const AUTH_METHOD_CHANGES = ["FORBID", "ADMIN"] as const;
/** @internal */
export const ROLE_ASSIGNMENTS = ["HIGHEST", "ALL"] as const;
const BILLING_CYCLES = ["MONTH", "YEAR"] as const;
const PASSWORDS_FOR_SSO_USERS = ["BREAK_GLASS_ONLY", "DENY", "ALLOW"] as const;

export interface OrganizationPolicies {
  /** Whether people may, must or cannot sign in through an identity provider. */
  readonly ssoEnforcement: (typeof SSO_ENFORCEMENTS)[number];
  /** Whether people with an identity at a provider may sign in by password too. */
  readonly passwordForSsoUsers: (typeof PASSWORDS_FOR_SSO_USERS)[number];
  /** Whether people with a password show a second factor too. */
  readonly secondFactor: SecondFactorPolicy;
  /** Whether a passkey signs a person in without the password. */
  readonly passkeySignIn: boolean;
  /** Whether administrators may move password accounts to single sign-on. */
  readonly authMethodChange: (typeof AUTH_METHOD_CHANGES)[number];
  /** What passwords must be. */
  readonly passwordRules: PasswordRules;
  /** The key of the role for new people without a chosen or mapped role. */
  readonly defaultRole: string;
  /** Whether a sign-in gives the highest of the roles that match, or all of them. */
  readonly roleAssignment: (typeof ROLE_ASSIGNMENTS)[number];
  /** Whether a role given by hand takes precedence over mappings. */
  readonly manualRoleWins: boolean;
  /** Which source of a person's fields overrules which: the strongest first. */
  readonly fieldPrecedence: readonly FieldSource[];
  /** When a seat is taken. */
  readonly seatModel: SeatModel;
  /** What a full plan stops: only training, or new accounts as well. */
  readonly seatsFull: SeatsFullPolicy;
  /** When billing cycles begin and how long they last. */
  readonly billingAnchor: BillingAnchor;
  /** The smallest number of people for which Usher shows a figure about a group's results. */
  readonly groupResultsMinimum: number;
  /** After how many minutes without a request a session ends. */
  readonly sessionIdleMinutes: number;
  /** How many minutes after the sign-in a session ends, however much it is used. */
  readonly sessionLifetimeMinutes: number;
}

/** Billing cycles begin at midnight of a day, in the organization's time zone. */
export interface BillingAnchor {
  readonly cycle: (typeof BILLING_CYCLES)[number];
  /** From 1 to 28, because every month has these days. */
  readonly day: number;
  /** From 1 to 12. Only yearly cycles use it. */
  readonly month: number;
}

/** What the passwords of an organization's people must be. */
export interface PasswordRules {
  /** The fewest characters, from 8 to 64. */
  readonly shortestLength: number;
  /** Days after which a person must set a new password at the sign-in, from 1 to 3650; `null` for never. */
  readonly maximumAgeDays: number | null;
}

export type PolicyName = keyof OrganizationPolicies;

/** One declared enum. */
export interface DeclaredEnum<Value extends string = string> {
  /** Its name in GraphQL. */
  readonly name: string;
  readonly description: string;
  /** Every value with its meaning. */
  readonly values: Readonly<Record<Value, string>>;
}

/** The kind of a policy's values, from which types and checks follow. */
type Kinds<Value> =
  | { readonly kind: "choice"; readonly enum: DeclaredEnum<Extract<Value, string>> }
  | { readonly kind: "number"; readonly lowest: number; readonly highest: number }
  | { readonly kind: "switch" | "roleKey" | "precedence" | "anchor" | "passwordRules" };

/** One declared policy. */
export type DeclaredPolicy<Value = unknown> = Kinds<Value> & {
  /** The meaning of the policy. */
  readonly description: string;
  readonly default: Value;
};

const DAY_MINUTES = 24 * 60;
const SHORTEST_SESSION_MINUTES = 5;
const LONGEST_IDLE_DAYS = 30;
/** The highest value of `sessionLifetimeMinutes`. */
export const LONGEST_SESSION_MINUTES = 90 * DAY_MINUTES;

export const ORGANIZATION_POLICIES: { readonly [Name in PolicyName]: DeclaredPolicy<OrganizationPolicies[Name]> } = {
  ssoEnforcement: {
    kind: "choice",
    description: "Whether people may, must or cannot sign in through an identity provider.",
    enum: {
      name: "SsoEnforcement",
      description: "Whether the people of an organization sign in through an identity provider.",
      values: {
        OPTIONAL: "They may.",
        REQUIRED: "They must. If one connection is active, the organization's page redirects to its provider.",
        OFF: "They cannot.",
      },
    },
    default: "OPTIONAL",
  },
  passwordForSsoUsers: {
    kind: "choice",
    description:
      "Whether people with an identity at a provider may sign in by password too. A change keeps stored passwords, but they have no effect until the policy is ALLOW again or the account is no longer merged.",
    enum: {
      name: "PasswordForSsoUsers",
      description: "Whether people with an identity at a provider may sign in by password too.",
      values: {
        BREAK_GLASS_ONLY:
          "Only break-glass administrators sign in by password where single sign-on is required, and they have no identity at a provider.",
        DENY: "They may not.",
        ALLOW: "They may, in accounts of both methods.",
      },
    },
    default: "BREAK_GLASS_ONLY",
  },
  secondFactor: {
    kind: "choice",
    description:
      "Whether people who sign in by password show a second factor too: a code of an app, or a passkey. Break-glass accounts always need one.",
    enum: {
      name: "SecondFactorPolicy",
      description: "Whether people who sign in by password show a second factor too.",
      values: {
        OPTIONAL: "Those who have added one do.",
        REQUIRED: "All do. Those who have none add one at their next sign-in by password.",
        OFF: "Only break-glass accounts do. Factors that people have added are kept.",
      },
    },
    default: "OPTIONAL",
  },
  passkeySignIn: {
    kind: "switch",
    description:
      "Whether people with a password may sign in by a passkey alone. The device then asks for a fingerprint, a face or a PIN.",
    default: false,
  },
  authMethodChange: {
    kind: "choice",
    description:
      "Whether `changeAuthMethod` moves people with a password to single sign-on. Merging by e-mail needs no such change: it adds an identity to the account.",
    enum: {
      name: "AuthMethodChange",
      description: "Who may change how the person of an account signs in.",
      values: { FORBID: "Nobody.", ADMIN: "Administrators, with `changeAuthMethod`." },
    },
    default: "FORBID",
  },
  passwordRules: {
    kind: "passwordRules",
    description:
      "What passwords must be. A greater shortest length applies to passwords that are set from then on, the age to all passwords.",
    default: { shortestLength: 12, maximumAgeDays: null },
  },
  defaultRole: {
    kind: "roleKey",
    description:
      "The role of new people without a chosen or mapped role. You cannot name a role with a permission that you do not hold.",
    default: "USER",
  },
  roleAssignment: {
    kind: "choice",
    description: "Which roles a sign-in gives when several role mappings match.",
    enum: {
      name: "RoleAssignment",
      description: "How many of the matching roles a person gets.",
      values: {
        HIGHEST: "The role with the highest rank.",
        ALL: "All matching roles: their permissions add up, and `role` is the highest.",
      },
    },
    default: "HIGHEST",
  },
  manualRoleWins: {
    kind: "switch",
    description: "Whether a role given by hand stays when a role mapping matches at a sign-in.",
    default: false,
  },
  fieldPrecedence: {
    kind: "precedence",
    description:
      "The source whose value is shown if several sources give a field, the highest precedence first. Sources that are left out follow in their default order. A change takes effect on profile fields at once, and on address, names, username and employee ID when a source next gives values for the person.",
    default: FIELD_SOURCES,
  },
  seatModel: {
    kind: "choice",
    description:
      "When a user takes one of `totalSeats`. A change applies to users who become active or start training afterwards. A change from ACTIVE_USER releases the seats that were not used in this billing cycle.",
    enum: {
      name: "SeatModel",
      description: "When a user takes a seat of the organization's plan.",
      values: {
        NONE: "Never.",
        TRAINING_START: "At the first start of training in a billing cycle, until the cycle ends.",
        ACTIVE_USER:
          "When the account becomes active, until it no longer is. If training started in this billing cycle, until the cycle ends.",
      },
    },
    default: "NONE",
  },
  seatsFull: {
    kind: "choice",
    description: "The effect of a full plan, when every seat is taken.",
    enum: {
      name: "SeatsFull",
      description: "The effect of a full plan.",
      values: {
        BLOCK_TRAINING: "Accounts become active without a seat but cannot start training.",
        DENY_PROVISIONING: "Accounts are not created and do not become active.",
      },
    },
    default: "BLOCK_TRAINING",
  },
  billingAnchor: {
    kind: "anchor",
    description:
      "When billing cycles begin, at midnight in the organization's time zone, and how long they last. A change does not move the end of a used seat's cycle.",
    default: { cycle: "MONTH", day: 1, month: 1 },
  },
  groupResultsMinimum: {
    kind: "number",
    lowest: 2,
    highest: 1000,
    description:
      "The smallest number of people for which `groupResults` shows a figure, from 2 to 1000: averages and counts of fewer people are withheld.",
    default: 5,
  },
  sessionIdleMinutes: {
    kind: "number",
    lowest: SHORTEST_SESSION_MINUTES,
    highest: LONGEST_IDLE_DAYS * DAY_MINUTES,
    description:
      "After how many minutes without a request a session ends, from 5 to 43200 (30 days). Usher notes use to the minute. It applies to people whose home organization this is. A shorter time ends sessions at their next request; a longer one applies from the next request on.",
    default: 12 * 60,
  },
  sessionLifetimeMinutes: {
    kind: "number",
    lowest: SHORTEST_SESSION_MINUTES,
    highest: LONGEST_SESSION_MINUTES,
    description:
      "How many minutes after the sign-in a session ends, however much it is used, from 5 to 129600 (90 days). It applies to people whose home organization this is. A shorter time ends sessions at their next request; a longer one applies to later sign-ins.",
    default: 14 * DAY_MINUTES,
  },
};

/** The enum of `BillingAnchor.cycle`. */
export const BILLING_CYCLE_ENUM: DeclaredEnum<BillingAnchor["cycle"]> = {
  name: "BillingCycle",
  description: "How long a billing cycle lasts.",
  values: { MONTH: "A month, from `day` to `day`.", YEAR: "A year, from `day` of `month`." },
};

const DECLARED = Object.entries(ORGANIZATION_POLICIES) as [PolicyName, DeclaredPolicy][];

export const DEFAULT_ORGANIZATION_POLICIES = Object.fromEntries(
  DECLARED.map(([name, policy]) => [name, policy.default]),
) as unknown as OrganizationPolicies;

/** Completes a stored policy document with the defaults. */
export function readOrganizationPolicies(stored: unknown): OrganizationPolicies {
  return { ...DEFAULT_ORGANIZATION_POLICIES, ...(stored as Partial<OrganizationPolicies> | null) };
}

/** A change of policies. Absent policies stay unchanged, and `null` restores the default. The same applies to parts of the anchor and of the rules for passwords. */
export type OrganizationPoliciesChange = {
  readonly [Name in Exclude<PolicyName, "billingAnchor" | "passwordRules">]?: OrganizationPolicies[Name] | null;
} & {
  readonly billingAnchor?: { readonly [Part in keyof BillingAnchor]?: BillingAnchor[Part] | null } | null;
  readonly passwordRules?: { readonly [Part in keyof PasswordRules]?: PasswordRules[Part] | null } | null;
};

/** Applies a change. Adds mistakes to `check` at `policies.NAME`, except for unknown role keys, because that check needs the database. */
export function changeOrganizationPolicies(
  before: OrganizationPolicies,
  change: OrganizationPoliciesChange | null | undefined,
  check: InputCheck,
): OrganizationPolicies {
  const after: Record<string, unknown> = { ...before };
  for (const [name, policy] of DECLARED) {
    const value: unknown = change?.[name];
    if (value === undefined) continue;
    after[name] = value === null ? policy.default : readValue(policy, before[name], value, `policies.${name}`, check);
  }
  return after as unknown as OrganizationPolicies;
}

function readValue(policy: DeclaredPolicy, before: unknown, value: unknown, path: string, check: InputCheck): unknown {
  switch (policy.kind) {
    case "precedence": {
      const named = value as readonly FieldSource[];
      if (new Set(named).size !== named.length) check.add(path, "INVALID", "must name each source at most once");
      return [...named, ...FIELD_SOURCES.filter((source) => !named.includes(source))];
    }
    case "anchor":
      return readAnchor(before as BillingAnchor, value as OrganizationPoliciesChange["billingAnchor"], path, check);
    case "passwordRules":
      return readPasswordRules(
        before as PasswordRules,
        value as OrganizationPoliciesChange["passwordRules"],
        path,
        check,
      );
    case "number": {
      const { lowest, highest } = policy;
      if (!Number.isInteger(value) || Number(value) < lowest || Number(value) > highest)
        check.add(path, "INVALID", `must be a whole number from ${lowest} to ${highest}`);
      return value;
    }
    case "choice":
    case "switch":
    case "roleKey":
      return value;
  }
}

const LAST_DAY = 28;
const LAST_MONTH = 12;

function readAnchor(
  before: BillingAnchor,
  change: OrganizationPoliciesChange["billingAnchor"],
  path: string,
  check: InputCheck,
): BillingAnchor {
  const fallback = ORGANIZATION_POLICIES.billingAnchor.default;
  const part = <Part extends keyof BillingAnchor>(name: Part): BillingAnchor[Part] => {
    const value = change?.[name];
    return value === undefined ? before[name] : ((value ?? fallback[name]) as BillingAnchor[Part]);
  };
  const after: BillingAnchor = { cycle: part("cycle"), day: part("day"), month: part("month") };
  for (const [name, last] of [
    ["day", LAST_DAY],
    ["month", LAST_MONTH],
  ] as const)
    if (!Number.isInteger(after[name]) || after[name] < 1 || after[name] > last)
      check.add(`${path}.${name}`, "INVALID", `must be a whole number from 1 to ${last}`);
  return after;
}

const PASSWORD_LENGTHS = { lowest: 8, highest: 64 };
const MOST_DAYS = 3_650;

function readPasswordRules(
  before: PasswordRules,
  change: OrganizationPoliciesChange["passwordRules"],
  path: string,
  check: InputCheck,
): PasswordRules {
  const fallback = ORGANIZATION_POLICIES.passwordRules.default;
  const part = <Part extends keyof PasswordRules>(name: Part): PasswordRules[Part] => {
    const value = change?.[name];
    return value === undefined ? before[name] : ((value ?? fallback[name]) as PasswordRules[Part]);
  };
  const after: PasswordRules = { shortestLength: part("shortestLength"), maximumAgeDays: part("maximumAgeDays") };
  const { shortestLength, maximumAgeDays } = after;
  const { lowest, highest } = PASSWORD_LENGTHS;
  if (!Number.isInteger(shortestLength) || shortestLength < lowest || shortestLength > highest)
    check.add(`${path}.shortestLength`, "INVALID", `must be a whole number from ${lowest} to ${highest}`);
  if (
    maximumAgeDays !== null &&
    (!Number.isInteger(maximumAgeDays) || maximumAgeDays < 1 || maximumAgeDays > MOST_DAYS)
  )
    check.add(`${path}.maximumAgeDays`, "INVALID", `must be a whole number from 1 to ${MOST_DAYS}, or null`);
  return after;
}
