/** The specimen, for the conformance suite. */
import { specimen } from "../support/specimen/index.js";
import { startSpecimenProvider } from "../support/specimen/provider.js";
import { hostileClaims } from "../../testing/conformance/hostile-values.js";
import type { ConformanceSubject } from "../../testing/conformance/subject.js";

export const specimenSubject: ConformanceSubject = {
  verified: hostileClaims.map((claims) => ({
    issuer: "https://id.example.com",
    ticket: { ...claims, subject: "subject-1" },
  })),
  start: async () => {
    const provider = await startSpecimenProvider();
    const { address, audience, sharedSecret } = provider;
    return {
      type: specimen,
      input: { address, audience, sharedSecret },
      dead: { type: specimen, input: { address: "http://127.0.0.1:9", audience, sharedSecret } },
      signIn: async (url, person) =>
        Object.fromEntries(new URL(provider.signIn(url, { subject: `person-${person}` })).searchParams),
      asksForAccount: (url) => new URL(url).searchParams.get("account") === "choose",
      identityOf: (person) => ({ issuer: address, subject: `person-${person}` }),
      close: provider.close,
    };
  },
};
