/**
 * Removes tokens and passwords from what a provider said, before it is kept or shown. Other claims stay as they are, whatever
 * their name: an administrator compares them with the provider, and mappings compare them exactly.
 */
import type { NormalizedProfile } from "../../connection/contract/index.js";
import { redactText } from "../../platform/telemetry/redaction.js";
import type { Explanation } from "../../provisioning/explain.js";

/** The ends of names under which providers send secrets by mistake, such as `_claim_sources.src1.access_token`. */
const SECRET_NAME = /(?:(?:access|refresh|id)[_-]?token|(?:^|[._-])token|jwt|passwo?r?d|secret)$/i;
const REDACTED = "[redacted]";
const MOST_LEVELS = 12;

/** A copy of JSON without tokens and passwords. */
export function redactClaims(value: unknown, level = 0): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  if (level === MOST_LEVELS) return "[deep]";
  if (Array.isArray(value)) return value.map((each) => redactClaims(each, level + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      SECRET_NAME.test(name) ? REDACTED : redactClaims(each, level + 1),
    ]),
  );
}

/** Removes tokens and passwords from an explanation, whose reasons and fields repeat values of claims. */
export function redactExplanation({ profile, rules, decision }: Explanation): Explanation {
  const redactOf = (claim: string | null, text: string) =>
    claim !== null && SECRET_NAME.test(claim) ? REDACTED : redactText(text);
  return {
    profile: profile.map((field) => ({ ...field, value: redactOf(field.claim, field.value) })),
    rules: rules.map((rule) => ({ ...rule, reason: redactOf(rule.claim, rule.reason) })),
    decision,
  };
}

/** Removes tokens and passwords from the attributes of a profile. Each attribute stays a list of texts. */
export function redactProfile(profile: NormalizedProfile): NormalizedProfile {
  const attributes = Object.entries(profile.attributes).map(([name, values]) => [
    name,
    SECRET_NAME.test(name) ? values.map(() => REDACTED) : values.map(redactText),
  ]);
  return { ...profile, attributes: Object.fromEntries(attributes) as NormalizedProfile["attributes"] };
}
