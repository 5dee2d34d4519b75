/** The failures of operations on webhooks. */
import { defineFailure } from "../platform/errors/failure.js";

export const ENDPOINT_REFUSED = defineFailure<{ status: number | null; answer: string | null; reason: string }>({
  code: "ENDPOINT_REFUSED",
  status: 422,
  message: ({ reason }) => `The endpoint did not accept the test message. ${reason}`,
  remedy:
    "Look at details.status and details.answer: the receiver must be reachable over https at a public address and answer endpoint.test with a 2xx status, without a redirect. Nothing was changed.",
});

export const TOO_MANY_ENDPOINTS = defineFailure<{ maximum: number }>({
  code: "TOO_MANY_ENDPOINTS",
  status: 409,
  message: ({ maximum }) => `An organization has at most ${maximum} webhook endpoints.`,
  remedy: "Delete one that you no longer need. Nothing was created.",
});

export const WEBHOOK_FAILURES = [ENDPOINT_REFUSED, TOO_MANY_ENDPOINTS] as const;
