/** The first step of a sign-in: finds the connection and checks that it can be used. */
import type { AnyConnectionType } from "../connection/contract/index.js";
import { lacksOperatorApp, usesOperatorApp } from "../connection/operator-app/operator-app.js";
import type { Connection } from "../connection/stored/connection.js";
import { findConnection as readConnection } from "../connection/stored/connection.repository.js";
import { findOrganization } from "../people/organization/organization.repository.js";
import type { Organization } from "../people/organization/organization.js";
import { Failure } from "../platform/errors/failure.js";
import type { AttemptKind } from "./attempt/attempt.js";
import type { SignInServices } from "./services.js";
import { CONNECTION_NOT_ACTIVE } from "../provisioning/failures.js";
import { requireApp } from "./operator-app/require-app.js";
import { CONNECTION_TYPE_MISSING, SIGN_IN_BINDING_WRONG, SIGN_IN_UNKNOWN, UNKNOWN_CONNECTION } from "./failures.js";

/** A connection with the organization whose people sign in through it. */
export interface FoundConnection {
  readonly connection: Connection;
  readonly organization: Organization;
}

/**
 * Finds a connection and its organization. Does not check the connection's state: a refusal can be recorded only after
 * the organization is known, so later steps check it.
 *
 * @throws UNKNOWN_CONNECTION
 */
export async function findConnection({ store }: SignInServices, connectionId: string): Promise<FoundConnection> {
  const connection = await readConnection(store.reader, null, connectionId);
  const organization = connection && (await findOrganization(store.reader, null, connection.organizationId));
  if (connection === null || organization === null) throw new Failure(UNKNOWN_CONNECTION, { detail: null });
  return { connection, organization };
}

/**
 * Only a test or a consent may use a draft or a disabled connection. A connection whose type is not installed, or whose app the
 * operator has not configured, cannot be used at all.
 *
 * @throws CONNECTION_NOT_ACTIVE, CONNECTION_TYPE_MISSING or OPERATOR_APP_MISSING
 */
export function requireUsable(services: SignInServices, connection: Connection, kind: AttemptKind): void {
  if (connection.state !== "ACTIVE" && kind === "SIGN_IN")
    throw new Failure(CONNECTION_NOT_ACTIVE, { detail: `The connection is ${connection.state}.` });
  const type = requireInstalled(services, connection);
  if (lacksOperatorApp(type, connection.settings)) requireApp(services, type.id);
}

/**
 * Checks that an answer came to the callback at which the connection expects it: its own, or that of the operator's app.
 *
 * @param operatorAppOf the type whose app the callback belongs to; `null` for the connection's own callback
 * @throws SIGN_IN_UNKNOWN
 */
export function requireCallback({ type, settings }: Connection, operatorAppOf: string | null): void {
  if ((usesOperatorApp(settings) ? type : null) !== operatorAppOf)
    throw new Failure(SIGN_IN_UNKNOWN, { detail: "The answer came to a callback that the connection does not use." });
}

function requireInstalled({ registry }: SignInServices, { type: id }: Connection): AnyConnectionType {
  const type = registry.find(id);
  if (type === null)
    throw new Failure(CONNECTION_TYPE_MISSING, { detail: `The connection type ${id} is not installed.` });
  return type;
}

/**
 * Checks that an answer came by the binding of the connection's type.
 *
 * @throws SIGN_IN_BINDING_WRONG or CONNECTION_TYPE_MISSING
 */
export function requireBinding(services: SignInServices, connection: Connection, binding: "redirect" | "post"): void {
  const expected = requireInstalled(services, connection).binding;
  if (expected !== binding)
    throw new Failure(SIGN_IN_BINDING_WRONG, {
      detail: `The answer came by ${binding}, but the connection expects ${expected}.`,
    });
}
