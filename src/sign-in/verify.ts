/**
 * The middle steps of a sign-in: the strategy verifies the provider's message, and the connection type turns the
 * message into a profile.
 */
import {
  boundProfile,
  type NormalizedProfile,
  type PostedMessage,
  type ProviderSession,
  type Verification,
} from "../connection/contract/index.js";
import { LONGEST_IDENTIFIER } from "../connection/identity/identity.operations.js";
import type { OpenedConnection } from "../connection/opened-connections.js";
import type { FoundFlow, PostedFlow } from "./flow/keep-flow.js";
import type { ShownClaims } from "./attempt/attempt.js";
import { redactClaims } from "./attempt/redact-claims.js";
import { runStrategy, type StrategyOutcome } from "./run-strategy.js";

/**
 * Verifies an answer that came back by redirect. The strategy must consume the flow. Throws if the strategy does not
 * consume the flow, or if the strategy ignores that another request consumed the flow first. Otherwise, the same answer
 * could sign in twice.
 */
export async function verifyReturn(
  { type, strategy }: Pick<OpenedConnection, "type" | "strategy">,
  { pending }: FoundFlow,
  parameters: Readonly<Record<string, string>>,
): Promise<Verification<unknown>> {
  let isConsumed = false;
  const consume = async () => {
    const isFirst = await pending.consume();
    isConsumed ||= isFirst;
    return isFirst;
  };
  const outcome = await runStrategy(strategy, { step: "return", parameters, flow: { ...pending, consume } });
  if (outcome.kind !== "verified") throw new Error("a strategy answered a return without a verified message");
  if (!isConsumed) throw new Error(`the connection type ${type.id} verified an answer without consuming its flow`);
  return outcome.verification;
}

/** A posted message that is verified. Neither the message nor its flow is consumed yet. */
export interface VerifiedPost {
  readonly kind: "verified";
  readonly flow: PostedFlow;
  readonly verified: unknown;
  readonly posted: PostedMessage;
}

/**
 * A message that answers no request. Usher verifies and keeps nothing of the message, except `target`, the address to
 * which it wants to lead the person. `target` is unchecked.
 */
export type Unsolicited = Extract<StrategyOutcome, { kind: "unsolicited" }>;

/**
 * Verifies a message that a browser posted across sites. The strategy calls `findFlow` before any cryptography. Throws if the
 * strategy verifies a message without the flow that the message answers. Otherwise, a stolen answer could sign in.
 */
export async function verifyPost(
  { type, strategy }: OpenedConnection,
  parameters: Readonly<Record<string, string>>,
  findFlow: (requestId: string) => Promise<PostedFlow | null>,
): Promise<VerifiedPost | Unsolicited> {
  const found: PostedFlow[] = [];
  const outcome = await runStrategy(strategy, {
    step: "post",
    parameters,
    findFlow: async (requestId) => {
      const flow = await findFlow(requestId);
      if (flow !== null) found.push(flow);
      return flow?.pending ?? null;
    },
  });
  if (outcome.kind === "unsolicited") return outcome;
  if (outcome.kind !== "verified") throw new Error("a strategy answered a post with a redirect");
  const { verified, posted } = outcome.verification;
  const flow = found.find(({ pending }) => pending === posted?.flow);
  if (posted === null || flow === undefined)
    throw new Error(`the connection type ${type.id} verified a post without the flow that it answers`);
  return { kind: "verified", flow, verified, posted };
}

/** The claims of a verified message, as an administrator may see them: always without tokens and secrets. */
export function showClaims({ type }: Pick<OpenedConnection, "type">, verified: unknown): ShownClaims | null {
  return type.claims === undefined ? null : (redactClaims(type.claims.show(verified)) as ShownClaims);
}

/** Issuer and subject identify a person. If one of them could be empty, everyone would sign in to the same account. */
function requireIdentity(typeId: string, profile: Pick<NormalizedProfile, "issuer" | "subject">): void {
  for (const name of ["issuer", "subject"] as const) {
    const value: unknown = profile[name];
    if (typeof value !== "string" || value.trim() === "" || value.length > LONGEST_IDENTIFIER)
      throw new Error(
        `the connection type ${typeId} made a profile whose ${name} is not a text of 1 to ${LONGEST_IDENTIFIER} characters`,
      );
  }
}

/**
 * Makes a profile from a verified message and limits the length of its values. If the type fetches groups from the
 * provider, they become the profile's groups.
 */
export async function describePerson(
  { type, settings, opened, runtime }: Pick<OpenedConnection, "type" | "settings" | "opened" | "runtime">,
  verified: unknown,
): Promise<NormalizedProfile> {
  const groups = await type.fetchGroups?.(verified, opened, runtime);
  const profile = boundProfile(type.normalize(verified, settings));
  requireIdentity(type.id, profile);
  return groups === undefined ? profile : { ...profile, groups };
}

/**
 * The most characters of each name in a provider's session (person or session), and the most characters of the
 * session's secrets as JSON.
 */
const LONGEST_SESSION_NAME = 2_000;
const LONGEST_SESSION_SECRETS = 16_000;

/**
 * The person's session at the provider; `null` if the type does not sign people out together with the provider, or the
 * message names no session.
 */
export function describeProviderSession(
  { type, opened }: Pick<OpenedConnection, "type" | "opened">,
  verified: unknown,
): ProviderSession | null {
  const session = type.logout?.describeSession(verified, opened) ?? null;
  if (session === null) return null;
  const { subject, index, secrets } = session;
  const names = [subject, ...(index === null ? [] : [index])];
  const isBounded =
    names.every((name) => typeof name === "string" && name !== "" && name.length <= LONGEST_SESSION_NAME) &&
    JSON.stringify(secrets).length <= LONGEST_SESSION_SECRETS;
  if (!isBounded) throw new Error(`the connection type ${type.id} described a session without usable names`);
  return { subject, index, secrets };
}
