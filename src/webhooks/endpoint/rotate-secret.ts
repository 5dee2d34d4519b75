/** Gives a webhook endpoint a new secret. */
import type { Caller } from "../../access/caller.js";
import { InputCheck } from "../../platform/errors/input.js";
import { sealSecret } from "../secret.js";
import type { WebhookServices } from "../services.js";
import { changeEndpoint, readEndpoint } from "./change-endpoint.js";
import { checkNumber, checkSecret } from "./check-input.js";
import type { WebhookEndpoint } from "./endpoint.js";
import { updateEndpointRow } from "./endpoint.repository.js";

const DAY_SECONDS = 86_400;
const OVERLAP_LIMITS = { least: 0, most: 7 * DAY_SECONDS };

interface SecretRotation {
  readonly id: string;
  /** Absent: Usher makes one. */
  readonly secret?: string | null;
  /** How long the old secret signs as well; a day when absent. */
  readonly overlapSeconds?: number | null;
}

/**
 * Gives an endpoint a new secret. Both secrets sign during the overlap, so that the receiver can change over without
 * refusing a message.
 *
 * @returns the endpoint, and the new secret, which is not shown again
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID_INPUT
 */
export async function rotateWebhookSecret(
  services: WebhookServices,
  caller: Caller,
  input: SecretRotation,
): Promise<{ readonly endpoint: WebhookEndpoint; readonly secret: string }> {
  const found = await readEndpoint(services, caller, input.id);
  const check = new InputCheck();
  const secret = checkSecret(check, input.secret);
  const overlapSeconds = checkNumber(check, "overlapSeconds", input.overlapSeconds ?? DAY_SECONDS, OVERLAP_LIMITS);
  check.finish();
  const sealed = sealSecret(services.keyRing, found.id, secret);
  const endpoint = await changeEndpoint(services, caller, found, "secret_rotated", async (unit, before) => {
    const after: WebhookEndpoint = {
      ...before,
      secret: sealed,
      secretSetAt: unit.now,
      previousSecret: overlapSeconds === 0 ? null : before.secret,
      previousSecretEndsAt: overlapSeconds === 0 ? null : new Date(unit.now.getTime() + overlapSeconds * 1000),
      version: before.version + 1,
      updatedAt: unit.now,
    };
    await updateEndpointRow(unit, before, after);
    return after;
  });
  return { endpoint, secret };
}
