/** Previews a sign-in with claims that an administrator typed in, or with the claims of an earlier attempt. Changes nothing. */
import { requirePermission, type Caller } from "../../access/caller.js";
import { ProtocolRefusal, type NormalizedProfile } from "../../connection/contract/index.js";
import { readConnectionFor } from "../../connection/stored/connection.operations.js";
import type { Connection } from "../../connection/stored/connection.js";
import type { OpenedConnection } from "../../connection/opened-connections.js";
import type { ConnectionServices } from "../../connection/services.js";
import { findOrganization } from "../../people/organization/organization.repository.js";
import { Failure, INVALID_INPUT, NOT_FOUND } from "../../platform/errors/failure.js";
import { explain, type Explanation } from "../../provisioning/explain.js";
import type { ShownClaims } from "../attempt/attempt.js";
import { findAttemptIdOf } from "../attempt/attempt.repository.js";
import { findEvidenceOfAttempts } from "../attempt/evidence.js";
import { describePerson, showClaims } from "../verify.js";
import { decideWithoutEffect } from "./decide-without-effect.js";

/** The services that previews need. */
export interface PreviewServices extends ConnectionServices {
  readonly open: (connection: Connection) => Promise<OpenedConnection>;
}

/**
 * The claims to preview: `claims` that an administrator typed in, or the claims of the attempt with this `reference`.
 */
export interface PreviewInput {
  readonly connectionId: string;
  readonly claims?: unknown;
  /** The reference of an attempt whose claims Usher has kept. */
  readonly reference?: string | null;
}

/** The effect of a sign-in, and its claims. */
export interface SignInPreview extends Explanation {
  readonly organizationId: string;
  readonly claims: ShownClaims | null;
}

/**
 * Returns the effect that a sign-in with these claims would have now. A draft is treated as active.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (also if the attempt's claims are not kept), INVALID_INPUT, and the errors
 *   of opening the connection
 */
export async function previewSignIn(
  services: PreviewServices,
  caller: Caller,
  { connectionId, claims, reference }: PreviewInput,
): Promise<SignInPreview> {
  const connection = await readConnectionFor(services, caller, connectionId, "CONNECTIONS_WRITE");
  requirePermission(caller, connection.organizationId, "USERS_READ");
  const organization = await findOrganization(services.reader, null, connection.organizationId);
  if (organization === null) throw new Failure(NOT_FOUND, { type: "connection" });
  if ((claims == null) === (reference == null))
    throw invalid("claims", "must be given, or reference instead: a preview looks at one of the two");
  const person =
    reference == null
      ? await readTyped(services, connection, claims)
      : await recallPerson(services, connection, reference);
  const { situation, decision } = await decideWithoutEffect(
    services.reader,
    { connection, organization },
    person.profile,
  );
  return { organizationId: organization.id, claims: person.claims, ...explain(situation, decision) };
}

interface Person {
  readonly claims: ShownClaims | null;
  readonly profile: NormalizedProfile;
}

async function readTyped(services: PreviewServices, connection: Connection, claims: unknown): Promise<Person> {
  if (typeof claims !== "object" || claims === null || Array.isArray(claims))
    throw invalid("claims", "must be an object of claims by name");
  const opened = await services.open(connection);
  const { type } = opened;
  if (type.claims === undefined) throw invalid("claims", `cannot be read by the connection type ${type.id}`);
  try {
    const read = await type.claims.read(claims as ShownClaims, opened.opened);
    if ("issue" in read) throw invalid("claims", read.issue);
    // The preview sends no request to the provider, because nobody has signed in.
    const profile = await describePerson({ ...opened, type: { ...type, fetchGroups: undefined } }, read.verified);
    return { claims: showClaims(opened, read.verified), profile };
  } catch (error) {
    if (error instanceof ProtocolRefusal)
      throw invalid("claims", `would be refused with ${error.code}: ${error.detail}`);
    throw error;
  }
}

async function recallPerson(
  { reader, runtime }: PreviewServices,
  connection: Connection,
  reference: string,
): Promise<Person> {
  const attemptId = await findAttemptIdOf(reader, connection.id, reference);
  const evidence = attemptId && (await findEvidenceOfAttempts(reader, runtime.keyRing, [attemptId])).get(attemptId);
  if (!evidence || evidence.profile === null) throw new Failure(NOT_FOUND, { type: "sign-in attempt" });
  return { claims: evidence.claims, profile: evidence.profile };
}

function invalid(path: string, message: string) {
  return new Failure(INVALID_INPUT, { fields: [{ path, code: "INVALID", message }] });
}
