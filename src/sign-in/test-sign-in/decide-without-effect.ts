/** Decides about a person as a sign-in would, for tests and previews. Reads committed rows and changes nothing. */
import type { NormalizedProfile } from "../../connection/contract/index.js";
import type { Mappings } from "../../connection/mapping/mapping.js";
import type { Reader } from "../../platform/database/database.js";
import { decide } from "../../provisioning/decide.js";
import { loadSituationWith, readMappings } from "../../provisioning/load-situation.js";
import type { Decision, Situation } from "../../provisioning/situation.js";
import { evaluateMappings } from "../../provisioning/mappings/evaluate-rule.js";
import type { FoundConnection } from "../find-connection.js";

/** A situation, and the decision about it. */
export interface Decided {
  readonly situation: Situation;
  readonly decision: Decision;
}

/**
 * Decides about a person at a connection. Treats the connection as active, so that the test of a draft shows what the
 * active connection would do.
 *
 * @param mappings the mappings to evaluate; left out, the connection's own
 */
export async function decideWithoutEffect(
  reader: Reader,
  { connection, organization }: FoundConnection,
  profile: NormalizedProfile,
  mappings?: Mappings,
): Promise<Decided> {
  const person = { organizationId: organization.id, connectionId: connection.id, profile };
  const evaluated = evaluateMappings(mappings ?? (await readMappings(reader, connection.id)), profile);
  const situation = await loadSituationWith(
    reader,
    person,
    organization,
    { ...connection, state: "ACTIVE" },
    evaluated,
  );
  return { situation, decision: decide(situation) };
}

/** Decides about the same situation with different mappings, without another query. */
export function decideWithMappings(situation: Situation, mappings: Mappings): Decided {
  const { connection, person } = situation;
  const changed = { ...situation, connection: { ...connection, mappings: evaluateMappings(mappings, person.profile) } };
  return { situation: changed, decision: decide(changed) };
}
