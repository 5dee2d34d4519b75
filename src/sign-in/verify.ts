/** Middle steps of a return: the strategy verifies the message, then it is brought into Usher's words. Nothing is stored. */
import { boundProfile, type NormalizedProfile, type Verification } from "../connection/contract/index.js";
import type { OpenedConnection } from "../connection/opened-connections.js";
import type { FoundFlow, PostedFlow } from "./flow/keep-flow.js";
import { runStrategy } from "./run-strategy.js";

/**
 * The verified answer of a provider that came back by redirect; the flow is used up by then. A strategy that forgets to use it
 * up, or does not look at whether it was the one to do so, would let the same answer in again.
 */
export async function verifyReturn(
  { type, strategy }: OpenedConnection,
  { pending }: FoundFlow,
  parameters: Readonly<Record<string, string>>,
): Promise<Verification<unknown>> {
  let isUsedUp = false;
  const consume = async () => {
    const isFirst = await pending.consume();
    isUsedUp ||= isFirst;
    return isFirst;
  };
  const outcome = await runStrategy(strategy, { step: "return", parameters, flow: { ...pending, consume } });
  if (outcome.kind !== "verified") throw new Error("a strategy answered a return with a redirect");
  if (!isUsedUp) throw new Error(`the connection type ${type.id} verified an answer without using its flow up`);
  return outcome.verification;
}

/** A verified message that was posted, with the flow that it answers; nothing is used up yet. */
export interface VerifiedPost {
  readonly flow: PostedFlow;
  readonly verification: Verification<unknown>;
}

/** The verified message that a browser posted across sites. `findFlow` is asked before any cryptography. */
export async function verifyPost(
  { type, strategy }: OpenedConnection,
  parameters: Readonly<Record<string, string>>,
  findFlow: (requestId: string) => Promise<PostedFlow | null>,
): Promise<VerifiedPost> {
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
  if (outcome.kind !== "verified") throw new Error("a strategy answered a post with a redirect");
  const { verification } = outcome;
  const flow = found.find(({ pending }) => pending === verification.posted?.flow);
  if (flow === undefined) throw new Error(`the connection type ${type.id} verified a post that answers no flow`);
  return { flow, verification };
}

/** The person in Usher's words, within bounds whatever the type made of the message, with groups that were asked for. */
export async function describePerson(
  { type, settings, opened, runtime }: OpenedConnection,
  verified: unknown,
): Promise<NormalizedProfile> {
  const groups = await type.fetchGroups?.(verified, opened, runtime);
  const profile = boundProfile(type.normalize(verified, settings));
  return groups === undefined ? profile : { ...profile, groups };
}
