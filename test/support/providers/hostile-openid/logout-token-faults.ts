/** Logout tokens that must be refused, in addition to the faults of ID tokens. */
import type { Fault, TokenMaking, Values } from "./fault.js";

const EVENT = "http://schemas.openid.net/event/backchannel-logout";

function claims(change: (making: TokenMaking) => Values): Fault {
  return { idToken: (making) => void Object.assign(making.claims, change(making)) };
}

export const LOGOUT_TOKEN_FAULTS = {
  "logout-token-is-an-id-token": {
    idToken: ({ header, claims: values }) => {
      Object.assign(header, { typ: "JWT" });
      Object.assign(values, { events: undefined, nonce: "n-0S6_WzA2Mj" });
    },
  },
  "logout-token-with-nonce": claims(() => ({ nonce: "n-0S6_WzA2Mj" })),
  "logout-token-with-null-nonce": claims(() => ({ nonce: null })),
  "logout-token-events-missing": claims(() => ({ events: undefined })),
  "logout-token-events-is-list": claims(() => ({ events: [EVENT] })),
  "logout-token-events-of-another": claims(() => ({ events: { "https://attacker.example/event": {} } })),
  "logout-token-event-is-text": claims(() => ({ events: { [EVENT]: "yes" } })),
  "logout-token-jti-missing": claims(() => ({ jti: undefined })),
  "logout-token-jti-empty": claims(() => ({ jti: "" })),
  "logout-token-jti-too-long": claims(() => ({ jti: "x".repeat(1_001) })),
  "logout-token-names-nobody": claims(() => ({ sub: undefined, sid: undefined })),
  "logout-token-sid-is-number": claims(() => ({ sid: 7 })),
  "logout-token-sid-empty": claims(() => ({ sid: "" })),
  "logout-token-too-long": claims(() => ({ padding: "x".repeat(16_000) })),
} as const satisfies Readonly<Record<string, Fault>>;
