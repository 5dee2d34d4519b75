/** Ends the sessions that a provider ended, on every replica, because sessions are rows. */
import { SYSTEM } from "../../access/caller.js";
import type { ProviderLogout } from "../../connection/contract/index.js";
import { findConnection } from "../../connection/stored/connection.repository.js";
import type { Connection } from "../../connection/stored/connection.js";
import { lockOrganization } from "../../people/organization/organization.repository.js";
import { findSessionsAtProvider } from "../../people/session/provider-session.repository.js";
import { endSessions } from "../../people/session/session.repository.js";
import { Failure } from "../../platform/errors/failure.js";
import { LOGOUT_REPLAYED, SIGN_IN_SUPERSEDED } from "../failures.js";
import { noteReplay } from "../flow/flow.repository.js";
import { recordSignOut } from "../../people/session/record-sign-out.js";
import type { SignInServices } from "../services.js";

/** The largest number of sessions that one message may name. */
const MOST_INDEXES = 100;
/** The most characters of a person's or session's name in a message. */
const LONGEST_NAME = 2_000;

/**
 * In one unit of work, notes the message, so that it is not accepted again, and ends the sessions that it names. Each
 * person whose session ends gets one event and one audit entry. A message whose sessions Usher does not have is
 * accepted, because they have ended already.
 *
 * @throws LOGOUT_REPLAYED, or SIGN_IN_SUPERSEDED if the connection trusts a different provider meanwhile
 */
export async function endSessionsOfProvider(
  { store }: SignInServices,
  connection: Connection,
  { subject, indexes, replay }: ProviderLogout,
): Promise<void> {
  requireNames(connection.type, subject, indexes);
  await store.begin(SYSTEM, { kind: "SIGN_IN", actor: connection.id }, async (unit) => {
    const organization = await lockOrganization(unit, connection.organizationId);
    const present = await findConnection(unit, null, connection.id);
    if (organization === null || present?.state !== "ACTIVE" || present.trustVersion !== connection.trustVersion)
      throw new Failure(SIGN_IN_SUPERSEDED, { detail: "The connection was changed after the message was verified." });
    if (!(await noteReplay(unit, connection.id, replay)))
      throw new Failure(LOGOUT_REPLAYED, { detail: `The ${replay.kind} was accepted before.` });
    const sessions = await findSessionsAtProvider(unit, { connectionId: connection.id, subject, indexes }, unit.now);
    await endSessions(
      unit,
      sessions.map(({ id }) => id),
    );
    for (const userId of new Set(sessions.map((session) => session.userId)))
      await recordSignOut(unit, organization, { userId, connectionId: connection.id });
  });
}

/** Checks that a message names a person or a session. Without a name, it would end every session of the connection. */
function requireNames(typeId: string, subject: string | null, indexes: readonly string[]): void {
  const names = [...(subject === null ? [] : [subject]), ...indexes];
  if (names.length === 0 || indexes.length > MOST_INDEXES || names.some((name) => !isName(name)))
    throw new Error(`the connection type ${typeId} verified a logout message without usable names`);
}

function isName(name: unknown): boolean {
  return typeof name === "string" && name !== "" && name.length <= LONGEST_NAME;
}
