/**
 * A connection type for Apereo CAS (CAS Protocol 3.0). The browser brings a ticket, and the server names its person.
 */
import { defineConnectionType } from "usher/contract";
import { diagnose } from "./diagnose.js";
import { normalize } from "./normalize.js";
import { CAS_REFUSALS } from "./refusals.js";
import { CAS_SETTINGS, checkSettings } from "./settings.js";
import { createStrategy } from "./strategy.js";

export const cas = defineConnectionType({
  contractVersion: 1,
  id: "cas",
  name: "Apereo CAS",
  description: "Sign-in through a CAS server that speaks CAS Protocol 3.",
  guide: new URL("../guide.md", import.meta.url).href,
  settingsVersion: 1,
  upgrade: (stored) => stored,
  binding: "redirect",
  settings: CAS_SETTINGS,
  refusals: CAS_REFUSALS,
  check: checkSettings,
  serviceProvider: ({ callbackUrl, startUrl }) => [
    { name: "serviceUrl", label: "Service URL", value: callbackUrl },
    { name: "signOnUrl", label: "Sign-on URL", value: startUrl },
  ],
  issuer: ({ serverUrl }) => (serverUrl === null ? { kind: "open" } : { kind: "named", issuers: [serverUrl] }),
  open: async (settings) => ({ settings }),
  strategy: createStrategy,
  normalize,
  diagnose,
});

/** The export that Usher loads. */
export const connectionTypes = [cas];
