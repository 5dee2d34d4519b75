/** Middle steps of a return: the strategy verifies the message, then it is brought into Usher's words. Nothing is stored. */
import type { NormalizedProfile, Verification } from "../connection/contract/index.js";
import type { OpenedConnection } from "../connection/opened-connections.js";
import type { FoundFlow } from "./flow/keep-flow.js";
import { runStrategy } from "./run-strategy.js";

/** The verified answer of a provider that came back by redirect; the flow is used up by then. */
export async function verifyReturn(
  { strategy }: OpenedConnection,
  flow: FoundFlow,
  parameters: Readonly<Record<string, string>>,
): Promise<Verification<unknown>> {
  const outcome = await runStrategy(strategy, { step: "return", parameters, flow: flow.pending });
  if (outcome.kind !== "verified") throw new Error("a strategy answered a return with a redirect");
  return outcome.verification;
}

/** The person in Usher's words, with groups that the provider had to be asked for. */
export async function describePerson(
  { type, settings, opened, runtime }: OpenedConnection,
  { verified }: Verification<unknown>,
): Promise<NormalizedProfile> {
  const groups = await type.fetchGroups?.(verified, opened, runtime);
  const profile = type.normalize(verified, settings);
  return groups === undefined ? profile : { ...profile, groups };
}
