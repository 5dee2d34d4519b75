/**
 * Explains a decision to an administrator: which claim became which field, which rules matched and why, and what is
 * decided. Pure. A test sign-in, a preview and the record of a real sign-in all show this explanation.
 */
import type { ClaimRule } from "../connection/mapping/mapping.js";
import { shorten } from "../platform/text.js";
import { addSaid } from "./decide-access.js";
import type { Said } from "./directory/rules/claims.js";
import type { Decision, Situation } from "./situation.js";
import { takeSilence, type Evaluated, type MissingGroups } from "./mappings/evaluate-rule.js";
import { supplyValues } from "./mappings/supply-fields.js";

/** A field of the person as the provider supplies it. */
interface ExplainedField {
  readonly field: string;
  readonly value: string;
  /** The claim that the value came from; `null` if the connection type does not say. */
  readonly claim: string | null;
}

/** A mapping rule, and whether and why it matched. */
export interface ExplainedRule {
  readonly kind: "ATTRIBUTE" | "ROLE" | "GROUP";
  readonly claim: string;
  /** `null` for an attribute mapping, which has no condition. */
  readonly operator: ClaimRule["operator"] | null;
  /** The values that the rule compares with, separated by commas; `null` for an attribute mapping. */
  readonly value: string | null;
  /** The field, the role's id or the group's id. */
  readonly target: string;
  readonly matched: boolean;
  readonly reason: string;
}

/** The effect of a sign-in, or the effect that a tested or previewed sign-in would have. */
export interface ExplainedDecision {
  readonly kind: "CREATE" | "LINK" | "MERGE" | "UPDATE" | "REQUEST_LINK" | "REFUSE";
  /** The catalogue code of a refusal; `null` if the person is let in. */
  readonly code: string | null;
  /** For a refusal: the expected and the received data. */
  readonly detail: string | null;
  /** The account; `null` if a new one is made, or none was recognised. */
  readonly userId: string | null;
  /** The roles that the person has afterwards; empty for a refusal. */
  readonly roleIds: readonly string[];
  /** The groups that this connection's mappings put the person into; empty for a refusal. */
  readonly groupIds: readonly string[];
  /** Whether the sign-in takes a seat that the person does not have yet. */
  readonly takesSeat: boolean;
  /** Whether a new account waits for an administrator's approval, so that the person cannot sign in yet. */
  readonly awaitsApproval: boolean;
}

/** A sign-in, explained. */
export interface Explanation {
  readonly profile: readonly ExplainedField[];
  readonly rules: readonly ExplainedRule[];
  readonly decision: ExplainedDecision;
}

/** The most values that the reason of a rule quotes. */
const MOST_SHOWN = 5;

/** Explains what `decide` returned for a situation. */
export function explain(situation: Situation, decision: Decision): Explanation {
  return {
    profile: explainProfile(situation),
    rules: explainRules(situation, situation.currentAccess.get(userIdOf(decision) ?? "")?.said ?? null),
    decision: explainDecision(situation, decision),
  };
}

function explainProfile({ person: { profile }, connection }: Situation): readonly ExplainedField[] {
  return [...supplyValues(profile, connection.mappings.attributes)].map(([field, { value, claim }]) => ({
    field,
    value,
    claim,
  }));
}

function explainRules({ person: { profile }, connection }: Situation, said: Said | null): readonly ExplainedRule[] {
  const { mappings, policies } = connection;
  const supplied = supplyValues(profile, mappings.attributes);
  const filled = new Set<string>();
  const attributes = mappings.attributes.map(({ claim, field }): ExplainedRule => {
    const rule = { kind: "ATTRIBUTE", claim, operator: null, value: null, target: field } as const;
    const values = valuesOf(profile.attributes, claim);
    if (values.length === 0) return { ...rule, matched: false, reason: describeMissing(claim) };
    if (filled.has(field)) return { ...rule, matched: false, reason: `A mapping before this one fills ${field}.` };
    filled.add(field);
    return [...supplied].some(([name, value]) => name === field && value.claim === claim)
      ? { ...rule, matched: true, reason: `The claim ${claim} is ${describeValues(values)}.` }
      : { ...rule, matched: false, reason: `${describeValues(values)} cannot be used as ${field}.` };
  });
  const withSaid = addSaid(mappings, said);
  const conditional = <Rule extends ClaimRule & Evaluated>(
    kind: "ROLE" | "GROUP",
    rules: readonly Rule[],
    targetOf: (rule: Rule) => string,
  ) =>
    rules.map((rule, place) => ({
      kind,
      claim: rule.claim,
      operator: rule.operator,
      value: rule.values.join(", "),
      target: targetOf(rule),
      ...(explainSaid(rule, (kind === "ROLE" ? withSaid.roles : withSaid.groups)[place]) ??
        explainOutcome(rule, valuesOf(profile.attributes, rule.claim), policies.missingGroups)),
    }));
  return [
    ...attributes,
    ...conditional("ROLE", mappings.roles, ({ roleId }) => roleId),
    ...conditional("GROUP", mappings.groups, ({ groupId }) => groupId),
  ];
}

/** Why a rule matches because of a provisioning directory; `null` if the claims of the sign-in decide. */
function explainSaid(
  rule: ClaimRule & Evaluated,
  withSaid: Evaluated | undefined,
): Pick<ExplainedRule, "matched" | "reason"> | null {
  if (rule.outcome.kind === "matched" || withSaid?.outcome.kind !== "matched") return null;
  const value = quote(withSaid.outcome.value);
  return { matched: true, reason: `The provisioning directory says that ${rule.claim} has the value ${value}.` };
}

function explainOutcome(
  rule: ClaimRule & Evaluated,
  values: readonly string[],
  missingGroups: MissingGroups,
): Pick<ExplainedRule, "matched" | "reason"> {
  const { outcome } = rule;
  switch (outcome.kind) {
    case "matched":
      return { matched: true, reason: `The claim ${rule.claim} has the value ${quote(outcome.value)}.` };
    case "unmatched":
      return {
        matched: false,
        reason:
          values.length === 0
            ? describeMissing(rule.claim)
            : `The claim ${rule.claim} is ${describeValues(values)}, and no value fits.`,
      };
    case "silent":
      return {
        matched: false,
        reason:
          takeSilence(rule, missingGroups).kind === "silent"
            ? "The provider did not send groups. Under the policy missingGroups: KEEP, this rule changes nothing."
            : "The provider did not send groups. Under the policy missingGroups: EMPTY, the person counts as in none.",
      };
    case "unknown":
      return { matched: false, reason: `The person's groups are not known: ${outcome.reason}` };
    case "too-costly":
      return {
        matched: false,
        reason: "The rule was not evaluated: the rules before it took all the work that one sign-in may cause.",
      };
  }
}

/** The account that a decision is about; `null` for a new one. */
function userIdOf(decision: Decision): string | null {
  if (decision.kind === "create") return null;
  return (decision.kind === "merge" ? decision.candidate.user : decision.user)?.id ?? null;
}

function explainDecision(situation: Situation, decision: Decision): ExplainedDecision {
  switch (decision.kind) {
    case "refuse":
      return refusal("REFUSE", decision.failure.code, decision.detail, decision.user?.id ?? null);
    case "ask":
      return refusal("REQUEST_LINK", decision.refusal.failure.code, decision.refusal.detail, decision.user.id);
    case "create":
      return { ...admission(situation, decision, null), kind: "CREATE" };
    case "link":
      return { ...admission(situation, decision, decision.user.id), kind: "LINK" };
    case "merge":
      return { ...admission(situation, decision, decision.candidate.user.id), kind: "MERGE" };
    case "update":
      return { ...admission(situation, decision, decision.user.id), kind: "UPDATE" };
  }
}

function refusal(
  kind: "REFUSE" | "REQUEST_LINK",
  code: string,
  detail: string | null,
  userId: string | null,
): ExplainedDecision {
  return { kind, code, detail, userId, roleIds: [], groupIds: [], takesSeat: false, awaitsApproval: false };
}

function admission(
  situation: Situation,
  decision: Extract<Decision, { kind: "create" | "link" | "merge" | "update" }>,
  userId: string | null,
): Omit<ExplainedDecision, "kind"> {
  const held = userId === null ? undefined : situation.currentAccess.get(userId);
  const { roles, groups } = decision;
  const roleIds = (roles.kind === "assign" ? roles.roles : (held?.roles ?? [])).map(({ roleId }) => roleId);
  const taken = new Set(groups.take.map(({ mappingId, groupId }) => `${mappingId} ${groupId}`));
  const kept = (held?.memberships ?? []).filter(({ mappingId, groupId }) => !taken.has(`${mappingId} ${groupId}`));
  return {
    code: null,
    detail: null,
    userId,
    roleIds: [...new Set(roleIds)],
    groupIds: [...new Set([...kept, ...groups.give].map(({ groupId }) => groupId))],
    takesSeat: decision.takesSeat,
    awaitsApproval: decision.kind === "create" && decision.status === "PENDING_APPROVAL",
  };
}

function valuesOf(attributes: Readonly<Record<string, readonly string[]>>, claim: string): readonly string[] {
  return Object.hasOwn(attributes, claim) ? (attributes[claim] ?? []) : [];
}

function describeMissing(claim: string): string {
  return `The provider did not send the claim ${claim}.`;
}

function describeValues(values: readonly string[]): string {
  const shown = values.slice(0, MOST_SHOWN).map(quote).join(", ");
  return values.length > MOST_SHOWN ? `${shown} and ${values.length - MOST_SHOWN} more` : shown;
}

function quote(value: string): string {
  return JSON.stringify(shorten(value));
}
