/** What can go wrong with webhooks. */
import { defineFailure } from "../platform/errors/failure.js";

export const ENDPOINT_REFUSED = defineFailure<{ status: number | null; answer: string | null; reason: string }>({
  code: "ENDPOINT_REFUSED",
  status: 422,
  message: ({ reason }) => `The endpoint did not take the test message. ${reason}`,
  remedy:
    "Look at details.status and details.answer: the receiver must be reachable over https at a public address and answer endpoint.test with a 2xx status, without a redirect. Nothing was changed.",
});

export const TOO_MANY_ENDPOINTS = defineFailure<{ maximum: number }>({
  code: "TOO_MANY_ENDPOINTS",
  status: 409,
  message: ({ maximum }) => `An organization has at most ${maximum} webhook endpoints.`,
  remedy: "Delete one that is not needed any more. Nothing was created.",
});

export const WEBHOOK_FAILURES = [ENDPOINT_REFUSED, TOO_MANY_ENDPOINTS] as const;
