/** Begins a consent: makes the address that the customer's administrator opens. */
import { causeOf, type Caller } from "../../access/caller.js";
import { recordAudit } from "../../audit/record-audit.js";
import { CONNECTION_NOT_READY } from "../../connection/failures.js";
import { describeMissingApp, lacksOperatorApp, usesOperatorApp } from "../../connection/operator-app/operator-app.js";
import type { ConnectionServices } from "../../connection/services.js";
import { settingPath } from "../../connection/settings/merge-settings.js";
import { readConnectionFor } from "../../connection/stored/connection.operations.js";
import { Failure, INVALID_INPUT } from "../../platform/errors/failure.js";
import { consentUrl } from "../urls.js";
import { CONSENT_LINK_LIFETIME_SECONDS, issueConsentToken } from "./consent-token.js";

/** A consent that can be begun. */
export interface StartedConsent {
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * Makes the address of the consent to the operator's app, for a connection that uses it.
 *
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT, and CONNECTION_NOT_READY if the operator has no app
 */
export async function startConsent(
  services: ConnectionServices,
  caller: Caller,
  connectionId: string,
): Promise<StartedConsent> {
  const { registry, runtime } = services;
  const connection = await readConnectionFor(services, caller, connectionId, "CONNECTIONS_WRITE");
  const type = registry.get(connection.type);
  if (!usesOperatorApp(connection.settings)) {
    const message = "names a connection that does not use the operator's app; create one with operatorApp: true";
    throw new Failure(INVALID_INPUT, { fields: [{ path: "connectionId", code: "INVALID", message }] });
  }
  if (lacksOperatorApp(type, connection.settings)) {
    const { setting, message } = describeMissingApp(type);
    const fields = [{ path: settingPath(type, setting), code: "INVALID" as const, message }];
    throw new Failure(CONNECTION_NOT_READY, { findings: [], fields });
  }
  const expiresAt = new Date(runtime.clock().getTime() + CONSENT_LINK_LIFETIME_SECONDS * 1000);
  await services.begin(caller, causeOf(caller), (unit) =>
    recordAudit(unit, {
      organizationId: connection.organizationId,
      action: "connection.consent_started",
      subject: { type: "connection", id: connectionId },
      after: { expiresAt },
    }),
  );
  const token = issueConsentToken(runtime.keyRing, connection, expiresAt);
  return { url: `${runtime.publicUrl}${consentUrl(connectionId, token)}`, expiresAt };
}
