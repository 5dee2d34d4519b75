/**
 * Hands a verified message from a post on to a second request of the same browser. The post comes from another site without
 * cookies, so it cannot prove which browser sent it. Usher consumes the message and stores its contents under a one-time
 * ticket. The browser that began the flow redeems the ticket.
 */
import { SYSTEM } from "../../access/caller.js";
import type { UnitOfWork } from "../../access/unit-of-work.js";
import type { Connection } from "../../connection/stored/connection.js";
import { hashToken, issueToken } from "../../platform/crypto/tokens.js";
import { Failure } from "../../platform/errors/failure.js";
import type { SignInServices } from "../services.js";
import { SIGN_IN_REPLAYED, SIGN_IN_SUPERSEDED, SIGN_IN_UNKNOWN } from "../failures.js";
import { requireBrowser } from "../flow/browser-tokens.js";
import { DURABLE_WITH_SIGN_IN, consumeFlow, noteReplay } from "../flow/flow.repository.js";
import type { FlowNotes } from "../flow/keep-flow.js";
import type { VerifiedPost } from "../verify.js";
import { consumeTicket, findTicket, insertTicket } from "./ticket.repository.js";

/** The contents of a ticket. */
export interface TakenTicket extends Pick<FlowNotes, "returnTo" | "steps" | "testReference"> {
  readonly verified: unknown;
  readonly trustVersion: number;
}

type Contents = Omit<TakenTicket, "trustVersion">;

const sealContext = (ticketHash: string) => `sso_ticket:${ticketHash}`;

/**
 * In one unit of work, records the message, so that it is not accepted again, consumes the flow and stores the ticket.
 * So if the message is refused, the flow can still be used.
 *
 * @throws SIGN_IN_UNKNOWN if another request consumed the flow, SIGN_IN_REPLAYED if the message was accepted before
 */
export async function keepTicket(
  { store, keyRing }: SignInServices,
  connection: Connection,
  { flow, verified, posted }: VerifiedPost,
  steps: FlowNotes["steps"],
): Promise<string> {
  const { token: ticket, hash: ticketHash } = issueToken("");
  const { stateHash, returnTo, testReference, trustVersion, browserHash } = flow;
  const contents: Contents = { verified, returnTo, steps, testReference };
  const payload = keyRing.seal(JSON.stringify(contents), sealContext(ticketHash));
  const keep = async (unit: UnitOfWork) => {
    if (!(await noteReplay(unit, connection.id, posted.replay)))
      throw new Failure(SIGN_IN_REPLAYED, {
        detail: `The ${posted.replay.kind} ${posted.replay.id} was accepted before.`,
      });
    if (!(await consumeFlow(unit, stateHash)))
      throw new Failure(SIGN_IN_UNKNOWN, { detail: "Another copy of the message completed the sign-in." });
    await insertTicket(unit, { ticketHash, connectionId: connection.id, trustVersion, browserHash, payload });
  };
  await store.begin(SYSTEM, { kind: "SIGN_IN", actor: connection.id }, keep, DURABLE_WITH_SIGN_IN);
  return ticket;
}

/**
 * Redeems a ticket, once, for the browser that began the flow.
 *
 * @throws SIGN_IN_UNKNOWN, SIGN_IN_OTHER_BROWSER or SIGN_IN_SUPERSEDED
 */
export async function takeTicket(
  { store, keyRing }: SignInServices,
  connection: Connection,
  ticket: string | undefined,
  browserTokens: string | null,
): Promise<TakenTicket> {
  const stored = ticket === undefined ? null : await findTicket(store.reader, hashToken(ticket));
  if (stored === null || stored.connectionId !== connection.id) throw unknown("There is no such ticket.");
  requireBrowser(browserTokens, stored.browserHash);
  if (stored.trustVersion !== connection.trustVersion)
    throw new Failure(SIGN_IN_SUPERSEDED, {
      detail: "What the connection trusts was changed after the sign-in began.",
    });
  const contents = JSON.parse(keyRing.open(stored.payload, sealContext(stored.ticketHash))) as Contents;
  const { returnTo } = contents;
  const remainder = keyRing.seal(JSON.stringify({ returnTo }), sealContext(stored.ticketHash));
  const take = (unit: UnitOfWork) => consumeTicket(unit, stored.ticketHash, remainder);
  const taken = await store.begin(SYSTEM, { kind: "SIGN_IN", actor: connection.id }, take, DURABLE_WITH_SIGN_IN);
  if (!taken) throw unknown("The ticket was used before, or has expired.");
  return {
    ...contents,
    // Older versions stored tickets without this field.
    testReference: contents.testReference ?? null,
    trustVersion: stored.trustVersion,
  };
}

/** The return address of a ticket, also if it is used or expired; `null` if it has none or is deleted. */
export async function findTicketReturnTo({ store, keyRing }: SignInServices, ticket: string): Promise<string | null> {
  const stored = await findTicket(store.reader, hashToken(ticket));
  if (stored === null) return null;
  return (JSON.parse(keyRing.open(stored.payload, sealContext(stored.ticketHash))) as FlowNotes).returnTo;
}

function unknown(detail: string) {
  return new Failure(SIGN_IN_UNKNOWN, { detail });
}
